"""ISCC-SUM codes: reading them strictly, and comparing them.

A code is base32 (RFC 4648, no padding) of a two-byte header, the Data-Code bits and the Instance-Code bits. A wide code
holds 128 + 128 bits, a narrow one (ISO 24138:2024) 64 + 64. A unit is a Data-Code or an Instance-Code alone, 256 bits.
Inside the suite codes and units are bare: upper case, without `ISCC:`.
"""

import base64
import re
from collections.abc import Sequence

PREFIX = 'ISCC:'
HEADER_BYTES = 2

# The last character of each form carries fewer than five bits of the body; its spare bits are zero.
_FORMS = {
    'wide': re.compile(r'K4A[A-P][A-Z2-7]{50}[AIQY]'),
    'narrow': re.compile(r'KUA[A-P][A-Z2-7]{24}[ACEGIKMOQSUWY246]'),
    'Data-Code unit': re.compile(r'GAD[Q-Z2-7][A-Z2-7]{50}[AIQY]'),
    'Instance-Code unit': re.compile(r'IAD[Q-Z2-7][A-Z2-7]{50}[AIQY]'),
}
_CODE = re.compile(f'(?:{PREFIX})?(?P<code>{_FORMS["wide"].pattern}|{_FORMS["narrow"].pattern})')
_LENGTHS = {'wide': 55, 'narrow': 29}
# The letters of base32, and the digits that Python has for a number to the base of 32.
_AS_DIGITS = bytes.maketrans(b'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', b'0123456789abcdefghijklmnopqrstuv')
# A unit of 64 bits; in a shorter text the header means nothing.
_SHORTEST_ISCC = 16

# The first four bits of the header, and for an ISCC-CODE the next four (ISO 24138, tables of MainTypes and SubTypes).
_MAIN_TYPES = ['Meta-Code', 'Semantic-Code', 'Content-Code', 'Data-Code', 'Instance-Code', 'ISCC-CODE', 'ISCC-ID']
_MAIN_TYPE_CODE = 5
_SUB_TYPES = {5: 'narrow', 7: 'wide'}


class CodeError(ValueError):
    """A text that is not an ISCC-SUM code; it says why, as the rest of a sentence that begins with the text."""


def parse_code(text: str) -> str:
    """Return the bare code that a text means: wide or narrow, with or without `ISCC:`, in upper or lower case.

    White space around it does not matter. Raise CodeError for anything else.
    """
    given = text.strip()
    # Some other letters become those of ASCII when they are made upper case.
    match = _CODE.fullmatch(given.upper()) if given.isascii() else None
    if match:
        return match['code']
    if given[:len(PREFIX)].isascii() and given[:len(PREFIX)].upper() == PREFIX:
        given = given[len(PREFIX):]
    if not given:
        raise CodeError('is empty')
    odd = re.search(r'[^A-Za-z2-7]', given)
    if odd:
        raise CodeError(f'has the character {odd.group()!r}, which no ISCC has')
    code = given.upper()
    form = _form_of_header(code)
    if len(code) != _LENGTHS[form]:
        raise CodeError(f'has {len(code)} characters, but a {form} ISCC-CODE has {_LENGTHS[form]}')
    raise CodeError(f'can not end in {code[-1]!r}: one of its characters is wrong')


def has_form(code: str, form: str) -> bool:
    """Return whether a bare code has exactly the form `wide`, `narrow`, `Data-Code unit` or `Instance-Code unit`."""
    return _FORMS[form].fullmatch(code) is not None


def is_unit(text: str) -> bool:
    """Return whether a text is a 256-bit unit, as Generate and `iscc-sum --units` write it on a line of its own."""
    unit = text.strip().removeprefix(PREFIX)
    return has_form(unit, 'Data-Code unit') or has_form(unit, 'Instance-Code unit')


def is_narrow(code: str) -> bool:
    """Return whether a code is narrow; the others are wide."""
    return len(code) == _LENGTHS['narrow']


def canonical(code: str) -> str:
    """Return a code or unit with its prefix."""
    return PREFIX + code


def narrowed(code: str) -> str:
    """Return the narrow code of the same content: the beginning of each half of a wide code."""
    if is_narrow(code):
        return code
    header = bytes([_MAIN_TYPE_CODE << 4 | 5, 0])
    bits = header + b''.join(half[:8] for half in halves_of(code))
    return base64.b32encode(bits).decode().rstrip('=')


def is_same_code(one: str, other: str) -> bool:
    """Return whether two codes are equal; if either is narrow, whether their narrow codes are."""
    if is_narrow(one) or is_narrow(other):
        return narrowed(one) == narrowed(other)
    return one == other


def body_of(code: str) -> bytes:
    """Return the bits of a code or unit behind its header: 16 or 32 bytes."""
    return _decoded(code + _padding(code))[HEADER_BYTES:5 * len(code) // 8]


def rows_of(codes: Sequence[str]) -> bytes:
    """Return codes of one form in rows of equal length: the header, the body, and zeros that mean nothing."""
    padding = _padding(codes[0])
    return _decoded(padding.join(codes) + padding)


def halves_of(code: str) -> tuple[bytes, bytes]:
    """Return the Data-Code bits and the Instance-Code bits of a code: 16 bytes each, of a narrow code 8."""
    bits = body_of(code)
    return bits[:len(bits) // 2], bits[len(bits) // 2:]


def data_code_distance(one: str, other: str) -> tuple[int, int]:
    """Return the Hamming distance of two Data-Codes, and of how many bits: 128, or 64 if either code is narrow."""
    if one == other:
        # Which most of the codes in a manifest are.
        return 0, 64 if is_narrow(one) else 128
    pair = [halves_of(code)[0] for code in (one, other)]
    size = min(map(len, pair))
    first, second = (int.from_bytes(data[:size], 'big') for data in pair)
    return (first ^ second).bit_count(), size * 8


def _padding(code: str) -> str:
    """Return the zeros, as letters, that a code needs behind it to be whole bytes."""
    return 'A' * (-len(code) % 8)


def _decoded(text: str) -> bytes:
    """Return what `base64.b32decode` returns, which takes seconds longer for a million codes."""
    return int(text.encode().translate(_AS_DIGITS), 32).to_bytes(5 * len(text) // 8, 'big')


def _form_of_header(code: str) -> str:
    if len(code) < _SHORTEST_ISCC:
        raise CodeError(f'has {len(code)} characters, but a wide ISCC-CODE has 55 and a narrow one 29')
    header = _decoded(code[:8])
    main_type, sub_type, rest = header[0] >> 4, header[0] & 15, header[1]
    name = _MAIN_TYPES[main_type] if main_type < len(_MAIN_TYPES) else None
    if name is None:
        raise CodeError('does not begin like any ISCC')
    if name in ('Data-Code', 'Instance-Code'):
        raise CodeError(f'is a unit, the {name} half of an ISCC-CODE alone; give the whole code')
    if main_type != _MAIN_TYPE_CODE:
        raise CodeError(f'is an ISCC of the type {name}; the ISCC-CODE of a file begins with K4A or KUA')
    if sub_type not in _SUB_TYPES:
        raise CodeError('is an ISCC-CODE of another kind; that of a file begins with K4A or KUA')
    if rest:
        raise CodeError('has a header of an unknown version or length')
    return _SUB_TYPES[sub_type]
