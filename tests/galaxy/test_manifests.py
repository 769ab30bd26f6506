"""Manifests in Galaxy, where XML tests can't go: flat lists, hostile names, folders in collections, broken hashers."""

import json

import pytest

from histories import all_called, output_of
from iscc_galaxy.commands.generate_manifest import CODE_COLLECTION
from iscc_galaxy.formats.tables import escaped
from iscc_galaxy.galaxy.outputs import longest_identifier
from local_galaxy.staging import texts_of
from names import HOSTILE_NAMES

LONGEST_IDENTIFIER = longest_identifier(CODE_COLLECTION)


@pytest.fixture
def table(history):
    return history.upload(**{'class': 'File', 'path': 'measurements.csv'})


@pytest.fixture
def image(history):
    return history.upload(**{'class': 'Directory', 'path': 'nuclei_ome.zarr', 'filetype': 'ome_zarr'})


def names_and_codes(manifest: str) -> list[tuple[str, str]]:
    return [tuple(line.split('\t')[:2]) for line in manifest.splitlines()[1:]]


def test_a_flat_list_of_files_and_a_folder(history, table, image, wide_code, galaxy_state):
    """Hostile identifiers come out as they went in, in each output, and the manifest verifies the list."""
    images = history.list_of({**dict.fromkeys(HOSTILE_NAMES, table), 'ome zarr': image})
    job = history.run('iscc_sum_manifest', input_files=images, extra_outputs=['checksums', 'codes'])
    codes = {**dict.fromkeys(HOSTILE_NAMES, wide_code('measurements.csv')), 'ome zarr': wide_code('nuclei_ome.zarr')}
    manifest = names_and_codes(history.text(job, 'manifest'))
    assert manifest == [(escaped(name), f'ISCC:{code}') for name, code in codes.items()]
    assert history.text(job, 'checksums') == ''.join(
        f'ISCC:{code} *{name}{"/" if name == "ome zarr" else ""}\n' for name, code in codes.items())
    collection = job['answer']['output_collections'][0]
    assert texts_of(history.galaxy, collection['id']) == {name: f'{code}\n' for name, code in codes.items()}
    for reference in job['answer']['outputs']:
        verified = history.run(
            'iscc_sum_verify_manifest', input_files=images, manifest={'src': 'hda', 'id': reference['id']})
        assert history.text(verified, 'summary').startswith('OK\n')
        assert f'\nOK\t{len(codes)}\nMODIFIED\t0\n' in history.text(verified, 'summary')
    assert not all_called('injected', galaxy_state)


def test_datasets_picked_by_hand_keep_their_names(history, wide_code):
    datasets = [
        history.upload(**{'class': 'File', 'path': 'measurements.csv', 'name': name}) for name in HOSTILE_NAMES
    ]
    job = history.run('iscc_sum_manifest', input_files={'values': datasets})
    code = f'ISCC:{wide_code("measurements.csv")}'
    assert names_and_codes(history.text(job, 'manifest')) == [(escaped(name), code) for name in HOSTILE_NAMES]


def test_a_nested_list_with_folders(history, table, image, wide_code):
    """Names are the identifiers joined; the manifest verifies the same collection, and a flat one by its hint."""
    plates = {'plate 1': {'A1': table, "A'2": image}, '$(touch injected)': {'A1': image}}
    nested = history.nested_list_of(plates)
    job = history.run('iscc_sum_manifest', input_collection=nested)
    assert names_and_codes(history.text(job, 'manifest')) == [
        ('plate 1/A1', f'ISCC:{wide_code("measurements.csv")}'),
        ("plate 1/A'2", f'ISCC:{wide_code("nuclei_ome.zarr")}'),
        ('$(touch injected)/A1', f'ISCC:{wide_code("nuclei_ome.zarr")}'),
    ]
    manifest = output_of(job, 'manifest')
    verified = history.run('iscc_sum_verify_manifest', input_collection=nested, manifest=manifest, on_mismatch='fail')
    assert history.text(verified, 'summary').startswith('OK\n3 datasets came, 3 were listed: all as listed.\n')
    verified = history.run(
        'iscc_sum_verify_manifest', input_files=history.list_of(plates['plate 1']), manifest=manifest)
    said = 'FAILED\n2 datasets came, 3 were listed: 2 renamed, 1 missing.\n'
    assert history.text(verified, 'summary').startswith(said)


@pytest.mark.parametrize('length, state', [(LONGEST_IDENTIFIER, 'ok'), (LONGEST_IDENTIFIER + 1, 'error')])
def test_the_longest_name_in_the_collection_of_codes(history, table, wide_code, length, state):
    """Galaxy itself empties the collection without a word where a name is longer."""
    name = 'x' * length
    job = history.run('iscc_sum_manifest', input_files=history.list_of({name: table}), extra_outputs=['codes'])
    assert job['state'] == state
    collection = job['answer']['output_collections'][0]['id']
    expected = {name: wide_code('measurements.csv') + '\n'} if state == 'ok' else {}
    assert texts_of(history.galaxy, collection) == expected
    assert ('too long for an element' in job['tool_stderr']) == (state == 'error')


@pytest.mark.alone
def test_one_dataset_that_cannot_be_hashed_fails_the_job(history, table, image, hasher):
    hasher('case "$*" in *--tree*) echo "disk on fire" >&2; exit 2;; esac; PATH="${PATH#*:}"; exec iscc-sum "$@"')
    images = history.list_of({'table': table, 'image': image})
    job = history.run('iscc_sum_manifest', input_files=images, extra_outputs=['checksums', 'codes'])
    assert job['state'] == 'error'
    assert 'could not hash dataset "image"' in job['tool_stderr']
    outputs = [history.galaxy.datasets.show_dataset(output['id']) for output in job['answer']['outputs']]
    assert [(output['state'], output['file_size']) for output in outputs] == [('error', 0)] * 2
    assert texts_of(history.galaxy, job['answer']['output_collections'][0]['id']) == {}


def test_a_mismatch_fails_the_job(history, table, tmp_path):
    manifest = tmp_path / 'manifest.tsv'
    code = 'K4AAY7TG4KHSQHO5HLEU7DN5Y35BXCNIY7GNLPG3MRYSEQOHM3QPTNY'
    manifest.write_text(f'name\tiscc_code\ntable\t{code}\n')
    reference = history.upload(**{'class': 'File', 'path': str(manifest), 'filetype': 'tabular'})
    job = history.run(
        'iscc_sum_verify_manifest', input_files=history.list_of({'table': table}), manifest=reference,
        on_mismatch='fail')
    assert job['state'] == 'error'
    assert f'do not match the manifest {json.dumps("manifest.tsv")}' in job['tool_stderr']
    said = 'FAILED\n1 dataset came, 1 was listed: 1 modified.\nOK\t0\nMODIFIED\t1\n'
    assert said in job['tool_stderr']
