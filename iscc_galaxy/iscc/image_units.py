"""Image-Codes of 256 bits (ISO 24138) as values: reading them strictly, and telling which say nothing."""

import re

from iscc_galaxy.iscc.iscc_codes import body_of, CodeError

BITS = 256
# The last character carries two bits.
_FORM = re.compile(r'EED[Q-Z2-7][A-Z2-7]{50}[AIQY]')
# Each is made of a block of 8 x 8 values.
_BLOCK_BYTES = 8
# A usual block has 32 one-bits. One with fewer than this has many equal values, which say nothing of a picture.
_FEWEST_ONES = 8


def digest_of(code: str) -> bytes:
    """Return the bits of a bare Image-Code; raise CodeError for any other text."""
    if not _FORM.fullmatch(code):
        raise CodeError(f'is no Image-Code of {BITS} bits, which begins with EED and has 55 characters')
    return body_of(code)


def is_featureless(code: str) -> bool:
    """Return whether a bare Image-Code is of a picture with little in it; such codes are alike by accident.

    The rule is that of iscc-sdk 0.9.7.
    """
    digest = digest_of(code)
    blocks = (digest[start:start + _BLOCK_BYTES] for start in range(0, len(digest), _BLOCK_BYTES))
    return any(int.from_bytes(block).bit_count() < _FEWEST_ONES for block in blocks)
