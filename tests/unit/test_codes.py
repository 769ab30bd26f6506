"""Reading and comparing codes, against iscc-core as the oracle."""

import base64
import io

import iscc_core
import pytest
from hypothesis import given, strategies as st

from iscc_galaxy.iscc import iscc_codes

TIFF = 'K4AAY7TG4KHSQHO5HLEU7DN5Y35BXCNIY7GNLPG3MRYSEQOHM3QPTNY'
BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'


@st.composite
def digests(draw) -> tuple[bytes, bytes]:
    """Draw the digests of a Data-Code and an Instance-Code of 256 bits."""
    return draw(st.binary(min_size=32, max_size=32)), draw(st.binary(min_size=32, max_size=32))


def code_of(digest: tuple[bytes, bytes], wide: bool) -> str:
    """Let iscc-core make a code of two digests."""
    units = [
        iscc_core.encode_component(main_type, iscc_core.ST.NONE, iscc_core.VS.V0, 256, half)
        for main_type, half in zip((iscc_core.MT.DATA, iscc_core.MT.INSTANCE), digest)
    ]
    return iscc_core.gen_iscc_code_v0(units, wide=wide)['iscc'].removeprefix('ISCC:')


@given(digests(), st.booleans(), st.sampled_from(['', 'ISCC:', 'iscc:', 'Iscc:']), st.booleans(),
       st.text(' \t\r\n', max_size=3), st.text(' \t\r\n', max_size=3))
def test_every_accepted_form_is_read(digest, wide, prefix, lower, before, after):
    code = code_of(digest, wide)
    assert iscc_codes.parse_code(f'{before}{prefix}{code.lower() if lower else code}{after}') == code
    assert iscc_codes.is_narrow(code) is not wide
    assert iscc_codes.canonical(code) == f'ISCC:{code}'


@given(digests())
def test_a_wide_code_gives_the_narrow_one(digest):
    wide, narrow = code_of(digest, True), code_of(digest, False)
    assert iscc_codes.narrowed(wide) == iscc_codes.narrowed(narrow) == narrow
    assert iscc_codes.halves_of(wide) == (digest[0][:16], digest[1][:16])
    assert iscc_codes.halves_of(narrow) == (digest[0][:8], digest[1][:8])


@given(st.lists(digests(), min_size=1, max_size=5), st.booleans())
def test_many_codes_are_decoded_to_rows(digests, wide):
    codes = [code_of(digest, wide) for digest in digests]
    assert iscc_codes.rows_of(codes) == b''.join(
        base64.b32decode(code.ljust(56 if wide else 32, 'A')) for code in codes)


@given(digests(), digests(), st.booleans(), st.booleans())
def test_distances_are_those_of_iscc_core(one, other, one_wide, other_wide):
    bits = 128 if one_wide and other_wide else 64
    first, second = (
        iscc_core.encode_component(iscc_core.MT.DATA, iscc_core.ST.NONE, iscc_core.VS.V0, bits, data[:bits // 8])
        for data, _ in (one, other)
    )
    expected = iscc_core.iscc_distance(first, second), bits
    assert iscc_codes.data_code_distance(code_of(one, one_wide), code_of(other, other_wide)) == expected


@given(digests(), st.booleans())
def test_equal_codes_have_no_distance(digest, wide):
    code = code_of(digest, wide)
    assert iscc_codes.data_code_distance(code, code) == (0, 128 if wide else 64)


@given(st.text(max_size=70) | st.text(BASE32, max_size=60) | st.text(BASE32).map(lambda tail: 'K4A' + tail))
def test_a_text_is_a_code_only_if_iscc_core_says_so(text):
    try:
        code = iscc_codes.parse_code(text)
    except iscc_codes.CodeError as error:
        assert str(error)
    else:
        assert iscc_core.iscc_normalize(code) == f'ISCC:{code}'
        assert len(iscc_core.iscc_decompose(code)) == 2


@given(digests(), st.booleans(), st.integers(0, 54), st.sampled_from(BASE32))
def test_a_mistyped_character_never_gives_the_same_code(digest, wide, position, character):
    code = code_of(digest, wide)
    typed = code[:position % len(code)] + character + code[position % len(code) + 1:]
    try:
        assert (iscc_codes.parse_code(typed) == code) == (typed == code)
    except iscc_codes.CodeError:
        assert typed != code


UNITS = {
    'Data-Code': iscc_core.gen_data_code_v0(io.BytesIO(b'x'), bits=256)['iscc'],
    'Instance-Code': iscc_core.gen_instance_code_v0(io.BytesIO(b'x'), bits=64)['iscc'],
}


@pytest.mark.parametrize('text, reason', [
    ('', 'is empty'),
    ('  ISCC: ', 'is empty'),
    ('K4', 'has 2 characters'),
    (TIFF[:-1], 'has 54 characters, but a wide ISCC-CODE has 55'),
    (TIFF + 'A', 'has 56 characters'),
    ('KUAAY7TG4KHSQHO5RGUMPTGVXTNW', 'has 28 characters, but a narrow ISCC-CODE has 29'),
    (TIFF[:-1] + 'Z', "can not end in 'Z'"),
    ('KUAAY7TG4KHSQHO5RGUMPTGVXTNWJ', "can not end in 'J'"),
    (TIFF.replace('7', '1'), "has the character '1'"),
    (TIFF[:20] + ' ' + TIFF[20:], "has the character ' '"),
    (TIFF + '=', "has the character '='"),
    # Letters that are S, I and SS in upper case.
    (TIFF.replace('S', 'ſ'), "has the character 'ſ'"),
    (f'ıSCC:{TIFF}', "has the character 'ı'"),
    (TIFF[:-2].replace('S', 'ß'), "has the character 'ß'"),
    (f'ISCC:ISCC:{TIFF}', "has the character ':'"),
    ('K4AQ' + TIFF[4:], 'header of an unknown version or length'),
    ('K4B' + TIFF[3:], 'header of an unknown version or length'),
    ('7777' + TIFF[4:], 'does not begin like any ISCC'),
    (UNITS['Data-Code'], 'is a unit, the Data-Code half of an ISCC-CODE alone'),
    (UNITS['Instance-Code'], 'is a unit, the Instance-Code half of an ISCC-CODE alone'),
    (iscc_core.gen_meta_code_v0('title')['iscc'], 'is an ISCC of the type Meta-Code'),
    (iscc_core.gen_text_code_v0('some text')['iscc'], 'is an ISCC of the type Content-Code'),
    (iscc_core.gen_iscc_code_v0([
        iscc_core.gen_meta_code_v0('title')['iscc'], iscc_core.gen_text_code_v0('some text')['iscc'],
        *UNITS.values(),
    ])['iscc'], 'is an ISCC-CODE of another kind'),
])
def test_a_refusal_says_why(text, reason):
    with pytest.raises(iscc_codes.CodeError) as refusal:
        iscc_codes.parse_code(text)
    assert reason in str(refusal.value)


def test_units_are_told_from_codes():
    assert iscc_codes.is_unit(f'  {UNITS["Data-Code"]}')
    assert not iscc_codes.is_unit(TIFF)
    assert not iscc_codes.is_unit('')
