"""Damaged references: never a traceback, never an OK or a pair that brute force over the codes does not confirm."""

import base64
import csv
import json
import re
import sys
from pathlib import Path

import iscc_core
import pytest
from hypothesis import given, HealthCheck, settings, strategies as st

from iscc_galaxy.commands import find_similar, verify_code, verify_manifest
from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.galaxy.job import JobError
from iscc_galaxy.iscc import files, iscc_codes
from iscc_galaxy.iscc.hashing import Fingerprint
from local_galaxy.configuration import JOBS_BIN
from names import CODE, meant, spelt
from oracle import codes_of
from said import places

NARROW = 'KUAAY7TG4KHSQHO5RGUMPTGVXTNWI'
EXAMPLES = 1500
NAMES = ['a', 'image.tiff', '# b', 'plate/A1', 'tab\there', 'ü']
CONTENTS = [bytes([number]) * number * 100 for number in range(len(NAMES))]
FUZZ = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope='module', autouse=True)
def packages_of_jobs():
    """Let this process import iscc_sum, which is in the environment of the jobs alone."""
    packages, = JOBS_BIN.parent.glob('lib/*/site-packages')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, 'path', [*sys.path, str(packages)])
        yield


@pytest.fixture(scope='module')
def known(tmp_path_factory):
    """Return the codes of each content."""
    folder = tmp_path_factory.mktemp('oracle')
    return [codes_of(content, folder) for content in CONTENTS]


@pytest.fixture(scope='module')
def whole_files(known):
    """Return the files that the suite and iscc-sum write: manifests, checksum files, codes and metadata."""
    spelled = list(map(spelt, NAMES))
    files = []
    for form in ('wide', 'narrow'):
        of = [getattr(each, form) for each in known]
        files += [
            'name\tiscc_code\tsize\tdatahash\tkind\n' + ''.join(
                f'{name}\tISCC:{code}\t5\t{each.datahash}\tfile\n' for name, code, each in zip(spelled, of, known)),
            ''.join(f'{name}\t{code}\n' for name, code in zip(spelled, of)),
            ''.join(f'ISCC:{code} *{name}\n' for name, code in zip(NAMES, of)),
            ''.join(f'ISCC-SUM ({name}) = ISCC:{code}\n' for name, code in zip(NAMES, of)),
            f'ISCC:{of[2]} *{NAMES[1]}\n  ISCC:{known[1].data_unit}\n  ISCC:{known[1].instance_unit}\n',
            f'{of[1]}\n',
            json.dumps({'iscc': f'ISCC:{of[1]}', 'name': NAMES[1], 'units': [known[1].data_unit]}, indent=2),
        ]
    files += [f'{files[1]}lost\t{CODE}\n', f'lost\t{known[1].wide}\n']
    # As a spreadsheet writes it that puts all cells in quotes.
    files.append(re.sub('[^\t\n]+', '"\\g<0>"', files[0]))
    return [file.encode() for file in files] + [files[2].encode('utf-16')]


# What may come into a file, or take the place of a part of it.
PIECES = [
    b'', b'\n', b'\r\n', b'\r', b'\t', b' ', b'\0', b'#', b'{', b'}', b'[' * 5000, b'"', b'\\', b'\\n', b'\\x', b' *',
    b'/', b') = ', b'ISCC:', b'iscc:', b'ISCC-SUM (', b'K4A', b'KUA', b'GAD', b'A', b'7', b'a', b'1', b'=', b'\xff',
    b'\xef\xbb\xbf', '\u017f'.encode(), '\u0131'.encode(), '\u212a'.encode(), b'\xed\xa0\x80', b'"\\ud800"', b'null',
    b'9' * 5000, b'name', b'iscc_code', b'name\tiscc_code\n', b'x' * 70_000,
]
mutations = st.lists(st.tuples(
    st.sampled_from(['replace', 'insert', 'remove', 'repeat', 'flip', 'lower', 'end']),
    st.floats(0, 1), st.integers(1, 80), st.sampled_from(PIECES) | st.binary(max_size=6)), max_size=4)


def mutated(content: bytes, steps: list[tuple[str, float, int, bytes]]) -> bytes:
    for step, place, length, piece in steps:
        at = int(place * len(content))
        before, part, after = content[:at], content[at:at + length], content[at + length:]
        content = {
            'replace': before + piece + after, 'insert': before + piece + part + after, 'remove': before + after,
            'repeat': content + content[:at], 'lower': before + part.lower() + after, 'end': before,
            'flip': before + bytes(byte ^ 1 << length % 8 for byte in part[:1]) + part[1:] + after,
        }[step]
    return content


@pytest.fixture(scope='module')
def damaged(whole_files):
    """Return a strategy of files that were whole once, and of any bytes."""
    return st.builds(mutated, st.sampled_from(whole_files), mutations) | st.binary(max_size=200)


def fingerprints(known, narrow: bool = False) -> list[Fingerprint]:
    return [
        Fingerprint(each.narrow if narrow else each.wide, each.data_unit, each.instance_unit, 5, [], [])
        for each in known
    ]


@pytest.mark.parametrize('text, is_said', [
    (NARROW, True), (f'{NARROW}\n', True), (f'\ufeff{NARROW}\r\n', True), (f' iscc:{NARROW.lower()} *a', True),
    (f'a\t{NARROW}\t5\n', True), (f'x\n\nISCC-SUM (a) = ISCC:{NARROW}', True), (f'# b\t{NARROW}', True),
    (f'{{"iscc": "{NARROW}"}}', True), (f'{{\n\u3000\n"iscc": "\\n{NARROW}"}}', True),
    (f'{{"iscc": "\\u004b{NARROW[1:]}", "name": null}}', True),
    ('', False), (NARROW[:-1], False), (f'A{NARROW}', False), (f'{NARROW}A', False), (f'{NARROW}1', False),
    (f'{NARROW}{NARROW}', False), (f'{NARROW[:9]}\n{NARROW[9:]}', False), (NARROW.replace('S', '\u017f'), False),
    (f'# {NARROW}', False), (f'x\n# b\t{NARROW}', False), (f'{{"iscc": "x", "name": "{NARROW}"}}', False),
])
def test_the_oracle_knows_which_code_a_file_says(text, is_said):
    said, _ = places(text.encode())
    assert any(place.says('x' * 29, NARROW) for place in said) == is_said


@pytest.mark.parametrize('text, is_named', [
    (f'ISCC:{NARROW} *tab\there', True), (f'tab\\there\t{NARROW}', True), (f'\\xtab\\there\r\t{NARROW}', True),
    (f'"ta"b\\there"\t"{NARROW}"', True), (f'"ISCC:{NARROW} *""tab\there"', True),
    (f'{{"iscc": "{NARROW}", "name": "tab\\there"}}', True),
    (f'{{"iscc": "{NARROW}", "name": "tab\\u0009here"}}', True),
    (f'tab\\\\there\t{NARROW}', False), (f'tab\nhere\t{NARROW}', False), (f'{{"iscc": "{NARROW}"}}', False),
])
def test_the_oracle_knows_which_name_a_file_says(text, is_named):
    said, _ = places(text.encode())
    assert any(place.names('tab\there') for place in said) == is_named


@pytest.mark.parametrize('text, has_rows', [
    (f'a\t{NARROW}', True), (f'\n# comment\n\na\t{NARROW}', True), (f'# b\t{NARROW}', True), (f'x *y\t{NARROW}', True),
    (NARROW, False), (f'{NARROW}\na\t{NARROW}', False), (f'ISCC:{NARROW} *tab\there', False),
    (f'ISCC-SUM (tab\there) = ISCC:{NARROW}\r\n', False), (f'{{\t"iscc": "{NARROW}"}}', False),
])
def test_the_oracle_knows_a_table(text, has_rows):
    assert places(text.encode())[1] == has_rows


def run(main, folder: Path, outputs: tuple[str, ...], **options) -> dict[str, str] | None:
    """Return the outputs of a job, or None if it fails with a sentence, and then without any output."""
    paths = {name: folder / name for name in outputs}
    for path in paths.values():
        path.unlink(missing_ok=True)
    try:
        main({'output_names': {}} | options, **paths)
    except JobError as error:
        assert str(error)[0].isupper() and str(error).isprintable()
        assert not any(path.exists() for path in paths.values())
        return None
    return {name: path.read_text(encoding='utf-8') for name, path in paths.items()}


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp('fuzz')


@pytest.fixture
def hashed(monkeypatch, known):
    """Let the hashing be done: its answers are those of the oracles."""
    monkeypatch.setattr(verify_code, 'fingerprint', lambda dataset, narrow: fingerprints(known, narrow)[1])
    monkeypatch.setattr(verify_manifest, 'hash_all', lambda datasets: fingerprints(known))


def dataset(folder: Path, name: str) -> dict:
    (folder / 'data').touch()
    return {
        'name': name, 'path': str(folder / 'data'), 'extra_files_path': '/none', 'is_directory': False,
        'composite_type': None, 'store_root': '',
    }


def test_verify_one_dataset(folder, hashed, known, damaged):
    """OK is said only of a file that holds the code, and if that is a table or lists several, beside the name."""
    outcomes = set()
    codes = [code for each in known for code in (each.wide, each.narrow)]

    @FUZZ
    @given(damaged)
    def check(content):
        (folder / 'reference').write_bytes(content)
        outputs = run(
            verify_code.main, folder, ('output',), dataset=dataset(folder, NAMES[1]), expected_code='',
            expected_file={'name': 'reference', 'path': str(folder / 'reference')}, on_mismatch='report')
        outcomes.add(outputs and outputs['output'].split(' ')[0])
        if outputs and outputs['output'].startswith('OK'):
            said, has_rows = places(content)
            own = [place for place in said if place.says(known[1].wide, known[1].narrow)]
            assert own
            lists_several = sum(place.says(*codes) for place in said) > 1
            assert not (has_rows or lists_several) or any(place.names(NAMES[1]) for place in own)

    check()
    assert outcomes == {None, 'OK', 'FAILED'}


def test_verify_many_datasets(folder, hashed, known, damaged):
    """A row is OK only where a line of the file holds this name and the code that the dataset has."""
    outcomes = set()

    @FUZZ
    @given(damaged)
    def check(content):
        (folder / 'manifest').write_bytes(content)
        outputs = run(
            verify_manifest.main, folder, ('report', 'summary'), datasets=[dataset(folder, name) for name in NAMES],
            manifest={'name': 'manifest', 'path': str(folder / 'manifest')}, computed=None, on_mismatch='report',
            allow_unlisted=False, match_names='exact')
        if not outputs:
            outcomes.add(None)
            return
        rows = [line.split('\t') for line in outputs['report'].split('\n')[1:-1]]
        said, _ = places(content)
        of = {spelt(name): each for name, each in zip(NAMES, known)}
        for name, status, found_as, _, expected, computed, _ in rows:
            outcomes.add(status)
            if status in ('OK', 'RENAMED'):
                each = of[found_as if status == 'RENAMED' else name]
                assert expected == computed in (f'ISCC:{each.wide}', f'ISCC:{each.narrow}')
                assert any(place.says(expected[5:]) and place.names(meant(name)) for place in said)
            if status == 'MODIFIED':
                assert not (of[name].narrow in computed and expected == computed)
        listed = [row for row in rows if row[1] != 'UNLISTED']
        found = sorted([row[2] or row[0] for row in rows if row[1] in ('OK', 'MODIFIED', 'RENAMED', 'UNLISTED')])
        assert found == sorted(of)
        is_ok = {row[1] for row in rows} == {'OK'} and len(listed) == len(NAMES)
        assert outputs['summary'].startswith('OK\n' if is_ok else 'FAILED\n')

    check()
    assert outcomes == {None, 'OK', 'MODIFIED', 'RENAMED', 'MISSING', 'UNLISTED'}


def distance(one: str, other: str) -> int:
    """Return the distance of two codes as iscc-core computes it, of as many bits as the shorter Data-Code has."""
    data = []
    for code in (one, other):
        body = base64.b32decode(code + '=' * (-len(code) % 8))[2:]
        data.append(body[:len(body) // 2])
    size = min(map(len, data))
    return iscc_core.iscc_distance_bytes(data[0][:size], data[1][:size])


def test_similar_codes(folder, damaged):
    """The rows are those of brute force over the codes in the table, and each of these stands on its line."""
    outcomes = set()

    @FUZZ
    @given(damaged, damaged, st.integers(0, 128))
    def check(one, other, threshold):
        files = []
        for name, content in (('one', one), ('other', other)):
            (folder / name).write_bytes(content)
            files.append({'id': name, 'name': name, 'path': str(folder / name)})
        outputs = run(
            find_similar.main, folder, ('output', 'clusters'), datasets=[], codes=files, reference=[],
            threshold=threshold)
        outcomes.add(outputs is None)
        if not outputs:
            return
        rows = list(csv.reader(outputs['output'].split('\n')[1:-1], delimiter='\t', quoting=csv.QUOTE_NONE))
        codes = {row[0]: row[2] for row in rows}
        said = {'one': places(one)[0], 'other': places(other)[0]}
        for file_id, code in codes.items():
            file, line = file_id.split(':')
            assert said[file][int(line) - 1].says(code)
        expected = {
            (first, second, str(distance(codes[first], codes[second])))
            for first in codes for second in codes
            if first != second and distance(codes[first], codes[second]) <= (
                threshold if len(codes[first]) == len(codes[second]) == 55 else threshold // 2)
        }
        assert {(row[0], row[3], row[6]) for row in rows if row[3]} == expected
        assert {row[0] for row in rows if not row[3]} == codes.keys() - {first for first, _, _ in expected}
        assert len(rows) == len(expected) + sum(not row[3] for row in rows)

    check()
    assert outcomes == {True, False}


@FUZZ
@given(st.text() | st.builds(
    lambda content, steps: mutated(content, steps).decode(errors='replace'),
    st.sampled_from([
        f'ISCC:{CODE}'.encode(), NARROW.encode(), f' iscc:{CODE.lower()}\n'.encode(),
    ]), mutations))
def test_a_text_is_a_code_only_if_iscc_core_reads_it(text):
    try:
        code = iscc_codes.parse_code(text)
    except iscc_codes.CodeError:
        return
    assert text.strip().isascii()
    assert text.strip().upper().removeprefix('ISCC:') == code
    assert iscc_core.iscc_validate(f'ISCC:{code}') or code.startswith('K4A')
    decoded = iscc_core.iscc_decode(code)
    assert (decoded[0], decoded[1]) == (iscc_core.MT.ISCC, 7 if code.startswith('K4A') else 5)
    assert decoded[4] == iscc_codes.body_of(code)


@FUZZ
@given(st.lists(st.text(alphabet='*[]!\\/-a z.?#{}()+^$:|\t') | st.text(), max_size=4))
def test_any_ignore_file_is_followed_or_refused(tmp_path_factory, patterns):
    root = tmp_path_factory.getbasetemp() / 'ignoring'
    root.mkdir(exist_ok=True)
    (root / 'data').touch()
    (root / '.isccignore').write_bytes('\n'.join(patterns).encode(errors='surrogatepass'))
    try:
        content = files.survey(Dataset('image.zarr', str(root), is_directory=True))
    except JobError:
        return
    assert {*content.hashed, *content.left_out} == {'data', '.isccignore'}
