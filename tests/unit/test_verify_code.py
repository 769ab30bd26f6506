"""Verify ISCC-CODE: the report, mismatches and errors."""

import base64
import json

import pytest
from hypothesis import given, strategies as st

from contents import some_bytes
from iscc_galaxy.commands.verify_code import report
from iscc_galaxy.galaxy.job import MISMATCH
from iscc_galaxy.iscc import iscc_codes
from local_galaxy.configuration import TEST_DATA
from names import NAMES_IN_TABLES, spelt
from oracle import codes_of

CONTENT = some_bytes(300_000)


@pytest.fixture
def verified(verify):
    """Verify some content against an expectation."""
    def verified(content=CONTENT, text='', file=None, on_mismatch='report', name='image.raw'):
        listed = {'path': str(file), 'name': 'list'} if file else None
        return verify.run(
            dataset=verify.file_with(content, name), expected_code=text, expected_file=listed, on_mismatch=on_mismatch)
    return verified


@pytest.mark.parametrize('on_mismatch', ['report', 'fail'])
@pytest.mark.parametrize('narrow', [False, True])
def test_the_report_of_a_match(verify, verified, tmp_path, narrow, on_mismatch):
    code = getattr(codes_of(CONTENT, tmp_path), 'narrow' if narrow else 'wide')
    text = verify.succeeds(verified(text=f' iscc:{code.lower()}\n', on_mismatch=on_mismatch))
    assert text.splitlines() == [
        'OK - ISCC-CODEs match', f'Expected:  {code}', f'Generated: {code}',
        'Bit-identical: the dataset holds exactly the data that the expected code was made from',
    ]


@pytest.mark.parametrize('narrow', [False, True])
@pytest.mark.parametrize('content, meaning', [
    (CONTENT[:-1] + b'x', 'not bit-identical'),
    (CONTENT[:280_000], 'not bit-identical'),
    (some_bytes(300_000, 'other'), 'as far apart as unrelated data'),
    (b'', 'as far apart as unrelated data'),
])
def test_the_report_of_a_mismatch(verify, verified, tmp_path, narrow, content, meaning):
    expected, generated = (
        getattr(codes_of(each, tmp_path), 'narrow' if narrow else 'wide') for each in (CONTENT, content))
    first, *both, last = verify.succeeds(verified(content, expected)).splitlines()
    assert first == 'FAILED - ISCC-CODEs do not match'
    assert both == [f'Expected:  {expected}', f'Generated: {generated}']
    distance, bits = iscc_codes.data_code_distance(expected, generated)
    assert last.startswith(f'Data-Code distance {distance} of {bits} bits: ')
    assert meaning in last


def with_bits_flipped(code: str, data_bits: int, instance: bool = True) -> str:
    """Change a wide or narrow code in the first bits of its Data-Code, and in its Instance-Code."""
    data, checksum = iscc_codes.halves_of(code)
    flipped = int.from_bytes(data, 'big') ^ ((1 << data_bits) - 1)
    if instance:
        checksum = bytes([checksum[0] ^ 1]) + checksum[1:]
    header = base64.b32decode(code[:8])[:2]
    return base64.b32encode(header + flipped.to_bytes(len(data), 'big') + checksum).decode().rstrip('=')


@pytest.mark.parametrize('wide_distance, narrow_distance, meaning', [
    (0, 0, 'equal Data-Codes but different Instance-Codes'),
    (1, 1, 'similar: probably an edited or incomplete copy'),
    (12, 6, 'similar: probably an edited or incomplete copy'),
    (13, 7, 'some parts may be shared'),
    (38, 19, 'some parts may be shared'),
    (39, 20, 'as far apart as unrelated data'),
    (128, 64, 'as far apart as unrelated data'),
])
def test_what_a_distance_means(tmp_path, wide_distance, narrow_distance, meaning):
    both = codes_of(CONTENT, tmp_path)
    for code, distance in ((both.wide, wide_distance), (both.narrow, narrow_distance)):
        last = report(code, with_bits_flipped(code, distance)).splitlines()[-1]
        assert last.startswith(f'Data-Code distance {distance} of {len(iscc_codes.halves_of(code)[0]) * 8} bits: ')
        assert meaning in last


def test_a_damaged_expected_code_is_told(tmp_path):
    code = codes_of(CONTENT, tmp_path).wide
    text = report(with_bits_flipped(code, 3, instance=False), code)
    assert text.startswith('FAILED')
    assert 'the expected code is damaged' in text


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_only_equal_data_read_ok(tmp_path_factory, one, other):
    folder = tmp_path_factory.mktemp('oracle')
    is_ok = report(codes_of(one, folder).wide, codes_of(other, folder).wide).startswith('OK')
    assert is_ok == (one == other)


def test_a_mismatch_can_fail_the_job(verify, verified, tmp_path):
    expected, generated = codes_of(b'other', tmp_path).wide, codes_of(CONTENT, tmp_path).wide
    done = verified(text=expected, on_mismatch='fail')
    said = '"image.raw" does not have the expected'
    verify.fails(done, said, expected, generated, 'Data-Code distance', code=MISMATCH)
    assert done.stderr.index('does not have the expected') < done.stderr.index(expected)


@pytest.mark.parametrize('text, reason', [
    ('', 'neither is given'),
    (' \n', 'neither is given'),
    ('hello', 'The expected code "hello" can not be used: it has 5 characters'),
    ('K4A', 'it has 3 characters'),
])
def test_a_code_that_cannot_be_used_is_an_error(verify, verified, text, reason):
    verify.fails(verified(text=text), reason)


def test_two_expectations_are_an_error(verify, verified, tmp_path):
    code = codes_of(CONTENT, tmp_path).wide
    file = tmp_path / 'list'
    file.write_text(code)
    verify.fails(verified(text=code, file=file), 'both are given')


@pytest.mark.parametrize('name', NAMES_IN_TABLES)
def test_a_dataset_is_looked_up_by_any_name(verify, verified, tmp_path, name):
    manifest = tmp_path / 'manifest.tsv'
    rows = {spelt(name): CONTENT, 'x': b''}
    manifest.write_text('name\tiscc_code\n' + ''.join(
        f'{row}\tISCC:{codes_of(content, tmp_path).wide}\n' for row, content in rows.items()))
    assert verify.succeeds(verified(file=manifest, name=name)).startswith('OK')
    verify.fails(verified(file=manifest, name=f'{name}!'), 'does not list the dataset')


@pytest.mark.parametrize('options', [
    {'output_format': 'code'}, {'output_format': 'iscc'}, {'output_format': 'checksum'}, {'output_format': 'json'},
], ids=lambda options: options['output_format'])
@pytest.mark.parametrize('narrow', [False, True])
@pytest.mark.parametrize('units', [False, True])
def test_every_form_that_generate_writes_is_read(generate, verify, verified, tmp_path, options, narrow, units):
    text = generate.file(CONTENT, narrow=narrow, units=units, **options)
    file = tmp_path / 'expected'
    file.write_text(text)
    assert verify.succeeds(verified(file=file)).startswith('OK')
    assert verify.succeeds(verified(b'tampered', file=file)).startswith('FAILED')


def test_a_pixel_manifest_is_an_error(verify, verified):
    """The tool hashes files, of which the codes of their pixels say nothing."""
    done = verified(file=TEST_DATA / 'expected' / 'pixels_before.tsv', name='mask.tiff')
    verify.fails(
        done, 'Dataset "list" holds codes of pixels, and this job hashes files: the two can\'t be compared. Make a '
        'pixel manifest of the images with "Generate ISCC-CODEs of image content", and compare the two with "Verify ')


def test_an_error_in_hashing_is_no_mismatch(verify, tmp_path):
    code = codes_of(CONTENT, tmp_path).wide
    gone = {'name': 'gone', 'path': '/no/such'}
    done = verify.run(dataset=verify.described(**gone), expected_code=code, expected_file=None, on_mismatch='report')
    verify.fails(done, '"gone" is missing')


@pytest.mark.parametrize('original, is_said', [
    (b'a\r\nb\r\n', True), (b'a\r\nb', True), (b'a\nb', True), (b'a\r\nb\n', False), (b'a\nc\n', False),
])
@pytest.mark.parametrize('form', ['wide', 'narrow'])
def test_line_ends_that_galaxy_converted_are_said(verify, verified, tmp_path, original, is_said, form):
    """The report says why the codes differ; it is no match."""
    text = verify.succeeds(verified(b'a\nb\n', getattr(codes_of(original, tmp_path), form)))
    assert text.startswith('FAILED')
    assert text.count('\n') == 4
    assert ('; the code matches once the line ends are put back (CR LF, or none at the end)' in text) == is_said


def test_a_large_text_is_converted_in_pieces(verify, verified, tmp_path):
    """Pieces of 4 MiB, which may end anywhere in a line."""
    original = b''.join(b'%d,%d\r\n' % (number, number * number) for number in range(600_000))
    assert len(original) > 2 ** 23
    text = verify.succeeds(verified(original.replace(b'\r', b''), codes_of(original, tmp_path).wide))
    assert 'the code matches once the line ends are put back' in text


def test_files_that_a_system_left_in_a_folder_are_named(verify, tmp_path):
    root = tmp_path / 'tree'
    root.mkdir()
    for name in ('chunk', '.DS_Store', '._chunk'):
        (root / name).write_bytes(b'.')
    said = (
        '"image.zarr" holds 2 file(s) that macOS or Windows left there, and that are part of its code: ".DS_Store", '
        '"._chunk"\n'
    )
    codes = {'good': codes_of(b'...', tmp_path).wide, 'bad': codes_of(b'.', tmp_path).wide}
    reports = {
        name: verify.succeeds(verify.run(
            dataset=verify.folder_of(root), expected_code=code, expected_file=None, on_mismatch='report'), said)
        for name, code in codes.items()
    }
    assert reports['good'].startswith('OK') and said not in reports['good']
    assert reports['bad'].startswith('FAILED') and reports['bad'].endswith(f'; {said}')


@pytest.mark.parametrize('content, verdict', [(b'a', 'OK'), (b'b', 'FAILED')])
def test_the_verdict_is_behind_the_name_in_the_history(verify, tmp_path, content, verdict):
    """Galaxy takes names of outputs from galaxy.json; whatever a workflow called the output stays."""
    for name in ('Verification: a', 'b' * 300):
        done = verify.run(
            dataset=verify.file_with(content), expected_code=codes_of(b'a', tmp_path).wide, expected_file=None,
            on_mismatch='report', output_names={'output_file': name})
        assert done.returncode == 0
        told = json.loads((verify.folder / 'galaxy.json').read_text())
        assert told == {'output_file': {'name': f'{name[:253 - len(verdict)]}: {verdict}'}}
