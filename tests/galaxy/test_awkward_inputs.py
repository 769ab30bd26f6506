"""Datasets as people bring them to Galaxy: uploaded with the form's defaults, Zarr archives of any shape, deferred."""

import base64
import io
import zipfile
from typing import Any

import pytest
from bioblend.util import attach_file

from histories import History, settled
from local_galaxy.staging import make_list, text_of
from oracle import codes_of

# What the upload form sends by default.
FORM_DEFAULTS = {'to_posix_lines': True, 'auto_decompress': True}
TABLE = b'name,area\r\nnucleus 1,31.5\r\nnucleus 2,29.0'


def fetch(history: History, *items: dict[str, Any], **files: str) -> list[dict[str, str]]:
    """Upload items as the form does; return what refers to them in the inputs of a tool."""
    payload = {
        'history_id': history.id, 'auto_decompress': True,
        'targets': [{'destination': {'type': 'hdas'}, 'items': list(items), 'auto_decompress': True}],
    }
    attached = {name: attach_file(path) for name, path in files.items()}
    answer = history.galaxy.make_post_request(
        f'{history.galaxy.url}/tools/fetch', payload | attached, files_attached=bool(attached))
    for job in answer['jobs']:
        assert settled(history.galaxy, job['id']) == 'ok'
    return [{'src': 'hda', 'id': output['id']} for output in answer['outputs']]


def uploaded(history: History, path, content: bytes, **item: Any) -> dict[str, str]:
    path.write_bytes(content)
    dataset, = fetch(history, {'src': 'files', 'name': path.name, 'ext': 'auto', **FORM_DEFAULTS, **item},
                     **{'files_0|file_data': str(path)})
    return dataset


def deferred(history: History, name: str, content: bytes) -> dict[str, str]:
    url = f'base64://{base64.b64encode(content).decode()}'
    dataset, = fetch(history, {'src': 'url', 'url': url, 'name': name, 'ext': 'data', 'deferred': True})
    return dataset


def test_line_ends_that_the_upload_converted_are_said(history, tmp_path):
    code = codes_of(TABLE, tmp_path).wide
    table = uploaded(history, tmp_path / 'table.csv', TABLE)
    checksums = uploaded(history, tmp_path / 'checksums.txt', f'ISCC:{code} *table.csv\r\n'.encode())
    assert text_of(history.galaxy, table['id']).encode() == TABLE.replace(b'\r', b'') + b'\n'
    job = history.run('iscc_sum_verify_manifest', input_files=table, manifest=checksums)
    assert history.text(job, 'summary').startswith('FAILED\n1 dataset came, 1 was listed: 1 modified.\n')
    assert 'Line ends: of 1 modified dataset(s)' in history.text(job, 'summary')
    job = history.run('iscc_sum_verify', input_file=table, expected_code=code)
    assert history.text(job).startswith('FAILED - ISCC-CODEs do not match')
    assert 'the code matches once the line ends are put back' in history.text(job)


def test_without_the_two_settings_the_upload_changes_nothing(history, tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, 'w') as file:
        file.writestr('table.csv', TABLE)
    contents = {'table.csv': TABLE, 'table.zip': archive.getvalue()}
    off = {'to_posix_lines': False, 'auto_decompress': False}
    datasets = {name: uploaded(history, tmp_path / name, content, **off) for name, content in contents.items()}
    lines = ''.join(f'ISCC:{codes_of(content, tmp_path).wide} *{name}\n' for name, content in contents.items())
    checksums = uploaded(history, tmp_path / 'checksums.txt', lines.encode())
    job = history.run('iscc_sum_verify_manifest', input_files=history.list_of(datasets), manifest=checksums)
    assert history.text(job, 'summary').startswith('OK\n2 datasets came, 2 were listed: all as listed.\n')


@pytest.mark.parametrize('extension', ['auto', 'txt'])
def test_a_checksum_file_from_powershell(history, tmp_path, extension):
    """UTF-16, uploaded with the form's defaults; Galaxy takes it for something else, unless its type is set to txt."""
    table = history.upload(**{'class': 'File', 'path': 'measurements.csv'})
    code = codes_of((history.galaxy.datasets.download_dataset(table['id'])), tmp_path).wide
    text = '\ufeff' + f'ISCC:{code} *measurements.csv\r\n'
    checksums = uploaded(history, tmp_path / 'checksums.txt', text.encode('utf-16-le'), ext=extension)
    history.galaxy.histories.update_dataset(history.id, checksums['id'], datatype='txt')
    job = history.run('iscc_sum_verify_manifest', input_files=table, manifest=checksums)
    assert history.text(job, 'summary').startswith('OK\n')


ZARR = {'.zarray': b'{"zarr_format": 2}', '0.0': b'chunk'}
SHAPES = {
    'a macOS archive': {**{f'image.zarr/{name}': content for name, content in ZARR.items()}, '__MACOSX/._image': b'x'},
    'one more folder': {f'deposit/image.zarr/{name}': content for name, content in ZARR.items()},
    'a README beside it': {**{f'image.zarr/{name}': content for name, content in ZARR.items()}, 'README': b'read'},
    'two stores': {f'{store}.zarr/{name}': content for store in ('one', 'two') for name, content in ZARR.items()},
    'no folder': ZARR,
    'consolidated metadata only': {'image.zarr/.zmetadata': b'{}', 'image.zarr/0.0': b'chunk'},
}


@pytest.mark.parametrize('shape', SHAPES)
def test_a_zarr_from_an_archive_of_any_shape_is_hashed_whole(history, tmp_path, shape):
    path = tmp_path / 'image.zip'
    with zipfile.ZipFile(path, 'w') as file:
        for name, content in SHAPES[shape].items():
            file.writestr(name, content)
    archive = uploaded(history, path, path.read_bytes(), ext='zarr.zip', auto_decompress=False)
    answer = history.galaxy.make_post_request(
        f'{history.galaxy.url}/tools/CONVERTER_archive_to_directory/convert', {
            'src': 'hda', 'id': archive['id'], 'source_type': 'zarr.zip', 'target_type': 'zarr',
            'history_id': history.id,
        })
    for job in answer['jobs']:
        assert settled(history.galaxy, job['id']) == 'ok'
    zarr = {'src': 'hda', 'id': answer['outputs'][0]['id']}
    root = history.galaxy.datasets.show_dataset(zarr['id']).get('metadata_store_root')
    kept = {
        name.removeprefix(f'{root}/'): content for name, content in SHAPES[shape].items()
        if not root or name.startswith(f'{root}/')
    }
    # In the order of iscc-sum's walk: the files of a folder before its folders, each sorted by name.
    order = sorted(kept, key=lambda name: [(False, name)] if '/' not in name else [
        *((True, part) for part in name.split('/')[:-1]), (False, name.split('/')[-1])])
    expected = codes_of(b''.join(kept[name] for name in order), tmp_path).wide
    assert history.text(history.run('iscc_sum', input_file=zarr)) == f'{expected}\n'


def test_deferred_datasets_that_are_picked_are_refused_where_a_name_is_needed(history):
    datasets = [deferred(history, name, name.encode()) for name in ('a', 'b')]
    job = history.run('iscc_sum_manifest', input_files=datasets)
    assert job['state'] == 'error'
    assert 'A dataset is deferred, and Galaxy does not tell a tool its name.' in job['tool_stderr']
    job = history.run('iscc_sum_similarity', input_files=datasets)
    assert job['state'] == 'error' and 'A dataset is deferred' in job['tool_stderr']


def test_deferred_datasets_in_a_collection_have_their_names_and_no_none(history, tmp_path):
    datasets = {name: deferred(history, f'not {name}', b'x' * 20_000) for name in ('a', 'b')}
    collection = make_list(history.galaxy, history.id, datasets)
    code = codes_of(b'x' * 20_000, tmp_path).wide
    for parameter in ('input_files', 'input_collection'):
        manifest = history.text(history.run('iscc_sum_manifest', **{parameter: collection}), 'manifest')
        assert [line.split('\t')[:2] for line in manifest.splitlines()[1:]] == [
            ['a', f'ISCC:{code}'], ['b', f'ISCC:{code}']]
        pairs = history.text(history.run('iscc_sum_similarity', **{parameter: collection}))
        rows = [line.split('\t') for line in pairs.splitlines()[1:]]
        assert [(row[0], row[1], row[3], row[4]) for row in rows] == [
            ('deferred-1', 'a', 'deferred-2', 'b'), ('deferred-2', 'b', 'deferred-1', 'a')]
