"""Find datasets with similar ISCC-CODEs: pairs, groups, picture, inputs and errors."""

import csv
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st
from PIL import Image

from clusters import clustered_codes, flipped, is_near, iscc_core_distance
from contents import some_bytes
from iscc_galaxy.commands import find_similar as command
from iscc_galaxy.formats.tables import escaped
from iscc_galaxy.galaxy.job import JobError
from iscc_galaxy.iscc import iscc_codes
from iscc_galaxy.similarity import data_code_comparison, matches
from iscc_galaxy.similarity.data_codes import data_codes
from iscc_galaxy.similarity.search.numpy_back_end import NumpyBackEnd
from local_galaxy.configuration import TEST_DATA
from names import NAMES_IN_TABLES
from oracle import codes_of, wide_code

# With two that would be a formula in a picture.
NAMES = [*NAMES_IN_TABLES, '$x^2$', '$(touch injected) $x^2$']
COLUMNS = ['file_id', 'filename', 'iscc_code', 'match_id', 'match_filename', 'match_iscc_code', 'distance']
GROUP_COLUMNS = [
    'group', 'group_size', 'filename', 'relation', 'distance', 'representative', 'identical_group', 'iscc_code',
    'file_id',
]
MANIFEST_COLUMNS = ['name', 'iscc_code', 'size', 'datahash', 'kind']


def brute_force(datasets: list[tuple], others: list[tuple], threshold: int) -> list[list[str]]:
    """Return the rows of the pair table; datasets are (id, name, code)."""
    rows = []
    for place, dataset in enumerate(datasets):
        near = [
            (iscc_core_distance(dataset[2], other[2]), number) for number, other in enumerate(others)
            if (others is not datasets or number != place) and is_near(dataset[2], other[2], threshold)
        ]
        rows += [[*dataset, *others[number], str(distance)] for distance, number in sorted(near)]
        rows += [] if near else [[*dataset, '', '', '', '-1']]
    return rows


def brute_force_groups(datasets: list[tuple], threshold: int) -> set[frozenset[str]]:
    """Return the ids of the members of each group."""
    groups = [{number} for number in range(len(datasets))]
    for one, first in enumerate(datasets):
        for other, second in enumerate(datasets[:one]):
            if is_near(first[2], second[2], threshold) and groups[one] is not groups[other]:
                groups[one] |= groups[other]
                for number in groups[other]:
                    groups[number] = groups[one]
    return {frozenset(datasets[number][0] for number in group) for group in groups}


def table(path, columns: list[str]) -> list[list[str]]:
    lines = path.read_text(encoding='utf-8').split('\n')[:-1]
    header, *rows = csv.reader(lines, delimiter='\t', quoting=csv.QUOTE_NONE)
    assert header == columns
    return rows


@pytest.fixture
def listed(tmp_path):
    """Write a manifest; return what Galaxy would say of it, and the datasets in it as (id, name, code)."""
    def listed(id: str, of: list[str], names: list[str] | None = None):
        names = names or [f'{id}-{number}' for number in range(len(of))]
        path = tmp_path / f'manifest_{id}'
        path.write_text('name\tiscc_code\n' + ''.join(
            f'{escaped(name)}\tISCC:{code}\n' for name, code in zip(names, of)), encoding='utf-8', newline='\n')
        datasets = [(f'{id}:{line}', escaped(name), code) for line, (name, code) in enumerate(zip(names, of), start=2)]
        return {'id': id, 'name': f'list {id}', 'path': str(path)}, datasets
    return listed


@pytest.fixture
def run(tmp_path):
    """Run the command's main function in this process; return the paths of its outputs."""
    def run(threshold=12, codes=(), reference=(), datasets=(), outputs=('output',)):
        options = {
            'datasets': list(datasets), 'codes': list(codes), 'reference': list(reference), 'threshold': threshold,
        }
        paths = {name: tmp_path / f'out_{name}' for name in outputs}
        command.main(options, **paths)
        return paths
    return run


@pytest.mark.parametrize('narrow', [0, 0.3, 1])
@pytest.mark.parametrize('slots', ['1', '3'])
def test_pairs_are_those_of_brute_force_for_every_threshold(run, listed, monkeypatch, narrow, slots):
    monkeypatch.setenv('GALAXY_SLOTS', slots)
    manifest, datasets = listed('7', clustered_codes(24, 1, narrow))
    for threshold in range(0, 129, 1 if slots == '1' else 12):
        paths = run(threshold, [manifest])
        assert table(paths['output'], COLUMNS) == brute_force(datasets, datasets, threshold)


@pytest.mark.parametrize('narrow, narrow_reference', [(0, 0), (0.4, 0.4), (0, 1), (1, 0)])
def test_pairs_with_a_reference(run, listed, narrow, narrow_reference):
    both = clustered_codes(40, 2)
    mixed = [iscc_codes.narrowed(code) if number % 10 < 10 * share else code for share, half in (
        (narrow, both[::2]), (narrow_reference, both[1::2])) for number, code in enumerate(half)]
    manifest, datasets = listed('7', mixed[:20])
    reference, others = listed('9', mixed[20:])
    for threshold in (0, 9, 12, 40, 128):
        paths = run(threshold, [manifest], [reference])
        assert table(paths['output'], COLUMNS) == brute_force(datasets, others, threshold)


def test_rows_are_put_together_in_small_pieces(run, listed, monkeypatch):
    monkeypatch.setattr(matches, 'PAIRS', 10)
    manifest, datasets = listed('7', clustered_codes(90, 3, 0.2) * 2)
    assert table(run(12, [manifest])['output'], COLUMNS) == brute_force(datasets, datasets, 12)


@pytest.mark.parametrize('narrow', [0, 0.3])
@pytest.mark.parametrize('threshold', [0, 12, 24])
def test_groups(run, listed, narrow, threshold):
    manifest, datasets = listed('7', clustered_codes(60, 4, narrow))
    rows = table(run(threshold, [manifest], outputs=('output', 'clusters'))['clusters'], GROUP_COLUMNS)
    check_groups(rows, datasets, threshold)


def check_groups(rows: list[list[str]], datasets: list[tuple], threshold: int) -> None:
    """Hold the table against groups by brute force, and its order and columns against what the help says."""
    groups: dict[str, list[list[str]]] = {}
    for row in rows:
        groups.setdefault(row[0], []).append(row)
    found = {frozenset(row[8] for row in members) for members in groups.values()}
    assert found == brute_force_groups(datasets, threshold)
    assert list(groups) == [str(number) for number in range(1, len(groups) + 1)]
    places = {dataset[0]: place for place, dataset in enumerate(datasets)}
    order = [(-len(members), min(places[row[8]] for row in members)) for members in groups.values()]
    assert order == sorted(order)
    for members in groups.values():
        first = members[0]
        matched = [sum(is_near(row[7], other[7], threshold) for other in members) for row in members]
        assert matched[0] == max(matched)
        assert all(places[first[8]] < places[row[8]] for row, count in zip(members[1:], matched[1:])
                   if count == matched[0])
        assert {row[1] for row in members} == {str(len(members))}
        assert {row[5] for row in members} == {first[2]}
        assert [row[4] for row in members] == [str(iscc_core_distance(first[7], row[7])) for row in members]
        order = [(int(row[4]), places[row[8]]) for row in members[1:]]
        assert order == sorted(order)
        assert [row[3] for row in members] == ['representative', *(how_alike(first[7], row[7]) for row in members[1:])]


def how_alike(one: str, other: str) -> str:
    """Return in the words of the help how alike two codes are; a narrow one is compared with the begin of a wide."""
    checksums = [iscc_codes.halves_of(code)[1] for code in (one, other)]
    if checksums[0].startswith(checksums[1]) or checksums[1].startswith(checksums[0]):
        return 'bit-identical'
    return 'similar' if iscc_core_distance(one, other) else 'equal Data-Code'


FINDING_COLUMNS = ['dataset', 'similar_to', 'relation', 'distance']


@pytest.mark.parametrize('narrow', [0, 0.3])
@pytest.mark.parametrize('threshold', [0, 12, 40])
@pytest.mark.parametrize('has_reference', [False, True])
def test_findings_are_the_pairs_closest_first(run, listed, narrow, threshold, has_reference):
    """Each pair once, bit-identical ones first, then by distance, then in the order of the datasets."""
    made = clustered_codes(40, 7, narrow)
    made[5], made[30] = made[1], made[2]
    manifest, datasets = listed('7', made[:24])
    reference, in_reference = listed('9', made[24:])
    others = in_reference if has_reference else datasets
    pairs = [
        (how_alike(one[2], other[2]) != 'bit-identical', iscc_core_distance(one[2], other[2]), place, behind)
        for place, one in enumerate(datasets) for behind, other in enumerate(others)
        if (has_reference or place < behind) and is_near(one[2], other[2], threshold)
    ]
    paths = run(threshold, [manifest], [reference] if has_reference else [], outputs=('output', 'findings'))
    assert table(paths['findings'], FINDING_COLUMNS) == [
        [datasets[place][1], others[behind][1], how_alike(datasets[place][2], others[behind][2]), str(distance)]
        for _, distance, place, behind in sorted(pairs)
    ]


def test_no_findings_are_a_header(run, listed):
    manifest, _ = listed('7', [wide_code(bytes(16), bytes(16)), wide_code(b'\xff' * 16, b'\xff' * 16)])
    assert table(run(12, [manifest], outputs=('output', 'findings'))['findings'], FINDING_COLUMNS) == []


def test_groups_are_joined_while_pairs_come_in(run, listed, monkeypatch):
    """Many links, and few kept at a time, give the same groups."""
    monkeypatch.setattr(matches, 'PENDING_LINKS', 1)
    back_end = NumpyBackEnd(replace(NumpyBackEnd().costs, tile=(2, 5)))
    search = partial(data_code_comparison.find_near_pairs, back_ends=(back_end,))
    monkeypatch.setattr(data_code_comparison, 'find_near_pairs', search)
    manifest, datasets = listed('7', clustered_codes(100, 5))
    rows = table(run(20, [manifest], outputs=('output', 'clusters'))['clusters'], GROUP_COLUMNS)
    check_groups(rows, datasets, 20)


def test_a_chain_is_one_group(run, listed):
    chain = [wide_code(flipped(bytes(16), *range(10 * link)), bytes([link] * 16)) for link in range(10)]
    manifest, datasets = listed('7', chain)
    rows = table(run(12, [manifest], outputs=('output', 'clusters'))['clusters'], GROUP_COLUMNS)
    check_groups(rows, datasets, 12)
    assert {row[1] for row in rows} == {'10'}
    assert max(int(row[4]) for row in rows) > 12


def test_bit_identical_is_told_apart_from_distance_0(run, listed):
    data, same, other = bytes(16), b'i' * 16, b'j' * 16
    one, two = wide_code(data, same), wide_code(data, other)
    manifest, _ = listed('7', [one, two, one, iscc_codes.narrowed(one), wide_code(data, b'i' * 15 + b'x')])
    rows = table(run(12, [manifest], outputs=('output', 'clusters'))['clusters'], GROUP_COLUMNS)
    assert {row[4] for row in rows} == {'0'}
    identical = {row[8]: row[6] for row in rows}
    assert identical['7:2'] == identical['7:4'] == identical['7:5']
    assert identical['7:3'] != identical['7:2']
    assert len({row[6] for row in rows[:2]}) == 2


def test_groups_with_a_reference_hold_what_it_matches(run, listed):
    near = [wide_code(flipped(bytes(16), bit), bytes([bit] * 16)) for bit in range(4)]
    far = [wide_code(b'\xff' * 16, b'f' * 16), wide_code(b'\x0f' * 16, b'g' * 16)]
    manifest, _ = listed('7', [near[0], far[0], near[1]])
    reference, _ = listed('9', [near[2], far[1], near[3]])
    rows = table(run(12, [manifest], [reference], outputs=('output', 'clusters'))['clusters'], GROUP_COLUMNS)
    assert [(row[0], row[1], row[8]) for row in rows] == [
        ('1', '4', '7:2'), ('1', '4', '7:4'), ('1', '4', '9:2'), ('1', '4', '9:4'), ('2', '1', '7:3'),
    ]


@given(st.lists(st.sampled_from(clustered_codes(8, 6, 0.3)), min_size=2, max_size=12), st.integers(0, 128))
def test_counts_of_rows_are_exact(of, threshold):
    datasets = [(str(number), 'x', code) for number, code in enumerate(of)]
    found = data_code_comparison.find_matches(data_codes(of), threshold=threshold, threads=1)
    listed = [row for row in brute_force(datasets, datasets, threshold) if row[-1] != '-1']
    assert (found.rows, found.pairs) == (len(listed), len(listed) // 2)


def test_too_many_pairs_are_an_error_or_one_line(run, listed, monkeypatch):
    monkeypatch.setattr(matches, 'MOST_ROWS', 89)
    of = [wide_code(flipped(bytes(16), number % 3), bytes([number] * 16)) for number in range(10)]
    manifest, datasets = listed('7', of)
    with pytest.raises(JobError, match='^45 pairs, not listed: see clusters'):
        run(12, [manifest])
    paths = run(12, [manifest], outputs=('output', 'findings', 'clusters', 'plot'))
    for output, columns in ('output', COLUMNS), ('findings', FINDING_COLUMNS):
        assert paths[output].read_text() == '\t'.join(columns) + '\n# 45 pairs, not listed: see clusters\n'
    check_groups(table(paths['clusters'], GROUP_COLUMNS), datasets, 12)
    Image.open(paths['plot']).verify()
    monkeypatch.setattr(matches, 'MOST_ROWS', 90)
    assert len(table(run(12, [manifest])['output'], COLUMNS)) == 90


def test_equal_codes_in_numbers_need_little_memory(run, listed):
    """A hundred thousand codes, 20 % of them equal: 4e8 rows, which would be 40 GB."""
    random = np.random.default_rng(1)
    different = [wide_code(random.bytes(16), random.bytes(16)) for _ in range(80_000)]
    manifest, _ = listed('7', different + [wide_code(bytes(16), bytes(16))] * 20_000)
    paths = run(12, [manifest], outputs=('output', 'clusters'))
    assert '# 199990000 pairs, not listed: see clusters' in paths['output'].read_text()
    assert table(paths['clusters'], GROUP_COLUMNS)[0][:2] == ['1', '20000']


# What follows runs the command as a job does.

@pytest.fixture
def job(find_similar):
    """Run the command on datasets, codes and references, with the defaults of the form."""
    def job(datasets=(), codes=(), reference=(), threshold=12, outputs=('output',)):
        find_similar.outputs = {name: find_similar.folder / f'out_{name}' for name in outputs}
        described = [{**dataset, 'id': str(number)} for number, dataset in enumerate(datasets, start=11)]
        return find_similar.run(datasets=described, codes=list(codes), reference=list(reference), threshold=threshold)
    return job


def log(count: int, size: int) -> str:
    return f'Hashed {count} / {count} datasets, {size:,} bytes\n'


def test_datasets_are_hashed_and_compared(find_similar, job, tmp_path):
    content = some_bytes(200_000)
    edited = content[:100_000] + bytes(10) + content[100_010:]
    contents = {'raw': content, 'copy': content, 'edited': edited, 'other': b'x' * 99}
    root = tmp_path / 'tree'
    root.mkdir()
    (root / 'chunk').write_bytes(content)
    datasets = [*find_similar.files_with(contents), find_similar.folder_of(root)]
    done = job(datasets, outputs=('output', 'clusters', 'plot', 'manifest'))
    find_similar.succeeds(done, log(5, 800_099))
    named = {**contents, 'image.zarr': content}
    expected = [
        (str(number), name, codes_of(each, tmp_path).wide)
        for number, (name, each) in enumerate(named.items(), start=11)
    ]
    rows = table(find_similar.output, COLUMNS)
    assert rows == brute_force(expected, expected, 12)
    pairs = {(row[1], row[4]) for row in rows}
    assert pairs >= {('raw', 'copy'), ('edited', 'raw'), ('image.zarr', 'copy'), ('other', '')}
    groups = table(find_similar.outputs['clusters'], GROUP_COLUMNS)
    check_groups(groups, expected, 12)
    identical = {row[2]: row[6] for row in groups}
    assert identical['raw'] == identical['copy'] == identical['image.zarr'] != identical['edited']
    manifest = table(find_similar.outputs['manifest'], MANIFEST_COLUMNS)
    assert [(row[0], row[1], row[4]) for row in manifest] == [
        (name, f'ISCC:{code}', 'directory' if name == 'image.zarr' else 'file') for _, name, code in expected
    ]
    Image.open(find_similar.outputs['plot']).verify()


def test_hostile_names_come_out_as_they_went_in(find_similar, job, tmp_path):
    datasets = find_similar.files_with(dict.fromkeys(NAMES, some_bytes(20_000)))
    done = job(datasets, outputs=('output', 'clusters', 'plot', 'manifest'))
    find_similar.succeeds(done, log(len(datasets), 20_000 * len(datasets)))
    names = [escaped(name) for name in NAMES]
    rows = table(find_similar.output, COLUMNS)
    assert [(row[1], row[4]) for row in rows] == [(one, other) for one in names for other in names if one != other]
    assert [row[2] for row in table(find_similar.outputs['clusters'], GROUP_COLUMNS)] == names
    assert [row[0] for row in table(find_similar.outputs['manifest'], MANIFEST_COLUMNS)] == names


def test_codes_of_every_form_are_taken_up(find_similar, job, tmp_path):
    """What Generate writes (a lone code has the name of its file), checksum lines, manifests; and a dataset."""
    content = some_bytes(50_000)
    known = codes_of(content, tmp_path)
    texts = {
        'code': f'{known.wide}\n', 'iscc': f'ISCC:{known.wide}\nISCC:{known.data_unit}\n',
        'checksum': f'ISCC:{known.wide} *named in the line\n',
        'json': json.dumps({'iscc': f'ISCC:{known.wide}', 'name': 'named in JSON'}),
        'manifest': f'iscc_code\tname\nISCC:{known.wide}\tnamed in the table\n',
    }
    files = []
    for number, (name, text) in enumerate(texts.items(), start=21):
        (tmp_path / name).write_text(text)
        files.append({'id': str(number), 'name': name, 'path': str(tmp_path / name)})
    find_similar.succeeds(job(find_similar.files_with({'hashed': content}), files), log(1, 50_000))
    rows = table(find_similar.output, COLUMNS)
    assert {(row[0], row[1]) for row in rows} == {
        ('11', 'hashed'), ('21:1', 'code'), ('22:1', 'iscc'), ('23:1', 'named in the line'), ('24:1', 'named in JSON'),
        ('25:2', 'named in the table'),
    }
    assert len(rows) == 6 * 5
    assert {row[6] for row in rows} == {'0'}


def test_a_dataset_is_searched_for_in_a_reference(find_similar, job, listed, tmp_path):
    content = some_bytes(50_000)
    reference, others = listed('9', [codes_of(each, tmp_path).wide for each in (b'x', content, content)])
    find_similar.succeeds(job(find_similar.files_with({'new': content}), reference=[reference]), log(1, 50_000))
    rows = table(find_similar.output, COLUMNS)
    assert [row[:2] + row[3:5] + row[6:] for row in rows] == [
        ['11', 'new', '9:3', '9-1', '0'], ['11', 'new', '9:4', '9-2', '0'],
    ]


@pytest.fixture
def pixels():
    """Return what Galaxy would say of a pixel manifest of the test data."""
    def pixels(name: str) -> dict:
        return {'id': '8', 'name': f'pixels {name}', 'path': str(TEST_DATA / 'expected' / f'pixels_{name}.tsv')}
    return pixels


def listed_in(manifest: dict) -> list[tuple]:
    """Return what a manifest lists as (id, name, code)."""
    lines = Path(manifest['path']).read_text().splitlines()
    rows = [line.split('\t') for line in lines[1:]]
    return [(f'8:{line}', row[0], row[1].removeprefix('ISCC:')) for line, row in enumerate(rows, start=2)]


def test_pixels_are_compared_with_pixels(run, pixels):
    before, after, cropped = (pixels(name) for name in ('before', 'after', 'cropped'))
    datasets = listed_in(before) + listed_in(after)
    rows = table(run(24, [before, after])['output'], COLUMNS)
    assert rows == brute_force(datasets, datasets, 24)
    rows = table(run(24, [before], [cropped])['output'], COLUMNS)
    assert rows == brute_force(listed_in(before), listed_in(cropped), 24)
    # Planes that both images have are found.
    assert ('stack.ome.tiff', 'cropped.ome.tiff') in {(row[1], row[4]) for row in rows}


def test_codes_of_pixels_and_of_files_are_an_error(run, listed, pixels):
    files, _ = listed('7', clustered_codes(2, 0))
    before = pixels('before')
    for codes, reference in ([files, before], []), ([files], [before]), ([before], [files]):
        with pytest.raises(JobError, match='^Dataset "pixels before" holds codes of pixels, and dataset "list 7" code'):
            run(12, codes, reference)


def test_datasets_are_not_hashed_to_be_compared_with_pixels(find_similar, job, pixels):
    datasets = find_similar.files_with({'a': b'a'})
    for inputs in {'codes': [pixels('before')]}, {'reference': [pixels('before')]}:
        find_similar.fails(
            job(datasets, **inputs), 'Dataset "pixels before" holds codes of pixels, and this job hashes files: the ',
            'Make a pixel manifest of the images with "Generate ISCC-CODEs of image content", and give it under "Pre')


def test_what_cannot_be_compared_is_an_error(find_similar, job, listed, tmp_path):
    one, _ = listed('7', clustered_codes(1, 0))
    empty = {'id': '8', 'name': 'empty', 'path': str(tmp_path / 'empty')}
    (tmp_path / 'empty').touch()
    dataset = find_similar.files_with({'a': b'a'})
    find_similar.fails(job(), 'There is nothing to compare: no dataset or code was given')
    find_similar.fails(job(dataset), 'There is nothing to compare: 1 dataset or code was given')
    find_similar.fails(job(codes=[one]), 'There is nothing to compare: 1 dataset or code was given')
    find_similar.fails(job(reference=[one]), 'There is nothing to compare: no dataset or code was given')
    find_similar.fails(job(dataset, codes=[empty]), 'Dataset "empty" is empty')
    find_similar.fails(job(dataset, reference=[empty]), 'Dataset "empty" is empty')
    find_similar.fails(job(codes=[one, one], outputs=('output', 'manifest')), 'A manifest lists the datasets that')
    assert job(dataset, codes=[one]).returncode == 0


def test_a_dataset_that_cannot_be_hashed_is_an_error(find_similar, job, fake_iscc_sum):
    fake_iscc_sum(find_similar, 'echo "disk on fire" >&2; exit 2')
    done = job(find_similar.files_with({'a': b'a', 'b': b'b'}))
    find_similar.fails(done, 'could not hash dataset "a"', 'disk on fire')


def test_a_deferred_dataset_has_an_id_of_its_own(find_similar, listed):
    """Galaxy has no id for it, and writes "None"."""
    def job(datasets, codes=()):
        return find_similar.run(datasets=datasets, codes=list(codes), reference=[], threshold=12)

    elements = [{**each, 'id': 'None'} for each in find_similar.files_with({'a': b'x' * 50_000, 'b': b'x' * 50_000})]
    manifest, _ = listed('None', clustered_codes(1, 0))
    find_similar.succeeds(job(elements, [manifest]), log(2, 100_000))
    assert [row[0] for row in table(find_similar.output, COLUMNS)] == ['deferred-1', 'deferred-2', 'deferred-1:2']
    picked = {**elements[0], 'name': 'Unnamed dataset'}
    find_similar.fails(job([picked, elements[1]]), 'A dataset is deferred')
