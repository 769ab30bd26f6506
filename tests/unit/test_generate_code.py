"""Generate ISCC-CODE: codes against official vectors and oracles, output forms, failures."""

# The vectors name their content as Python expressions.
import hashlib  # noqa: F401
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from iscc_schema import IsccMeta

from contents import some_bytes
from local_galaxy.configuration import JOBS_BIN
from names import HOSTILE_NAMES, NAMES_IN_TABLES, NOT_IN_CHECKSUM_LINES
from oracle import codes_of, content_of

VECTORS = json.loads((Path(__file__).parent.parent / 'vectors' / 'iscc_sum_vectors.json').read_text())
OFFICIAL = VECTORS['official_iscc_sum']['code_iscc_sum']


@pytest.mark.parametrize('name', OFFICIAL)
def test_official_vectors(generate, name):
    (stream, wide, units), expected = OFFICIAL[name]['inputs'], OFFICIAL[name]['outputs']
    content = bytes.fromhex(stream.removeprefix('stream:'))
    result = json.loads(generate.file(content, output_format='json', narrow=not wide, units=units))
    assert {key: result[key] for key in expected if key in result} == {
        key: value for key, value in expected.items() if key in result
    }
    assert {'iscc', 'datahash', 'filesize'} <= result.keys()
    assert ('units' in result) == units


@pytest.mark.parametrize('name', VECTORS['derived'])
def test_derived_vectors(generate, name):
    vector = VECTORS['derived'][name]
    content = eval(vector['python'])
    wide = generate.file(content, output_format='iscc', units=True)
    assert wide.splitlines() == [vector['wide'], *vector['units']]
    assert generate.file(content, narrow=True) == vector['narrow'].removeprefix('ISCC:') + '\n'


@pytest.mark.parametrize('size', [0, 1, 1023, 1024, 4096, 100_003, 2_097_152, 2_097_153, 5_000_000])
def test_codes_are_those_of_iscc_core_and_iscc_lib(generate, tmp_path, size):
    content = some_bytes(size)
    codes = codes_of(content, tmp_path)
    assert generate.file(content) == codes.wide + '\n'
    assert generate.file(content, narrow=True, units=True).split() == [
        codes.narrow, codes.data_unit, codes.instance_unit,
    ]
    assert json.loads(generate.file(content, output_format='json'))['datahash'] == codes.datahash


def test_iscc_form_has_the_prefix_on_every_line(generate):
    bare = generate.file(b'Hello World!', units=True)
    prefixed = generate.file(b'Hello World!', units=True, output_format='iscc')
    assert prefixed == ''.join(f'ISCC:{line}\n' for line in bare.splitlines())


@pytest.mark.parametrize('name', HOSTILE_NAMES)
@pytest.mark.parametrize('narrow', [False, True])
def test_checksum_line_verifies_a_file_of_that_name(generate, tmp_path, name, narrow):
    line = generate.file(b'some content', name=name, output_format='checksum', narrow=narrow)
    home = tmp_path / 'download' / 'folder'
    home.mkdir(parents=True)
    target = home / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b'some content')
    checksums = tmp_path / 'checksums.txt'
    checksums.write_text(line, encoding='utf-8')
    verify = [JOBS_BIN / 'iscc-sum', '--strict', '-c', checksums]
    assert subprocess.run(verify, cwd=home, capture_output=True, text=True).stdout == f'{name}: OK\n'
    target.write_bytes(b'other content')
    assert subprocess.run(verify, cwd=home, capture_output=True).returncode == 1


def test_checksum_line_verifies_a_folder(generate, tmp_path):
    folder = tmp_path / 'image.zarr'
    (folder / '0').mkdir(parents=True)
    (folder / '0' / 'chunk').write_bytes(some_bytes(5000))
    assert generate.folder_job(folder, output_format='checksum').returncode == 0
    assert generate.output.read_text().endswith(' *image.zarr/\n')
    done = subprocess.run([JOBS_BIN / 'iscc-sum', '-c', generate.output], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == 'image.zarr/: OK\n'


@pytest.mark.parametrize('name', NOT_IN_CHECKSUM_LINES)
def test_checksum_line_refuses_a_name_it_cannot_carry(generate, tmp_path, name):
    path = tmp_path / 'dataset.dat'
    path.touch()
    done = generate.job({'name': name, 'path': str(path)}, output_format='checksum')
    generate.fails(done, json.dumps(name), 'can not stand in a checksum line')


def test_checksum_line_ignores_units(generate):
    lines = {generate.file(b'x', output_format='checksum', units=units) for units in (False, True)}
    assert len(lines) == 1


@pytest.mark.parametrize('name', [*NAMES_IN_TABLES, '"}', '\x01'])
def test_json_is_iscc_metadata_whatever_the_name(generate, name):
    metadata = json.loads(generate.file(b'some content', name=name, output_format='json', units=True))
    assert metadata['name'] == name
    assert metadata['filesize'] == len(b'some content')
    if name:  # The schema asks for at least one character.
        assert IsccMeta.model_validate(metadata).iscc == metadata['iscc']
    unknown = metadata.keys() - {field.alias or key for key, field in IsccMeta.model_fields.items()}
    assert not unknown


def test_a_tree_is_hashed_as_iscc_sum_does(generate, tmp_path):
    root = tmp_path / 'tree'
    for name in ('b', 'a', 'sub/c', 'Ä/d', 'sub/.zattrs', 'é'):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode() * 2000)
    assert generate.folder_job(root).returncode == 0
    code = generate.output.read_text()
    assert code == codes_of(content_of(root), tmp_path).wide + '\n'
    bare = subprocess.run([JOBS_BIN / 'iscc-sum', '--tree', root], capture_output=True, text=True).stdout
    assert bare.startswith(f'ISCC:{code.strip()} ')


def test_a_tree_says_what_is_left_out(generate, tmp_path):
    root = tmp_path / 'tree'
    (root / 'sub').mkdir(parents=True)
    (root / '.isccignore').write_text('*.tmp\n')
    (root / 'sub' / 'x.tmp').write_bytes(b'left out')
    (root / 'x.iscc.json').write_bytes(b'left out')
    (root / 'data').write_bytes(b'hashed')
    done = generate.folder_job(root, output_format='json')
    assert (done.returncode, done.stderr) == (0, '')
    assert '2 file(s) of "image.zarr": "sub/x.tmp", "x.iscc.json"' in done.stdout
    assert json.loads(generate.output.read_text())['filesize'] == len('*.tmp\n') + len('hashed')


def test_the_store_root_is_hashed(generate, tmp_path):
    store = tmp_path / 'extra' / 'image.zarr'
    store.mkdir(parents=True)
    (store / '.zgroup').write_text('{}')
    described = {'name': 'z', 'path': '/none', 'extra_files_path': str(store.parent), 'is_directory': True}
    assert generate.job({**described, 'store_root': 'image.zarr'}).returncode == 0
    assert generate.output.read_text() == codes_of(b'{}', tmp_path).wide + '\n'
    (store.parent / 'stray').touch()
    generate.fails(generate.job({**described, 'store_root': 'image.zarr'}), '"stray"', 'alone')


@pytest.mark.parametrize('files', [
    ['image.zarr/.zarray', 'image.zarr/0.0', '__MACOSX/x'], ['folder/image.zarr/.zarray'], ['.zarray', 'README.md'],
    ['one.zarr/.zarray', 'other.zarr/.zarray'], ['None/.zarray'], ['0.0'],
])
def test_a_zarr_without_store_root_is_hashed_whole_as_iscc_sum_does(generate, tmp_path, files):
    """Galaxy writes "None" where it could not set the metadata element."""
    root = tmp_path / 'extra'
    for number, name in enumerate(files):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(bytes([number]) * 1000)
    done = generate.job({**generate.folder_of(root), 'store_root': 'None'})
    assert (done.returncode, done.stderr) == (0, '')
    command = [JOBS_BIN / 'iscc-sum', '--tree', root]
    expected = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert f'ISCC:{generate.output.read_text().strip()} ' in expected


@pytest.mark.parametrize('output_format, needs_name', [
    ('code', False), ('iscc', False), ('checksum', True), ('json', True)])
def test_a_deferred_dataset_is_hashed_where_no_name_is_needed(generate, output_format, needs_name):
    done = generate.job({**generate.file_with(b'a', 'Unnamed dataset'), 'id': 'None'}, output_format=output_format)
    if needs_name:
        generate.fails(done, 'A dataset is deferred', 'Materialize it first')
    else:
        assert generate.succeeds(done)
    assert generate.job(generate.file_with(b'a', 'Unnamed dataset'), output_format=output_format).returncode == 0


def test_a_store_root_that_is_a_link_is_an_error(generate, tmp_path):
    extra, elsewhere = tmp_path / 'extra', tmp_path / 'elsewhere'
    extra.mkdir()
    elsewhere.mkdir()
    (elsewhere / '.zgroup').write_text('{}')
    (extra / 'image.zarr').symlink_to(elsewhere)
    done = generate.job({
        'name': 'z', 'path': '/none', 'extra_files_path': str(extra), 'is_directory': True, 'store_root': 'image.zarr',
    })
    generate.fails(done, '"z" is a symbolic link')


@pytest.mark.parametrize('make, reason', [
    (lambda path: path.symlink_to('data'), 'symbolic link'),
    (lambda path: path.symlink_to('.'), 'symbolic link'),
    (lambda path: path.symlink_to('nowhere'), 'symbolic link'),
    (os.mkfifo, 'not a file'),
])
def test_a_tree_refuses_what_iscc_sum_would_skip(generate, tmp_path, make, reason):
    root = tmp_path / 'tree'
    (root / 'sub').mkdir(parents=True)
    (root / 'data').write_bytes(b'data')
    make(root / 'sub' / 'odd')
    generate.fails(generate.folder_job(root), f'"sub/odd ({reason})"', 'can not be hashed whole')


def test_a_tree_refuses_a_name_that_is_not_utf8(generate, tmp_path):
    root = tmp_path / 'tree'
    root.mkdir()
    Path(os.fsdecode(os.fsencode(root) + b'/\xff')).touch()
    generate.fails(generate.folder_job(root), 'name is not UTF-8')


def test_a_tree_refuses_unreadable_files(tmp_path, monkeypatch):
    """As root every file can be read, so the question is answered here."""
    from iscc_galaxy.galaxy.datasets import Dataset
    from iscc_galaxy.galaxy.job import JobError
    from iscc_galaxy.iscc import files

    (tmp_path / 'secret').touch()
    monkeypatch.setattr(os, 'access', lambda path, mode: False)
    with pytest.raises(JobError, match=re.escape('"secret (unreadable)"')):
        files.survey(Dataset('image.zarr', tmp_path, is_directory=True))


def test_an_empty_tree_is_an_error(generate, tmp_path):
    root = tmp_path / 'tree'
    root.mkdir()
    generate.fails(generate.folder_job(root), '"image.zarr" is empty')
    (root / 'sub').mkdir()
    generate.fails(generate.folder_job(root), 'has no file to hash')
    (root / 'a.iscc.json').touch()
    generate.fails(generate.folder_job(root), '1 file(s) are left out')


def test_an_invalid_ignore_file_is_an_error(generate, tmp_path):
    root = tmp_path / 'tree'
    root.mkdir()
    (root / '.isccignore').write_bytes(b'\xff\xfe')
    generate.fails(generate.folder_job(root), '.isccignore file', 'is not valid')


def test_a_composite_dataset_with_a_generated_main_file_is_a_tree(generate, tmp_path):
    extra = tmp_path / 'extra'
    extra.mkdir()
    (extra / 'image.hdr').write_bytes(b'header')
    (extra / 'image.img').write_bytes(b'image')
    described = {'name': 'a', 'path': '/none', 'extra_files_path': str(extra), 'composite_type': 'auto_primary_file'}
    assert generate.job(described).returncode == 0
    assert generate.output.read_text() == codes_of(b'headerimage', tmp_path).wide + '\n'


@pytest.mark.parametrize('composite_type', [None, 'basic'])
def test_content_in_two_places_is_an_error(generate, tmp_path, composite_type):
    extra = tmp_path / 'extra'
    extra.mkdir()
    (extra / 'figure.png').touch()
    main_file = tmp_path / 'report.html'
    main_file.touch()
    done = generate.job({
        'name': 'report', 'path': str(main_file), 'extra_files_path': str(extra), 'composite_type': composite_type,
    })
    generate.fails(done, 'Dataset "report"', '"figure.png"', 'no ISCC-CODE covers both')


def test_a_dataset_without_a_folder_has_none_elsewhere(generate):
    """Galaxy names no folder of extra files where there is none; the working directory is not meant."""
    dataset = generate.file_with(b'content')
    assert generate.job({**dataset, 'extra_files_path': ''}).returncode == 0
    generate.fails(generate.job({**dataset, 'extra_files_path': '', 'is_directory': True}), 'is empty')


def test_a_missing_file_is_an_error(generate):
    generate.fails(generate.job({'name': 'gone', 'path': '/no/such/file'}), '"gone" is missing')


WIDE = 'ISCC:K4AL34BLFXWN7QWLCSBGJMLRZW73EXFHQFNNZNEE5GQTNQI67ZU4DVI'


@pytest.mark.parametrize('script, words', [
    ('echo "disk on fire" >&2; exit 2', ['(exit code 2)', 'disk on fire']),
    ('exit 2', ['(exit code 2)', 'gave no reason']),
    ('kill -9 $$', ['exit code -9']),
    ('exit 0', ['no valid ISCC-CODE']),
    ('"$real" "$@"; echo "skipped a file" >&2', ['skipped a file']),
    ('echo hello', ['no valid ISCC-CODE', 'hello']),
    (f'printf "{WIDE} *x\\0"', ['no valid ISCC-CODE']),
    ('"$real" "$@" 2>/dev/null | head -c 100', ['no valid ISCC-CODE']),
    ('"$real" "$@" | tr A B', ['no valid ISCC-CODE']),
    ('"$real" --narrow "$@"', ['no valid ISCC-CODE']),
    ('"$real" "$@"; "$real" "$@"', ['no valid ISCC-CODE']),
    ('"$real" "$@"; for last; do :; done; echo more >> "$last"', ['changed while it was hashed']),
])
def test_only_a_whole_and_valid_answer_of_iscc_sum_counts(generate, fake_iscc_sum, tmp_path, script, words):
    fake_iscc_sum(generate, script)
    path = tmp_path / 'dataset.dat'
    path.write_bytes(b'content')
    generate.fails(generate.job({'name': 'image', 'path': str(path)}), *words)


def test_a_tree_that_grows_while_it_is_hashed_is_an_error(generate, fake_iscc_sum, tmp_path):
    fake_iscc_sum(generate, '"$real" "$@"; for last; do :; done; echo more > "$last/late"')
    root = tmp_path / 'tree'
    root.mkdir()
    (root / 'data').touch()
    generate.fails(generate.folder_job(root), 'changed while it was hashed')


def test_a_missing_command_is_an_error(generate, tmp_path, monkeypatch):
    from iscc_galaxy.galaxy.datasets import Dataset
    from iscc_galaxy.galaxy.job import JobError
    from iscc_galaxy.iscc import hashing

    (tmp_path / 'data').touch()
    monkeypatch.setenv('PATH', str(tmp_path))
    with pytest.raises(JobError, match='iscc-sum is not installed'):
        hashing.fingerprint(Dataset('data', str(tmp_path / 'data'), is_directory=False), narrow=False)


def test_an_output_that_cannot_be_written_is_an_error(generate, tmp_path):
    path = tmp_path / 'dataset.dat'
    path.touch()
    generate.outputs['output'] = tmp_path / 'no folder' / 'output'
    generate.fails(generate.job({'name': 'image', 'path': str(path)}), 'could not be read or written', 'no folder')


@pytest.mark.parametrize('name, quoted', [
    ('a"b', '"a\\"b"'), ('ü 日本 😀', '"ü 日本 😀"'), ('\n\t\x1b', '"\\n\\t\\u001b"'), ('\x7f\x9b', '"\\x7f\\x9b"'),
    ('\u2028\u202e', '"\\u2028\\u202e"'), ('a\xa0', '"a\\xa0"'), ('\ud800', '"\\ud800"'),
])
def test_a_name_in_a_message_stays_on_one_line_and_acts_on_nothing(generate, name, quoted):
    generate.fails(generate.job({'name': name, 'path': '/no/such/file'}), f'The file of dataset {quoted} is missing')


def test_a_name_in_the_log_needs_no_locale(generate, tmp_path):
    """Where Python would write in another encoding, the log is in UTF-8 all the same."""
    root = tmp_path / 'tree'
    root.mkdir()
    for name in ('data', '日本.iscc.json'):
        (root / name).touch()
    generate.commands = tmp_path
    (tmp_path / 'python').write_text(f'#!/bin/sh\nPYTHONIOENCODING=latin-1 exec {JOBS_BIN}/python "$@"\n')
    (tmp_path / 'python').chmod(0o755)
    generate.path_first = f'{JOBS_BIN}:'
    done = generate.folder_job(root)
    assert (done.returncode, done.stderr) == (0, '')
    assert '1 file(s) of "image.zarr": "日本.iscc.json"' in done.stdout
