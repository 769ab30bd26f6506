"""Verify datasets against a manifest: statuses, report, summary, mismatches and errors."""

import csv
import subprocess
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from contents import some_bytes
from iscc_galaxy.formats.listed_codes import ListedCode
from iscc_galaxy.formats.pixel_manifests import Pixels
from iscc_galaxy.formats.tables import escaped
from iscc_galaxy.galaxy.job import MISMATCH
from iscc_galaxy.iscc import iscc_codes
from iscc_galaxy.similarity.verification import STATUSES, verify
from local_galaxy.configuration import JOBS_BIN, TEST_DATA
from names import NAMES_IN_TABLES
from oracle import codes_of, wide_code

CODES = [
    'K4AAY7TG4KHSQHO5HLEU7DN5Y35BXCNIY7GNLPG3MRYSEQOHM3QPTNY',
    'K4AAZ6TG4KHSQHO5HJEU7LN5Y35BWKQ2DLIXUMHHI75SII4JPP6E25A',
]
CODES += [iscc_codes.narrowed(code) for code in CODES]


@pytest.fixture
def job(verify_manifest, tmp_path):
    """Run the command with the defaults of the form."""
    def job(datasets, manifest: str, computed: str | None = None, **options):
        def file(name: str, text: str) -> dict:
            (tmp_path / name).write_text(text, encoding='utf-8', newline='\n')
            return {'name': name, 'path': str(tmp_path / name)}
        defaults = {'on_mismatch': 'report', 'allow_unlisted': False, 'match_names': 'exact'}
        return verify_manifest.run(
            datasets=datasets, manifest=file('manifest', manifest),
            computed=None if computed is None else file('computed', computed), **defaults | options)
    return job


def table(named: list[tuple[str, str]]) -> str:
    return 'name\tiscc_code\n' + ''.join(f'{escaped(name)}\tISCC:{code}\n' for name, code in named)


def rows(text: str) -> list[list[str]]:
    header, *rows = csv.reader(text.split('\n')[:-1], delimiter='\t', quoting=csv.QUOTE_NONE)
    assert header == ['name', 'status', 'found_as', 'distance', 'expected_code', 'computed_code', 'note']
    return rows


def summary(first: str, **counts: int) -> str:
    paired = sum(counts.get(status, 0) for status in ('OK', 'MODIFIED', 'RENAMED'))
    came, listed = paired + counts.get('UNLISTED', 0), paired + counts.get('MISSING', 0)
    said = ', '.join(f'{counts[status]} {status.lower()}' for status in STATUSES[1:] if counts.get(status))
    return ''.join([
        f'{first}\n', f'{came} dataset{"s" * (came != 1)} came, {listed} {"was" if listed == 1 else "were"} listed: ',
        f'{said or "all as listed"}.\n', *(f'{status}\t{counts.get(status, 0)}\n' for status in STATUSES),
    ])


def log(count: int, size: int) -> str:
    return f'Hashed {count} / {count} datasets, {size:,} bytes\n'


def test_every_status(verify_manifest, job, tmp_path):
    old = {name: some_bytes(50_000, name) for name in ('same', 'edited', 'moved', 'lost')}
    listed = {name: codes_of(content, tmp_path).wide for name, content in old.items()}
    new = {
        'came in': some_bytes(50_000, 'x'), 'moved\t1': old['moved'], 'edited': old['edited'][:-5], 'same': old['same'],
    }
    found = {name: codes_of(content, tmp_path).wide for name, content in new.items()}
    done = job(verify_manifest.files_with(new), table(list(listed.items())))
    report = verify_manifest.succeeds(done, log(4, sum(map(len, new.values()))))
    distance, _ = iscc_codes.data_code_distance(listed['edited'], found['edited'])
    assert rows(report) == [
        ['same', 'OK', '', '0', f'ISCC:{listed["same"]}', f'ISCC:{listed["same"]}', ''],
        ['edited', 'MODIFIED', '', str(distance), f'ISCC:{listed["edited"]}', f'ISCC:{found["edited"]}', ''],
        ['moved', 'RENAMED', 'moved\\t1', '0', f'ISCC:{listed["moved"]}', f'ISCC:{listed["moved"]}', ''],
        ['lost', 'MISSING', '', '', f'ISCC:{listed["lost"]}', '', ''],
        ['came in', 'UNLISTED', '', '', '', f'ISCC:{found["came in"]}', ''],
    ]
    assert verify_manifest.outputs['summary'].read_text() == summary('FAILED', **dict.fromkeys(STATUSES, 1))


@pytest.mark.parametrize('on_mismatch', ['report', 'fail'])
@pytest.mark.parametrize('slots', [1, 2])
def test_hostile_names_match_themselves(verify_manifest, job, tmp_path, on_mismatch, slots):
    contents = {name: some_bytes(100, name) for name in NAMES_IN_TABLES}
    manifest = table([(name, codes_of(content, tmp_path).wide) for name, content in contents.items()])
    verify_manifest.slots = slots
    done = job(verify_manifest.files_with(dict(reversed(contents.items()))), manifest, on_mismatch=on_mismatch)
    report = verify_manifest.succeeds(done, log(len(contents), 100 * len(contents)))
    assert [row[:2] for row in rows(report)] == [[escaped(name), 'OK'] for name in NAMES_IN_TABLES]
    assert verify_manifest.outputs['summary'].read_text() == summary('OK', OK=len(NAMES_IN_TABLES))


@pytest.mark.parametrize('options', [[], ['--tag'], ['--units'], ['--narrow'], ['--tag', '--narrow', '--units']])
def test_what_iscc_sum_writes_at_the_microscope_verifies_the_upload(verify_manifest, job, tmp_path, options):
    home = tmp_path / 'microscope'
    contents = {'a b.tiff': some_bytes(5000, 'a'), '# c.tiff': some_bytes(5000, 'c'), 'ü.tiff': b''}
    for name, content in contents.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_bytes(content)
    command = [JOBS_BIN / 'iscc-sum', *options, *contents]
    checksums = subprocess.run(command, cwd=home, capture_output=True, check=True, text=True).stdout
    report = verify_manifest.succeeds(job(verify_manifest.files_with(contents), checksums), log(3, 10_000))
    assert [row[:2] for row in rows(report)] == [[name, 'OK'] for name in contents]
    assert all(len(row[5]) == len('ISCC:') + (29 if '--narrow' in options else 55) for row in rows(report))
    tampered = {**contents, 'a b.tiff': b'tampered'}
    report = verify_manifest.succeeds(job(verify_manifest.files_with(tampered), checksums), log(3, 5008))
    assert [row[1] for row in rows(report)] == ['MODIFIED', 'OK', 'OK']


def test_a_folder_is_found_under_its_name_with_a_slash(verify_manifest, job, tmp_path):
    root = tmp_path / 'tree'
    root.mkdir()
    (root / 'chunk').write_bytes(b'chunk')
    done = job([verify_manifest.folder_of(root)], f'ISCC:{codes_of(b"chunk", tmp_path).wide} *image.zarr/\n')
    assert rows(verify_manifest.succeeds(done, log(1, 5)))[0][:2] == ['image.zarr', 'OK']


@pytest.mark.parametrize('allow_unlisted, first', [(True, 'OK'), (False, 'FAILED')])
def test_unlisted_datasets_can_be_allowed(verify_manifest, job, tmp_path, allow_unlisted, first):
    manifest = table([('a', codes_of(b'a', tmp_path).wide)])
    done = job(verify_manifest.files_with({'a': b'a', 'b': b'b'}), manifest, allow_unlisted=allow_unlisted)
    assert [row[1] for row in rows(verify_manifest.succeeds(done, log(2, 2)))] == ['OK', 'UNLISTED']
    assert verify_manifest.outputs['summary'].read_text() == summary(first, OK=1, UNLISTED=1)


def test_allowing_unlisted_datasets_allows_nothing_else(verify_manifest, job, tmp_path):
    manifest = table([('a', codes_of(b'a', tmp_path).wide)])
    for contents in ({'a': b'b'}, {'b': b'a'}, {'b': b'b'}):
        assert job(verify_manifest.files_with(contents), manifest, allow_unlisted=True).returncode == 0
        assert verify_manifest.outputs['summary'].read_text().startswith('FAILED\n')


def test_a_mismatch_fails_the_job_with_summary_and_first_rows(verify_manifest, job, tmp_path):
    manifest = table([('ok', codes_of(b'', tmp_path).wide), *((f'lost {number}', CODES[0]) for number in range(30))])
    done = job(verify_manifest.files_with({'ok': b''}), manifest, on_mismatch='fail')
    verify_manifest.fails(
        done, 'The datasets do not match the manifest "manifest".\n' + summary('FAILED', OK=1, MISSING=30),
        'The first of 30 row(s) that tell why:\nname\tstatus', 'lost 9\tMISSING', code=MISMATCH)
    assert 'lost 10' not in done.stderr
    assert '\tOK\t' not in done.stderr


def test_two_manifests_are_compared_without_hashing(verify_manifest, job, fake_iscc_sum):
    fake_iscc_sum(verify_manifest, 'exit 1')
    one, other = CODES[:2]
    done = job([], table([('a', one), ('b', one), ('c', one)]), f'ISCC:{one} *b\nISCC:{other} *a\nISCC:{one} *d\n')
    assert [row[:4] for row in rows(verify_manifest.succeeds(done))] == [
        ['a', 'RENAMED', 'd', '0'], ['b', 'OK', '', '0'], ['c', 'MISSING', 'b', ''], ['a', 'UNLISTED', '', '4'],
    ]


@pytest.mark.parametrize('expected, computed, shown', [(0, 2, 2), (2, 0, 2), (2, 2, 2)])
def test_wide_and_narrow_codes_are_compared_narrow(verify_manifest, job, expected, computed, shown):
    done = job([], table([('a', CODES[expected])]), table([('a', CODES[computed])]))
    row, = rows(verify_manifest.succeeds(done))
    assert row == ['a', 'OK', '', '0', f'ISCC:{CODES[expected]}', f'ISCC:{CODES[shown]}', '']
    done = job([], table([('a', CODES[expected])]), table([('a', CODES[computed + 1])]))
    row, = rows(verify_manifest.succeeds(done))
    assert (row[1], row[3]) == ('MODIFIED', '2')


listed_codes = st.lists(st.builds(ListedCode, st.sampled_from(CODES), st.just(1), st.sampled_from('abc')), max_size=9)


@given(listed_codes, listed_codes)
def test_listed_codes_are_paired_one_to_one(expected, computed):
    outcomes = verify(expected, computed)
    assert [outcome.listed for outcome in outcomes[:len(expected)]] == expected
    assert all(outcome.status == 'UNLISTED' for outcome in outcomes[len(expected):])
    used = [outcome.computed for outcome in outcomes if outcome.computed]
    assert sorted(used, key=repr) == sorted(computed, key=repr)
    for outcome in outcomes:
        if outcome.listed and outcome.computed:
            same_name = outcome.listed.name == outcome.computed.name
            same_code = iscc_codes.is_same_code(outcome.listed.code, outcome.computed.code)
            assert outcome.status == {(1, 1): 'OK', (1, 0): 'MODIFIED', (0, 1): 'RENAMED'}[same_name, same_code]
    # Nobody is left alone who has a partner that is alone too.
    missing = [outcome.listed for outcome in outcomes if outcome.status == 'MISSING']
    unlisted = [outcome.computed for outcome in outcomes if outcome.status == 'UNLISTED']
    for one in missing:
        for other in unlisted:
            assert one.name != other.name and not iscc_codes.is_same_code(one.code, other.code)


@given(listed_codes, listed_codes)
def test_as_many_are_ok_as_can_be(expected, computed):
    wide = [[listed for listed in side if not iscc_codes.is_narrow(listed.code)] for side in (expected, computed)]
    both = [Counter((listed.name, listed.code) for listed in side) for side in wide]
    assert sum(outcome.status == 'OK' for outcome in verify(*wide)) == (both[0] & both[1]).total()


def plain_statement(listed: list[ListedCode], computed: list[ListedCode]) -> list[tuple]:
    """Return (status, place of the line, place of the dataset), by comparing all with all, one rule after the other."""
    def same_name(line, dataset):
        return line.name == dataset.name

    def equal(line, dataset):
        return line.code == dataset.code

    def same_content(line, dataset):
        return iscc_codes.is_same_code(line.code, dataset.code)

    rules = [
        ('OK', same_name, equal), ('OK', same_name, same_content), ('RENAMED', equal), ('RENAMED', same_content),
        ('MODIFIED', same_name),
    ]
    found, lines, datasets = [], list(range(len(listed))), list(range(len(computed)))
    for status, *conditions in rules:
        for line in list(lines):
            for dataset in list(datasets):
                if all(condition(listed[line], computed[dataset]) for condition in conditions):
                    found.append((status, line, dataset))
                    lines.remove(line)
                    datasets.remove(dataset)
                    break
    return sorted(found + [('MISSING', line, None) for line in lines] + [('UNLISTED', None, each) for each in datasets],
                  key=str)


@given(listed_codes, listed_codes)
def test_outcomes_are_those_of_the_plain_statement(listed, computed):
    # The line tells the places apart where names and codes are equal.
    listed, computed = ([replace(each, line=place) for place, each in enumerate(side)] for side in (listed, computed))
    outcomes = verify(listed, computed)
    assert sorted((
        (outcome.status, outcome.listed and outcome.listed.line, outcome.computed and outcome.computed.line)
        for outcome in outcomes), key=str) == plain_statement(listed, computed)
    for outcome in outcomes:
        if outcome.status == 'MISSING':
            copies = [each for each in computed if iscc_codes.is_same_code(each.code, outcome.listed.code)]
            assert (outcome.other is None) == (not copies) and (not copies or outcome.other in copies)
        elif outcome.status == 'UNLISTED':
            assert outcome.other == next((line for line in listed if line.name == outcome.computed.name), None)
        else:
            assert outcome.other is None


def test_frames_that_moved_up_are_renamed_and_only_the_first_is_missing(verify_manifest, job):
    """Numbered frames, of which the first was dropped; nothing that is there is called lost or modified."""
    frames = [wide_code(bytes([number] * 16), bytes([number] * 16)) for number in range(4)]
    done = job([], table([(f'frame{number}', code) for number, code in enumerate(frames, start=1)]),
               table([(f'frame{number}', code) for number, code in enumerate(frames[1:], start=1)]))
    assert [row[:3] for row in rows(verify_manifest.succeeds(done))] == [
        ['frame1', 'MISSING', ''], ['frame2', 'RENAMED', 'frame1'], ['frame3', 'RENAMED', 'frame2'],
        ['frame4', 'RENAMED', 'frame3'],
    ]


def test_swapped_samples_are_renamed(verify_manifest, job):
    one, other = CODES[:2]
    done = job([], table([('a', one), ('b', other)]), table([('a', other), ('b', one)]))
    assert [row[:4] for row in rows(verify_manifest.succeeds(done))] == [
        ['a', 'RENAMED', 'b', '0'], ['b', 'RENAMED', 'a', '0']]


def test_an_original_kept_under_a_new_name_is_renamed_and_the_edited_one_has_its_distance(verify_manifest, job):
    original, edited = CODES[:2]
    done = job([], table([('a', original)]), table([('a', edited), ('a original', original)]))
    assert [row[:4] + row[6:] for row in rows(verify_manifest.succeeds(done))] == [
        ['a', 'RENAMED', 'a original', '0', ''],
        ['a', 'UNLISTED', '', '4', 'its name is listed, with other content; distance to that'],
    ]


def test_a_copy_that_is_gone_is_missing_and_its_content_is_not(verify_manifest, job):
    done = job([], table([('a', CODES[0]), ('b', CODES[0])]), table([('b', CODES[0])]))
    assert [row[:4] + row[6:] for row in rows(verify_manifest.succeeds(done))] == [
        ['a', 'MISSING', 'b', '', 'one of several identical copies is gone'], ['b', 'OK', '', '0', '']]


def test_a_hundred_thousand_lines():
    """If each line were compared with each, this test would take hours."""
    codes = [wide_code(number.to_bytes(16, 'big'), number.to_bytes(16, 'big')) for number in range(100_000)]
    listed = [ListedCode(code, place, f'image {place}') for place, code in enumerate(codes)]
    computed = [replace(line, name=f'image {line.line + 1}') for line in listed[1:]]
    counts = Counter(outcome.status for outcome in verify(listed, computed))
    assert counts == {'RENAMED': 99_999, 'MISSING': 1}


def test_nearly_equal_names_are_paired_if_the_user_says_so(verify_manifest, job):
    listed = table([('data/a.tif', CODES[0]), ('b', CODES[0]), ('u\u0308.png', CODES[1])])
    found = table([('a.tiff', CODES[1]), ('b', CODES[0]), ('\xfc.png', CODES[1])])
    exact = rows(verify_manifest.succeeds(job([], listed, found)))
    assert [row[1] for row in exact] == ['MISSING', 'OK', 'RENAMED', 'UNLISTED']
    loose = rows(verify_manifest.succeeds(job([], listed, found, match_names='loose')))
    assert [row[:4] for row in loose] == [
        ['data/a.tif', 'MODIFIED', 'a.tiff', '4'], ['b', 'OK', '', '0'], ['u\u0308.png', 'OK', '\xfc.png', '0']]


def test_the_summary_says_which_names_are_nearly_equal(verify_manifest, job):
    done = job([], table([('a.tiff', CODES[0]), ('b', CODES[1])]), table([('x/a.tiff', CODES[1]), ('b', CODES[1])]))
    verify_manifest.succeeds(done)
    counts, hint = verify_manifest.outputs['summary'].read_text().split('Names: ')
    assert counts == summary('FAILED', OK=1, MISSING=1, UNLISTED=1)
    assert hint.startswith(
        '1 name(s) differ only a little, such as "a.tiff" in the manifest and "x/a.tiff" here (in the folders before')
    assert hint.count('\n') == 1


def test_no_hint_where_all_are_paired_or_none_is_near(verify_manifest, job):
    for found in ('b', 'a.tiff'):
        done = job([], table([('a.tiff', CODES[0])]), table([(found, CODES[1])]))
        verify_manifest.succeeds(done)
        assert verify_manifest.outputs['summary'].read_text().count('\n') == 7


def test_a_zarr_listed_file_by_file_gives_a_hint(verify_manifest, job, tmp_path):
    root = tmp_path / 'tree'
    root.mkdir()
    (root / 'chunk').write_bytes(b'chunk')
    manifest = table([('image.zarr/0/0', CODES[0]), ('image.zarr/0/1', CODES[0])])
    verify_manifest.succeeds(job([verify_manifest.folder_of(root)], manifest), log(1, 5))
    assert verify_manifest.outputs['summary'].read_text().endswith(
        'Folders: the manifest lists the files in "image.zarr" one by one. To list a folder as one dataset, make the '
        'list with: iscc-sum --tree FOLDER\n')


@pytest.mark.parametrize('original, is_said', [
    (b'a\r\nb\r\n', True), (b'a\r\nb', True), (b'a\nb', True), (b'a\nb\r\n', False), (b'a\nc\n', False),
])
@pytest.mark.parametrize('form', ['wide', 'narrow'])
def test_line_ends_that_galaxy_converted_are_said(verify_manifest, job, tmp_path, original, is_said, form):
    code = getattr(codes_of(original, tmp_path), form)
    verify_manifest.succeeds(job(verify_manifest.files_with({'t.csv': b'a\nb\n'}), table([('t.csv', code)])), log(1, 4))
    text = verify_manifest.outputs['summary'].read_text()
    assert text.startswith('FAILED\n1 dataset came, 1 was listed: 1 modified.\n')
    assert ('Line ends: of 1 modified dataset(s), the code matches once' in text) == is_said
    assert text.endswith(': "t.csv"\n') == is_said


@pytest.mark.parametrize('content', [b'', b'a', b'a\r\nb\n', b'a\0b\n'])
def test_nothing_is_said_of_line_ends_of_what_was_not_converted(verify_manifest, job, tmp_path, content):
    code = codes_of(content.replace(b'\n', b'\r\n') + b'.', tmp_path).wide
    done = job(verify_manifest.files_with({'t.csv': content}), table([('t.csv', code)]))
    verify_manifest.succeeds(done, log(1, len(content)))
    assert 'Line ends' not in verify_manifest.outputs['summary'].read_text()


def test_files_that_a_system_left_in_a_folder_are_named(verify_manifest, job, tmp_path):
    root = tmp_path / 'tree'
    (root / '__MACOSX').mkdir(parents=True)
    for name in ('chunk', '.DS_Store', '._chunk', 'Thumbs.db', '__MACOSX/x', 'a.DS_Store', '_.x'):
        (root / name).write_bytes(b'.')
    done = job([verify_manifest.folder_of(root)], table([('image.zarr', CODES[0])]))
    said = (
        '"image.zarr" holds 4 file(s) that macOS or Windows left there, and that are part of its code: ".DS_Store", '
        '"._chunk", "Thumbs.db", "__MACOSX/x"\n'
    )
    verify_manifest.succeeds(done, said + log(1, 7))
    assert verify_manifest.outputs['summary'].read_text().endswith(f'System files: {said}')


def test_a_deferred_dataset_without_a_name_is_an_error(verify_manifest, job, fake_iscc_sum):
    fake_iscc_sum(verify_manifest, 'exit 1')
    dataset = {**verify_manifest.file_with(b'a', 'Unnamed dataset'), 'id': 'None'}
    verify_manifest.fails(job([dataset], table([('a', CODES[0])])), 'is deferred', 'Materialize it')


@pytest.mark.parametrize('manifest, computed, words', [
    ('', None, ['Dataset "manifest" is empty']),
    ('name\tiscc_code\n', None, ['Dataset "manifest" holds no ISCC-CODE']),
    ('# nothing\n', None, ['Dataset "manifest" holds no ISCC-CODE']),
    (table([('a', CODES[0])])[:-4], None, ['Dataset "manifest", line 2: the code']),
    (CODES[0], None, ['Dataset "manifest", line 1: a code without a name']),
    (f'{{"iscc": "{CODES[0]}"}}', None, ['Dataset "manifest", line 1: a code without a name']),
    (table([('a', CODES[0])]), table([('a', CODES[0])]), ['either datasets to hash, or a manifest', 'not both']),
])
def test_what_cannot_be_compared_is_an_error(verify_manifest, job, manifest, computed, words):
    done = job(verify_manifest.files_with({'a': b'a'}), manifest, computed)
    verify_manifest.fails(done, *words)


PIXEL_MANIFESTS = {
    name: (TEST_DATA / 'expected' / f'pixels_{name}.tsv').read_text(encoding='utf-8') for name in ('before', 'after')
}
LOST = 'of the dataset: 1 of 3 chunks are not stored, and read as 0'


def test_pixels_are_equal_if_their_codes_types_and_sizes_are(verify_manifest, job):
    report = verify_manifest.succeeds(job([], PIXEL_MANIFESTS['before'], PIXEL_MANIFESTS['after'], match_names='loose'))
    assert [row[:2] + row[3:4] + row[6:] for row in rows(report)] == [
        ['stack.ome.tiff', 'OK', '0', ''],
        ['plate.ome.tiff#1', 'OK', '0', ''],
        ['plate.ome.tiff#2', 'MODIFIED', rows(report)[2][3], ''],
        ['mask.tiff', 'MODIFIED', '0', 'size_x: 64 was listed, 48 came; size_y: 48 was listed, 64 came'],
        ['counts.tiff', 'MODIFIED', '0', 'pixel_type: uint16 was listed, uint8 came; size_x: 64 was listed, 128 came'],
        ['gone.tiff', 'MISSING', '', ''],
        ['sparse.zarr', 'OK', '0', LOST],
    ]
    assert 0 < int(rows(report)[2][3]) <= 12
    counts, hint = verify_manifest.outputs['summary'].read_text().split('Notes: ')
    assert counts == summary('FAILED', OK=3, MODIFIED=3, MISSING=1)
    assert hint.endswith(' of 1 image(s) in the report, such as chunks that are not stored: "sparse.zarr"\n')


def test_equal_bytes_of_other_sizes_are_not_the_renamed_image(verify_manifest, job):
    renamed = PIXEL_MANIFESTS['after'].replace('mask.tiff', 'turned.tiff')
    report = verify_manifest.succeeds(job([], PIXEL_MANIFESTS['before'], renamed, match_names='loose'))
    assert [row[:2] for row in rows(report) if row[0] in ('mask.tiff', 'turned.tiff')] == [
        ['mask.tiff', 'MISSING'], ['turned.tiff', 'UNLISTED']]


def test_a_note_of_the_manifest_is_shown_for_a_missing_image_too(verify_manifest, job):
    without = PIXEL_MANIFESTS['before'].replace('sparse', 'x')
    report = verify_manifest.succeeds(job([], PIXEL_MANIFESTS['after'], without))
    note, = [row[6] for row in rows(report) if row[0] == 'sparse.zarr']
    assert note == LOST.replace('dataset', 'manifest')


two_sizes = st.sampled_from([(2, 8, 1, 1, 1), (8, 2, 1, 1, 1)])
pixels = st.builds(Pixels, st.just('uint8'), two_sizes, st.sampled_from(['', 'n']))
codes_of_pixels = st.lists(
    st.builds(ListedCode, st.sampled_from(CODES[:2]), st.just(1), st.sampled_from('ab'), pixels), max_size=7)


@given(codes_of_pixels, codes_of_pixels)
def test_outcomes_of_pixels_are_those_of_files_with_a_code_for_each_size(expected, computed):
    """Notes make no difference."""
    def as_files(codes: list[ListedCode]) -> list[ListedCode]:
        return [
            ListedCode(wide_code(each.code.encode()[:16], bytes([each.pixels.sizes[0]] * 16)), each.line, each.name)
            for each in codes
        ]
    of_pixels, of_files = verify(expected, computed), verify(as_files(expected), as_files(computed))
    assert [outcome.status for outcome in of_pixels] == [outcome.status for outcome in of_files]


@pytest.mark.parametrize('manifest, computed, words', [
    ('pixels', 'files', 'Dataset "manifest" holds codes of pixels, and dataset "computed" codes of files: the two'),
    ('files', 'pixels', 'Dataset "computed" holds codes of pixels, and dataset "manifest" codes of files: the two'),
])
def test_manifests_of_pixels_and_of_files_are_an_error(verify_manifest, job, manifest, computed, words):
    content = {'pixels': PIXEL_MANIFESTS['before'], 'files': table([('mask.tiff', CODES[0])])}
    verify_manifest.fails(job([], content[manifest], content[computed]), words)


def test_datasets_are_not_hashed_for_a_manifest_of_pixels(verify_manifest, job, fake_iscc_sum):
    fake_iscc_sum(verify_manifest, 'echo "hashed" >&2; exit 2')
    done = job(verify_manifest.files_with({'mask.tiff': b'a'}), PIXEL_MANIFESTS['before'])
    verify_manifest.fails(
        done, 'Dataset "manifest" holds codes of pixels, and this job hashes files: the two can\'t be compared. Make a '
        'pixel manifest of the images with "Generate ISCC-CODEs of image content", and give it under "Or: manifest of ')
    assert 'hashed' not in done.stderr.replace('hashes', '')


def test_nothing_is_verified_against_nothing(verify_manifest, job):
    verify_manifest.fails(job([], table([('a', CODES[0])])), 'No dataset was given')
    verify_manifest.fails(job([], table([('a', CODES[0])]), ''), 'Dataset "computed" is empty')


def test_an_error_in_hashing_is_no_mismatch(verify_manifest, job, fake_iscc_sum):
    fake_iscc_sum(verify_manifest, 'echo "disk on fire" >&2; exit 2')
    done = job(verify_manifest.files_with({'a': b'a'}), table([('a', CODES[0])]))
    verify_manifest.fails(done, 'could not hash dataset "a"', 'disk on fire')
