"""Image-Codes by iscc-core, of gray values that plain Python and Pillow make of a picture or a plane."""

from fractions import Fraction

import iscc_core
import numpy as np
from PIL import Image


def code_of_gray(gray: np.ndarray) -> str:
    """Return the bare Image-Code of 8-bit gray values."""
    small = Image.fromarray(gray).resize((32, 32), Image.Resampling.BICUBIC)
    return iscc_core.gen_image_code_v0(list(small.tobytes()), bits=256)['iscc'].removeprefix('ISCC:')


def code_of_plane(plane: np.ndarray) -> str:
    """Return the bare Image-Code of a plane of finite numbers."""
    return code_of_gray(stretched(plane))


def code_of_picture(picture: np.ndarray) -> str:
    """Return the bare Image-Code of a gray picture of 8 bits, without the border that has the colour of its corner."""
    corner = picture[0, 0]
    for _ in range(4):
        while (picture[0] == corner).all() and len(picture) > 1:
            picture = picture[1:]
        picture = np.rot90(picture)
    return code_of_gray(np.ascontiguousarray(picture))


def stretched(plane: np.ndarray) -> np.ndarray:
    """Return a plane of finite numbers in 8 bits, by exact fractions."""
    values = sorted(map(Fraction, plane.ravel().tolist()))
    rank = len(values) * 35 // 10_000
    lower, upper = values[rank], values[len(values) - 1 - rank]
    if lower == upper:
        lower, upper = values[0], values[-1]
    scaled = [
        [round(255 * (min(max(Fraction(value), lower), upper) - lower) / ((upper - lower) or 1)) for value in row]
        for row in plane.tolist()
    ]
    return np.array(scaled, np.uint8)
