"""ISCC-SUM codes and units as text: strict forms, and the bits inside.

An ISCC-SUM code is base32 (RFC 4648, no padding) of a two-byte header, the Data-Code bits and the Instance-Code bits. A
wide code holds 128 + 128 bits, a narrow one (ISO 24138:2024) 64 + 64. A unit is one of the two codes alone, 256 bits.
"""

import base64
import re

PREFIX = 'ISCC:'
HEADER_BYTES = 2

# The last character of each form carries fewer than five bits of the body; its spare bits are zero.
_FORMS = {
    'wide': re.compile(r'K4A[A-P][A-Z2-7]{50}[AIQY4]'),
    'narrow': re.compile(r'KUA[A-P][A-Z2-7]{24}[ACEGIKMOQSUWY246]'),
    'Data-Code unit': re.compile(r'GAD[Q-Z2-7][A-Z2-7]{50}[AIQY4]'),
    'Instance-Code unit': re.compile(r'IAD[Q-Z2-7][A-Z2-7]{50}[AIQY4]'),
}


def is_form(code: str, form: str) -> bool:
    """Tell whether a bare, upper-case code is exactly of the form `wide`, `narrow`, `Data-Code unit`, ..."""
    return _FORMS[form].fullmatch(code) is not None


def body(code: str) -> bytes:
    """Give the bits of a bare code or unit behind its header."""
    return base64.b32decode(code + '=' * (-len(code) % 8))[HEADER_BYTES:]


def halves(code: str) -> tuple[bytes, bytes]:
    """Give the Data-Code bits and the Instance-Code bits of a bare wide or narrow code."""
    bits = body(code)
    return bits[:len(bits) // 2], bits[len(bits) // 2:]
