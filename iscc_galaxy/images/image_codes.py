"""The Image-Code (ISO 24138): 256 bits, of which most are equal where pictures look alike.

The standard begins with 32 x 32 gray values. The cosine transform is the recursion that iscc-core has (Lee, 1984), with
the same operations in the same order: where values are equal but for rounding, any other transform gives other bits.
"""

import base64
import math

import numpy as np

from iscc_galaxy.iscc.image_units import BITS

SIDE = 32

# Content-Code, Image, version 0, and 256 bits in units of 32, less one.
_HEADER = bytes([2 << 4 | 1, 0 << 4 | BITS // 32 - 1])
# The lowest frequencies make four blocks of 8 x 8 of the transform, each with 64 bits of the code.
_BLOCK_SIDE = 8


def image_code(gray: np.ndarray) -> str:
    """Return the bare Image-Code of gray values from 0 to 255 with the shape (SIDE, SIDE)."""
    frequencies = _transformed(_transformed(gray.T.astype(np.float64)).T)
    corners = [(row, column) for row in (0, _BLOCK_SIDE) for column in (0, _BLOCK_SIDE)]
    blocks = (frequencies[row:row + _BLOCK_SIDE, column:column + _BLOCK_SIDE].ravel() for row, column in corners)
    bits = np.concatenate([block > _median(block) for block in blocks])
    return base64.b32encode(_HEADER + np.packbits(bits).tobytes()).decode().rstrip('=')


def _transformed(values: np.ndarray) -> np.ndarray:
    """Return the cosine transform of each column; the number of rows is a power of two."""
    size = len(values)
    if size == 1:
        return values
    upper, lower = values[:size // 2], values[:size // 2 - 1:-1]
    # Python's cosine, as in iscc-core; that of numpy may differ in the last bit.
    cosines = [[math.cos((place + 0.5) * math.pi / size) * 2.0] for place in range(size // 2)]
    result = np.empty_like(values)
    result[0::2] = _transformed(upper + lower)
    result[1::2] = odd = _transformed((upper - lower) / cosines)
    result[1:-1:2] += odd[1:]
    return result


def _median(block: np.ndarray) -> float:
    """Return the mean of the two values in the middle."""
    middle = len(block) // 2
    return np.sort(block)[middle - 1:middle + 1].sum() / 2
