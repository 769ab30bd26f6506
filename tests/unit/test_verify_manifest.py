"""Verify datasets against a manifest: statuses, report, summary, mismatches and errors."""

import csv
import subprocess
from collections import Counter

import pytest
from hypothesis import given, strategies as st

from contents import some_bytes
from iscc_galaxy.formats.listed_codes import ListedCode
from iscc_galaxy.formats.tables import escaped
from iscc_galaxy.iscc import iscc_codes
from iscc_galaxy.similarity.verification import name_hint, STATUSES, verify
from local_galaxy.configuration import JOBS_BIN
from names import NAMES_IN_TABLES
from oracle import codes_of

CODES = [
    'K4AAY7TG4KHSQHO5HLEU7DN5Y35BXCNIY7GNLPG3MRYSEQOHM3QPTNY',
    'K4AAZ6TG4KHSQHO5HJEU7LN5Y35BWKQ2DLIXUMHHI75SII4JPP6E25A',
]
CODES += [iscc_codes.narrowed(code) for code in CODES]


@pytest.fixture
def job(verify_manifest, tmp_path):
    """Run the command with the defaults of the form."""
    def job(datasets, manifest: str, computed: str | None = None, on_mismatch='report', allow_unlisted=False):
        def file(name: str, text: str) -> dict:
            (tmp_path / name).write_text(text, encoding='utf-8', newline='\n')
            return {'name': name, 'path': str(tmp_path / name)}
        return verify_manifest.run(
            datasets=datasets, manifest=file('manifest', manifest), on_mismatch=on_mismatch,
            computed=None if computed is None else file('computed', computed), allow_unlisted=allow_unlisted)
    return job


def table(named: list[tuple[str, str]]) -> str:
    return 'name\tiscc_code\n' + ''.join(f'{escaped(name)}\tISCC:{code}\n' for name, code in named)


def rows(text: str) -> list[list[str]]:
    header, *rows = csv.reader(text.split('\n')[:-1], delimiter='\t', quoting=csv.QUOTE_NONE)
    assert header == ['name', 'status', 'expected_code', 'computed_code', 'distance', 'found_as']
    return rows


def summary(first: str, **counts: int) -> str:
    return ''.join([f'{first}\n', *(f'{status}\t{counts.get(status, 0)}\n' for status in STATUSES)])


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
        ['same', 'OK', f'ISCC:{listed["same"]}', f'ISCC:{listed["same"]}', '0', ''],
        ['edited', 'MODIFIED', f'ISCC:{listed["edited"]}', f'ISCC:{found["edited"]}', str(distance), ''],
        ['moved', 'RENAMED', f'ISCC:{listed["moved"]}', f'ISCC:{listed["moved"]}', '0', 'moved\\t1'],
        ['lost', 'MISSING', f'ISCC:{listed["lost"]}', '', '', ''],
        ['came in', 'UNLISTED', '', f'ISCC:{found["came in"]}', '', ''],
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
    assert all(len(row[3]) == len('ISCC:') + (29 if '--narrow' in options else 55) for row in rows(report))
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
        'The first of 30 row(s) that tell why:\nname\tstatus', 'lost 9\tMISSING')
    assert 'lost 10' not in done.stderr
    assert '\tOK\t' not in done.stderr


def test_two_manifests_are_compared_without_hashing(verify_manifest, job, fake_iscc_sum):
    fake_iscc_sum(verify_manifest, 'exit 1')
    one, other = CODES[:2]
    done = job([], table([('a', one), ('b', one), ('c', one)]), f'ISCC:{one} *b\nISCC:{other} *a\nISCC:{one} *d\n')
    assert [(row[0], row[1], row[4], row[5]) for row in rows(verify_manifest.succeeds(done))] == [
        ('a', 'MODIFIED', '4', ''), ('b', 'OK', '0', ''), ('c', 'RENAMED', '0', 'd'),
    ]


@pytest.mark.parametrize('expected, computed, shown', [(0, 2, 2), (2, 0, 2), (2, 2, 2)])
def test_wide_and_narrow_codes_are_compared_narrow(verify_manifest, job, expected, computed, shown):
    done = job([], table([('a', CODES[expected])]), table([('a', CODES[computed])]))
    row, = rows(verify_manifest.succeeds(done))
    assert row == ['a', 'OK', f'ISCC:{CODES[expected]}', f'ISCC:{CODES[shown]}', '0', '']
    done = job([], table([('a', CODES[expected])]), table([('a', CODES[computed + 1])]))
    row, = rows(verify_manifest.succeeds(done))
    assert (row[1], row[4]) == ('MODIFIED', '2')


listed_codes = st.lists(st.builds(ListedCode, st.sampled_from(CODES), st.just(1), st.sampled_from('abc')), max_size=9)


@given(listed_codes, listed_codes)
def test_listed_codes_are_paired_one_to_one(expected, computed):
    outcomes = verify(expected, computed)
    assert [outcome.expected for outcome in outcomes[:len(expected)]] == expected
    assert all(outcome.status == 'UNLISTED' for outcome in outcomes[len(expected):])
    used = [outcome.computed for outcome in outcomes if outcome.computed]
    assert Counter(used) == Counter(computed)
    for outcome in outcomes:
        if outcome.expected and outcome.computed:
            same_name = outcome.expected.name == outcome.computed.name
            same_code = iscc_codes.is_same_code(outcome.expected.code, outcome.computed.code)
            assert outcome.status == {(1, 1): 'OK', (1, 0): 'MODIFIED', (0, 1): 'RENAMED'}[same_name, same_code]
    # Nobody is left alone who has a partner that is alone too.
    missing = [outcome.expected for outcome in outcomes if outcome.status == 'MISSING']
    unlisted = [outcome.computed for outcome in outcomes if outcome.status == 'UNLISTED']
    for one in missing:
        for other in unlisted:
            assert one.name != other.name and not iscc_codes.is_same_code(one.code, other.code)


@given(listed_codes, listed_codes)
def test_as_many_are_ok_as_can_be(expected, computed):
    wide = [[listed for listed in side if not iscc_codes.is_narrow(listed.code)] for side in (expected, computed)]
    both = [Counter((listed.name, listed.code) for listed in side) for side in wide]
    assert sum(outcome.status == 'OK' for outcome in verify(*wide)) == (both[0] & both[1]).total()


def hint(expected: list[str], computed: list[str]) -> str:
    return name_hint(*([ListedCode(CODES[0], 1, name) for name in names] for names in (expected, computed)))


@pytest.mark.parametrize('expected, computed, words', [
    (['a.tiff', 'b.tiff'], ['data/a.tiff', 'data/b.tiff'], '2 would be without the folders before the last "/"'),
    (['plate 1/a.tiff'], ['a.tiff'], '1 would be without the folders'),
    (['a', 'c'], ['a.tiff', 'b.tiff'], '1 would be without extensions and'),
    (['a.tiff'], ['x/a.tiff.tiff'], '1 would be without extensions and'),
    (['a.ome.tiff'], ['a'], '1 would be without extensions and'),
])
def test_names_that_almost_match_give_a_hint(expected, computed, words):
    assert words in hint(expected, computed)
    assert 'rename the elements' in hint(expected, computed)


@pytest.mark.parametrize('expected, computed', [
    (['a.tiff', 'b.tiff'], ['a.tiff', 'x/b.tiff']), (['a.tiff'], ['b.tiff']), (['a'], []),
])
def test_no_hint_where_a_name_matches_or_none_nearly_does(expected, computed):
    assert hint(expected, computed) == ''


def test_the_hint_is_in_the_summary(verify_manifest, job):
    done = job(verify_manifest.files_with({'x/a.tiff': b'a'}), table([('a.tiff', CODES[0])]))
    verify_manifest.succeeds(done, log(1, 1))
    text = verify_manifest.outputs['summary'].read_text()
    counts, hint = text.split('No name of the manifest is the name of a dataset')
    assert counts == summary('FAILED', MISSING=1, UNLISTED=1)
    assert '1 would be without the folders' in hint


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


def test_nothing_is_verified_against_nothing(verify_manifest, job):
    verify_manifest.fails(job([], table([('a', CODES[0])])), 'No dataset was given')
    verify_manifest.fails(job([], table([('a', CODES[0])]), ''), 'Dataset "computed" is empty')


def test_an_error_in_hashing_is_no_mismatch(verify_manifest, job, fake_iscc_sum):
    fake_iscc_sum(verify_manifest, 'echo "disk on fire" >&2; exit 2')
    done = job(verify_manifest.files_with({'a': b'a'}), table([('a', CODES[0])]))
    verify_manifest.fails(done, 'could not hash dataset "a"', 'disk on fire')
