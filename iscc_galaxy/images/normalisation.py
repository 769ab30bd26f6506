"""What is done to a picture or plane before its Image-Code: 32 x 32 gray values, alike where it looks alike.

A picture is treated as iscc-sdk 0.9.7 does it with an exact trim (`image_trim_tolerant=False`). For more than 8 bits,
for planes of a stack and for signed or real numbers there is no specification: the stretch of contrast is our own.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from iscc_galaxy.images.image_codes import SIDE

# Of each 10,000 values, the darkest and the brightest so many are shown like their neighbours (0.35 %).
_CLIPPED, _OF = 35, 10_000
_WHITE = 255
# How many values 16 bits have.
_LEVELS = 2 ** 16
# Rows are converted in blocks of about so many pixels, which fit into the cache of a processor.
_BLOCK_PIXELS = 2 ** 18


def shrunk(gray: np.ndarray) -> np.ndarray:
    """Return an 8-bit plane as SIDE x SIDE values, by Pillow's bicubic filter."""
    return np.asarray(Image.fromarray(gray).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def on_white(planes: np.ndarray) -> np.ndarray:
    """Return the gray or red, green and blue planes of a picture; if it also has alpha (the last), on white.

    `planes` has 8 bits and the shape (planes, rows, columns), with 1 to 4 planes. It may be overwritten.
    """
    if len(planes) in (1, 3):
        return planes
    *colours, alpha = planes
    for colour in colours:
        picture = Image.new('L', colour.shape[::-1], _WHITE)
        picture.paste(Image.fromarray(colour), mask=Image.fromarray(alpha))
        colour[:] = picture
    return planes[:-1]


def trimmed(planes: np.ndarray) -> np.ndarray:
    """Return a picture without the rows and columns at its sides that have the colour of its first pixel only.

    A picture of one colour stays as it is.
    """
    differ_rows, differ_columns = (np.zeros(size, bool) for size in planes.shape[1:])
    for rows in _blocks(planes[0]):
        differs = (planes[:, rows] != planes[:, :1, :1]).any(axis=0)
        differ_rows[rows] = differs.any(axis=1)
        differ_columns |= differs.any(axis=0)
    rows, columns = np.flatnonzero(differ_rows), np.flatnonzero(differ_columns)
    return planes[:, rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1] if rows.size else planes


def luma(planes: np.ndarray) -> np.ndarray:
    """Return a picture as one gray plane, by Pillow's weights of red, green and blue."""
    if len(planes) == 1:
        return planes[0]
    gray = np.empty(planes.shape[1:], np.uint8)
    for rows in _blocks(gray):
        gray[rows] = Image.fromarray(np.stack(planes[:, rows], axis=-1)).convert('L')
    return gray


def stretched(plane: np.ndarray) -> np.ndarray:
    """Return a plane of any type in 8 bits, with the lower of two limits as 0 and the upper as 255.

    Of n values, sorted, the limits are those with n * 35 // 10,000 values before and behind them; where these two are
    equal, the first and the last. NaN and infinity are not among the n values. A value is 255 * (value - lower) /
    (upper - lower) in double precision, rounded to the nearest whole number, and to an even one if two are as near.
    What is beyond the limits is 0 or 255, and NaN is 0. A plane without two different numbers is 0.
    """
    lower, upper = _limits(plane)
    if lower == upper:
        return np.zeros(plane.shape, np.uint8)
    if plane.dtype == np.uint16 and plane.size > _LEVELS:
        # Each of the values once, and not each of the pixels: a seventh of the time.
        return _scaled(np.arange(_LEVELS, dtype=np.float64), lower, upper)[plane]
    gray = np.empty(plane.shape, np.uint8)
    for rows in _blocks(gray):
        gray[rows] = _scaled(plane[rows].astype(np.float64), lower, upper)
    return gray


def _limits(plane: np.ndarray) -> tuple[float, float]:
    values = plane[np.isfinite(plane)] if plane.dtype.kind == 'f' else plane.flatten()
    if not values.size:
        return 0.0, 0.0
    rank = values.size * _CLIPPED // _OF
    # One after the other: for both at a time numpy takes many times as long.
    lower, upper = (_sorted_at(values, place) for place in (rank, values.size - 1 - rank))
    if lower == upper:
        lower, upper = values.min(), values.max()
    return float(lower), float(upper)


def _sorted_at(values: np.ndarray, place: int) -> np.number:
    """Return what would be at a place if the values were sorted; they change their order."""
    values.partition(place)
    return values[place]


def _scaled(values: np.ndarray, lower: float, upper: float) -> np.ndarray:
    # Doubles that are far too large for an image overflow, which must not stop a job.
    with np.errstate(over='ignore', invalid='ignore'):
        scaled = 255 * (np.clip(values, lower, upper) - lower) / (upper - lower)
    return np.rint(np.nan_to_num(scaled, nan=0, posinf=255)).astype(np.uint8)


def _blocks(plane: np.ndarray) -> Iterator[slice]:
    """Yield ranges of rows that make up a plane."""
    rows, columns = plane.shape
    step = max(_BLOCK_PIXELS // columns, 1)
    for start in range(0, rows, step):
        yield slice(start, start + step)
