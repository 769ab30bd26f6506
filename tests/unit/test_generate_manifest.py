"""Generate ISCC-CODE manifest: codes against the oracles, order, names, further outputs, failures, memory."""

import csv
import json
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from contents import some_bytes
from iscc_galaxy.commands.generate_manifest import CODE_COLLECTION
from iscc_galaxy.formats.tables import unescaped
from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.galaxy.outputs import element_identifiers, longest_identifier
from iscc_galaxy.iscc import bulk_hashing
from iscc_galaxy.iscc.hashing import Fingerprint
from local_galaxy.configuration import CHECKOUT, JOBS_BIN
from names import HOSTILE_NAMES, NAMES_IN_TABLES, NOT_IN_CHECKSUM_LINES
from oracle import codes_of

LONGEST_IDENTIFIER = longest_identifier(CODE_COLLECTION)


@pytest.fixture
def job(generate_manifest):
    """Run the command with the defaults of the form."""
    def job(datasets: list[dict], narrow: bool = False, codes: bool = False):
        return generate_manifest.run(datasets=datasets, narrow=narrow, codes=codes)
    return job


def rows(text: str) -> list[dict[str, str]]:
    table = csv.DictReader(text.splitlines(), delimiter='\t', quoting=csv.QUOTE_NONE)
    assert table.fieldnames == ['name', 'iscc_code', 'size', 'datahash', 'kind']
    return list(table)


def log(count: int, size: int) -> str:
    return f'Hashed {count} / {count} datasets, {size:,} bytes\n'


@pytest.mark.parametrize('slots', [1, 2, 64])
@pytest.mark.parametrize('narrow', [False, True])
def test_rows_are_those_of_the_oracles_in_the_order_of_the_input(generate_manifest, job, tmp_path, slots, narrow):
    sizes = [0, 1, 3_000_000, 17, 100_000, 0, 250_001, 5_000]
    contents = {f'{number}.raw': some_bytes(size, str(number)) for number, size in enumerate(sizes)}
    root = tmp_path / 'tree'
    root.mkdir()
    (root / 'chunk').write_bytes(some_bytes(70_000))
    datasets = generate_manifest.files_with(contents)
    datasets.insert(3, generate_manifest.folder_of(root))
    generate_manifest.slots = slots
    text = generate_manifest.succeeds(job(datasets, narrow=narrow), log(9, sum(sizes) + 70_000))
    expected = [(name, content, 'file') for name, content in contents.items()]
    expected.insert(3, ('image.zarr', some_bytes(70_000), 'directory'))
    assert len(rows(text)) == 9
    for row, (name, content, kind) in zip(rows(text), expected):
        codes = codes_of(content, tmp_path)
        code = codes.narrow if narrow else codes.wide
        assert list(row.values()) == [name, f'ISCC:{code}', str(len(content)), codes.datahash, kind]


def test_every_name_is_in_the_manifest(generate_manifest, job):
    names = [*NAMES_IN_TABLES, 'two\r\nlines', '\\t']
    # A checksum file could not carry them all.
    del generate_manifest.outputs['checksums']
    done = job(generate_manifest.files_with(dict.fromkeys(names, b'x')))
    text = generate_manifest.succeeds(done, log(len(names), len(names)))
    assert [unescaped(row['name']) for row in rows(text)] == names


@pytest.mark.parametrize('narrow', [False, True])
def test_the_checksum_file_verifies_with_iscc_sum(generate_manifest, job, tmp_path, narrow):
    contents = {name: some_bytes(5000, name) for name in HOSTILE_NAMES}
    datasets = generate_manifest.files_with(contents)
    root = tmp_path / 'tree'
    root.mkdir()
    (root / 'chunk').write_bytes(some_bytes(5000))
    datasets.append(generate_manifest.folder_of(root, 'plate/image.zarr'))
    assert job(datasets, narrow=narrow).returncode == 0
    home = tmp_path / 'download' / 'folder'
    for name, content in {**contents, 'plate/image.zarr/chunk': some_bytes(5000)}.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)
    verify = [JOBS_BIN / 'iscc-sum', '--strict', '-c', generate_manifest.outputs['checksums']]
    done = subprocess.run(verify, cwd=home, capture_output=True, text=True)
    assert done.stdout.splitlines() == [f'{name}: OK' for name in [*HOSTILE_NAMES, 'plate/image.zarr/']]
    (home / 'plate/A1').write_bytes(b'tampered')
    done = subprocess.run(verify, cwd=home, capture_output=True, text=True)
    assert (done.returncode, 'plate/A1: FAILED' in done.stdout) == (1, True)


@pytest.mark.parametrize('name', NOT_IN_CHECKSUM_LINES)
def test_a_name_that_a_checksum_line_cannot_carry_is_an_error_before_hashing(
    generate_manifest, job, fake_iscc_sum, tmp_path, name,
):
    fake_iscc_sum(generate_manifest, 'touch hashed')
    done = job(generate_manifest.files_with({'good': b'x', name: b'y'}))
    generate_manifest.fails(done, json.dumps(name), 'can not stand in a checksum line')
    assert not (tmp_path / 'hashed').exists()


def test_repeated_names_are_all_listed_and_named_in_the_log(generate_manifest, job, tmp_path):
    one, two, three = (generate_manifest.file_with(name.encode(), 'a\tb', name) for name in ('one', 'two', 'three'))
    text = generate_manifest.succeeds(
        job([one, two, {**three, 'name': 'c'}, one], codes=True),
        '1 name(s) are given to several datasets, and all are listed: "a\\tb"\n' + log(4, 14))
    assert [row['name'] for row in rows(text)] == ['a\\tb', 'a\\tb', 'c', 'a\\tb']
    assert [row['size'] for row in rows(text)] == ['3', '3', '5', '3']
    elements = json.loads((tmp_path / 'galaxy.json').read_text())['codes']['elements']
    assert [element['name'] for element in elements] == ['a\tb', 'a\tb (2)', 'c', 'a\tb (3)']
    codes = [f'ISCC:{(tmp_path / element["filename"]).read_text()}' for element in elements]
    assert codes == [row['iscc_code'] + '\n' for row in rows(text)]


@given(st.lists(st.sampled_from(['a', 'b', 'a (2)', 'a (3)', 'a (2) (2)', ''])))
def test_element_identifiers_are_unique_and_names_where_they_can_be(names):
    identifiers = element_identifiers(names, CODE_COLLECTION)
    assert len(set(identifiers)) == len(names)
    for place, (name, identifier) in enumerate(zip(names, identifiers)):
        assert (identifier == name) == (name not in names[:place])
        assert identifier.startswith(name)


def test_a_name_too_long_for_an_element_is_an_error_before_hashing(generate_manifest, job, fake_iscc_sum, tmp_path):
    long = 'x' * LONGEST_IDENTIFIER
    assert job(generate_manifest.files_with({long: b'x'}), codes=True).returncode == 0
    fake_iscc_sum(generate_manifest, 'touch hashed')
    done = job(generate_manifest.files_with({long + 'x': b'x'}), codes=True)
    generate_manifest.fails(done, long, 'too long for an element')
    assert not (tmp_path / 'hashed').exists()


def test_no_dataset_is_an_error(generate_manifest, job):
    generate_manifest.fails(job([]), 'No dataset was given')


def test_one_missing_file_among_many_is_an_error(generate_manifest, job, tmp_path):
    datasets = generate_manifest.files_with({str(number): b'x' for number in range(9)})
    (tmp_path / 'dataset_5.dat').unlink()
    generate_manifest.fails(job(datasets), 'The file of dataset "5" is missing on disk')


@pytest.mark.parametrize('slots', [1, 3])
@pytest.mark.parametrize('script, words', [
    ('*_5.dat) echo "disk on fire" >&2; exit 2', ['could not hash dataset "5"', 'disk on fire']),
    ('*_5.dat) echo "disk on fire" >&2', ['could not hash dataset "5"', 'disk on fire']),
    ('*_5.dat) "$real" "$@" | sed "s/dataset_5/dataset_4/"; exit', ['no valid ISCC-CODE for dataset "5"']),
    ('*_5.dat) "$real" "$@" | head -c -1; exit', ['no valid ISCC-CODE for dataset']),
    ('*_5.dat) echo more >> "$file"', ['Dataset "5" changed while it was hashed']),
])
def test_the_one_dataset_that_cannot_be_hashed_is_named(generate_manifest, job, fake_iscc_sum, slots, script, words):
    fake_iscc_sum(generate_manifest, f'for file; do case "$file" in {script};; esac; done; exec "$real" "$@"')
    generate_manifest.slots = slots
    datasets = generate_manifest.files_with({str(number): b'x' * number for number in range(9)})
    generate_manifest.fails(job(datasets, codes=True), *words)


def test_a_folder_that_cannot_be_hashed_is_named(generate_manifest, job, tmp_path):
    (tmp_path / 'tree').mkdir()
    (tmp_path / 'tree' / 'link').symlink_to('/etc/hosts')
    datasets = [*generate_manifest.files_with({'a': b'x'}), generate_manifest.folder_of(tmp_path / 'tree', 'bad.zarr')]
    generate_manifest.fails(job(datasets), '"bad.zarr" can not be hashed whole', 'link (symbolic link)')


def test_the_log_names_files_that_are_left_out(generate_manifest, job, tmp_path):
    (tmp_path / 'tree').mkdir()
    for name in ('data', 'a.iscc.json'):
        (tmp_path / 'tree' / name).touch()
    done = job([generate_manifest.folder_of(tmp_path / 'tree')])
    assert '1 file(s) of "image.zarr": "a.iscc.json"' in done.stdout


def test_an_output_that_cannot_be_written_is_an_error(generate_manifest, job, tmp_path):
    generate_manifest.outputs['output'] = tmp_path / 'no folder' / 'manifest'
    generate_manifest.fails(job(generate_manifest.files_with({'a': b'x'})), 'could not be read or written', 'no folder')


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 10 ** 7), st.integers(1, 300))), st.sampled_from([1, 2, 5, 64]),
)
def test_batches_hold_all_in_order_within_the_bounds(specified, processes):
    sizes = {f'{number}'.rjust(length, 'x'): size for number, (_, size, length) in enumerate(specified)}
    datasets = [
        Dataset('', path, is_directory) for path, (is_directory, _, _) in zip(sizes, specified)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk_hashing.os.path, 'getsize', sizes.__getitem__)
        patch.setattr(bulk_hashing, 'COMMAND_LINE_BYTES', 1000)
        batches = list(bulk_hashing.batches(datasets, processes))
    assert [dataset for batch in batches for dataset in batch] == datasets
    for batch in batches:
        if len(batch) > 1:
            assert not any(dataset.is_directory for dataset in batch)
            assert sum(len(dataset.content) + 1 for dataset in batch) <= 1000


def test_equal_files_are_shared_evenly(tmp_path):
    (tmp_path / 'file').write_bytes(bytes(1000))
    datasets = [Dataset('', str(tmp_path / 'file'), is_directory=False)] * 600
    assert [len(batch) for batch in bulk_hashing.batches(datasets, 2)] == [300, 300]


def test_progress_is_said_now_and_then(monkeypatch, capsys, tmp_path):
    (tmp_path / 'file').write_bytes(bytes(1000))
    datasets = [Dataset('', str(tmp_path / 'file'), is_directory=False)] * 20
    seconds = iter(range(0, 1000, 2))
    monkeypatch.setattr(bulk_hashing, 'hash_batch', lambda batch, narrow: [Fingerprint('', '', '', 1000, [], [])])
    monkeypatch.setattr(bulk_hashing, 'batches', lambda datasets, slots: [[dataset] for dataset in datasets])
    monkeypatch.setattr(time, 'monotonic', lambda: next(seconds))
    bulk_hashing.hash_all(datasets)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == 'Hashed 3 / 20 datasets, 3,000 bytes'
    assert lines[-1] == 'Hashed 20 / 20 datasets, 20,000 bytes'
    assert len(lines) < 10


def peak_memory(folder: Path, count: int, size: int) -> int:
    """Return the most bytes that the command held for some datasets, without those of the processes that it started."""
    file = folder / 'dataset.dat'
    file.write_bytes(bytes(size))
    described = {
        'path': str(file).rjust(120, '/'), 'extra_files_path': '/none'.rjust(120, '/'), 'is_directory': False,
        'composite_type': None, 'store_root': '',
    }
    datasets = [{'name': f'dataset {number:060}', **described} for number in range(count)]
    (folder / 'job.json').write_text(json.dumps({'datasets': datasets, 'narrow': False, 'codes': False}))
    program = (
        'from iscc_galaxy.commands import generate_manifest; generate_manifest.run(generate_manifest.main); '
        'print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))'
    )
    done = subprocess.run(
        [JOBS_BIN / 'python', '-c', program, 'job.json', 'output=manifest'], cwd=folder, check=True,
        env={'PATH': f'{JOBS_BIN}:/usr/bin:/bin', 'PYTHONPATH': CHECKOUT}, capture_output=True, text=True)
    return int(done.stdout.splitlines()[-1]) * 1024


def test_memory_is_under_two_kilobytes_a_dataset_whatever_its_size(tmp_path):
    few, many = (peak_memory(tmp_path, count, size=0) for count in (2000, 12000))
    assert (many - few) / 10_000 < 2000
    assert peak_memory(tmp_path, 4, size=50_000_000) < few


def test_a_deferred_dataset_has_its_name_in_a_collection_only(generate_manifest, job):
    picked = {**generate_manifest.file_with(b'a', 'Unnamed dataset'), 'id': 'None'}
    generate_manifest.fails(job([picked]), 'A dataset is deferred', 'put it into a collection')
    element = {**generate_manifest.file_with(b'a', 'A1'), 'id': 'None'}
    assert job([element]).returncode == 0
    assert generate_manifest.output.read_text().splitlines()[1].startswith('A1\t')
