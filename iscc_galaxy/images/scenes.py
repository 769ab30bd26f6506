"""A scene: one image of a file or folder, with named axes, of which any region can be read. And its planes, in order.

The order is IMAGEWALK (IEP-0018, a draft): planes with z outermost, then c, then t, each plane row by row. The samples
of a pixel (red, green, blue) are channels: sample s of channel c is channel c * samples + s.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

# The axes from the outermost to the innermost.
AXES = 'zcstyx'
PLANE_AXES = AXES[:4]
# Planes that share chunks are read together, up to this size, so that a chunk is decoded once.
TOGETHER_BYTES = 2 ** 28
# A plane is read in bands of about this size, or of one row of chunks if that is more, up to the second size.
BAND_BYTES, MOST_BAND_BYTES = 2 ** 24, 2 ** 31
# Each plane takes some microseconds, so more than these are a mistake.
MOST_PLANES = 10 ** 7
# Hashing so many bytes takes about twenty minutes. Of more, one in a thousand should be stored.
MOST_BYTES_UNSTORED, MOST_TIMES_STORED = 2 ** 40, 1000


class ImageError(Exception):
    """An image that can't be read whole; the text is the reason, a sentence without the name of the image."""


@dataclass(frozen=True)
class Scene:
    """One image: its name in the file, its axes in the order in which they are stored, and how a region is read.

    `axes` has letters of AXES, each once at most, y and x always; `shape` and `chunks` have a size for each. A chunk is
    what is decoded at a time. `read` takes a slice for each axis, which begins with a chunk or, where the limits above
    are too little, within one, and returns the pixels of that region, in either byte order. It raises ImageError for
    what it can't read whole. `note` tells what a reader of the code should know, such as chunks that are not stored.
    """

    name: str
    axes: str
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: np.dtype
    read: Callable[[tuple[slice, ...]], np.ndarray]
    note: str = ''

    def __post_init__(self) -> None:
        if self.dtype.kind == 'c':
            raise ImageError('Its pixels are complex numbers, which have no code. Save their real part or magnitude.')
        if self.dtype.kind not in 'biuf' or self.dtype.itemsize > 8:
            raise ImageError(f'Its pixels are of the type {self.dtype}. They should be numbers of up to 64 bits.')
        if not prod(self.shape):
            raise ImageError('It has no pixels: one of its axes has the size 0.')
        columns, _, *others = self.sizes
        check_planes(prod(others))
        if columns * self.dtype.itemsize > MOST_BAND_BYTES:
            raise ImageError(
                f'A row of it would have {columns:,} pixels, which is a mistake in its metadata. Write it again.')

    @property
    def sizes(self) -> tuple[int, int, int, int, int]:
        """The numbers of columns, rows, focal planes, channels (each sample of a pixel is one), and points in time."""
        sizes = self._sizes
        return sizes['x'], sizes['y'], sizes['z'], sizes['c'] * sizes['s'], sizes['t']

    @property
    def bytes(self) -> int:
        """The bytes of all pixels."""
        return prod(self.shape) * self.dtype.itemsize

    @property
    def _sizes(self) -> dict[str, int]:
        return dict.fromkeys(AXES, 1) | dict(zip(self.axes, self.shape))

    @property
    def _depths(self) -> dict[str, int]:
        """How many places of each axis share a chunk."""
        return dict.fromkeys(AXES, 1) | {
            axis: min(chunk, size) for axis, size, chunk in zip(self.axes, self.shape, self.chunks)
        }

    def bands(self) -> Iterator['Band']:
        """Yield all pixels in order."""
        sizes, depths, together = self._sizes, self._depths, self._planes_together()
        ranges = [(sizes[axis], max(depths[axis], together[axis]), together[axis]) for axis in PLANE_AXES]
        rows = sizes['y'], sizes['y'], sizes['y']
        if prod(together.values()) == 1:
            row_bytes = sizes['x'] * self.dtype.itemsize
            step = max(BAND_BYTES // row_bytes // depths['y'], 1) * depths['y']
            rows = sizes['y'], step, min(step, max(MOST_BAND_BYTES // row_bytes, 1))
        for region in _regions([*ranges, rows]):
            yield from self._bands_of(dict(zip(AXES, (*region, slice(0, sizes['x'])))))

    def _bands_of(self, region: dict[str, slice]) -> Iterator['Band']:
        """Yield the pixels of a region: whole planes of several, or a band of one."""
        pixels = self.read(tuple(region[axis] for axis in self.axes))
        stored = [axis for axis in AXES if axis in self.axes]
        pixels = pixels.transpose([self.axes.index(axis) for axis in stored])
        pixels = pixels.reshape([region[axis].stop - region[axis].start for axis in AXES])
        first = [region[axis].start for axis in PLANE_AXES]
        for place in product(*map(range, pixels.shape[:4])):
            z, c, s, t = (begin + offset for begin, offset in zip(first, place))
            yield Band(z, c * self._sizes['s'] + s, t, region['y'].start, pixels[place])

    def _planes_together(self) -> dict[str, int]:
        """Return how many planes are read at a time along each axis.

        They follow each other in the order of planes: of one axis some, of those further in all. It is the outermost
        axis on which chunks are deeper than one plane, unless that needs more memory than TOGETHER_BYTES.
        """
        sizes, depths = self._sizes, self._depths
        plane_bytes = sizes['x'] * sizes['y'] * self.dtype.itemsize
        for place, axis in enumerate(PLANE_AXES):
            inner = PLANE_AXES[place + 1:]
            fitting = TOGETHER_BYTES // (plane_bytes * prod(sizes[each] for each in inner))
            if min(depths[axis], fitting) > 1:
                together = dict.fromkeys(PLANE_AXES, 1)
                return together | {each: sizes[each] for each in inner} | {axis: min(depths[axis], fitting)}
        return dict.fromkeys(PLANE_AXES, 1)


@dataclass(frozen=True)
class Band:
    """Some rows of the plane z, c, t, from `row` on; `pixels` has the shape (rows, columns). All are counted from 0."""

    z: int
    c: int
    t: int
    row: int
    pixels: np.ndarray


def check_planes(planes: float) -> None:
    """Raise ImageError for more planes than anyone can have."""
    if planes > MOST_PLANES:
        raise ImageError(f'It tells of more than {MOST_PLANES:,} planes, which is a mistake. Write it again.')


def check_claims(scenes: Sequence[Scene], stored: int) -> None:
    """Raise ImageError for scenes whose pixels can't be in so many bytes on disk."""
    claimed = sum(scene.bytes for scene in scenes)
    if claimed > max(MOST_BYTES_UNSTORED, MOST_TIMES_STORED * stored):
        raise ImageError(
            f'It would have {claimed:,} bytes of pixels in {stored:,} bytes on disk, which is a mistake in its '
            'metadata. Write it again.'
        )


def _regions(ranges: Sequence[tuple[int, int, int]]) -> Iterator[tuple[slice, ...]]:
    """Yield the regions in which axes are read, the last one first, by the size, depth and step of each.

    No list of them is made, which could be long.
    """
    if not ranges:
        yield ()
        return
    first, *others = ranges
    for each in _ranges(*first):
        for rest in _regions(others):
            yield each, *rest


def _ranges(size: int, depth: int, step: int) -> Iterator[slice]:
    """Cut an axis between its chunks, and each chunk into steps."""
    for begin in range(0, size, depth):
        end = min(begin + depth, size)
        for start in range(begin, end, step):
            yield slice(start, min(start + step, end))
