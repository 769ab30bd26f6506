"""A scene: one image of a file or folder, with named axes, of which any region can be read. And its planes, in order.

The order is IMAGEWALK (IEP-0018, a draft): planes with z outermost, then c, then t, each plane row by row. The samples
of a pixel (red, green, blue) are channels: sample s of channel c is channel c * samples + s.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

# The axes from the outermost to the innermost.
AXES = 'zcstyx'
PLANE_AXES = AXES[:4]
# Planes that share chunks are read together, up to this size, so that a chunk is decoded once.
TOGETHER_BYTES = 2 ** 27
# A plane is read in bands of about this size, or of one row of chunks if that is more.
BAND_BYTES = 2 ** 24


class ImageError(Exception):
    """An image that can't be read whole; the text is the reason, a sentence without the name of the image."""


@dataclass(frozen=True)
class Scene:
    """One image: its name in the file, its axes in the order in which they are stored, and how a region is read.

    `axes` has letters of AXES, each once at most, y and x always; `shape` and `chunks` have a size for each. A chunk is
    what is decoded at a time. `read` takes a slice for each axis, which begins with a chunk or, where TOGETHER_BYTES is
    too little, within one, and returns the pixels of that region, in either byte order. It raises ImageError for what
    it can't read whole. `note` tells what a reader of the code should know, such as chunks that are not stored.
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
        ranges = [
            [slice(0, sizes[axis])] if together[axis] == sizes[axis] else
            list(_ranges(sizes[axis], depths[axis], together[axis])) for axis in PLANE_AXES
        ]
        row_ranges = [slice(0, sizes['y'])]
        if prod(together.values()) == 1:
            row_bytes = sizes['x'] * self.dtype.itemsize
            step = max(BAND_BYTES // row_bytes // depths['y'], 1) * depths['y']
            row_ranges = list(_ranges(sizes['y'], step, step))
        for planes in product(*ranges):
            for rows in row_ranges:
                yield from self._bands_of(dict(zip(AXES, (*planes, rows, slice(0, sizes['x'])))))

    def _bands_of(self, region: dict[str, slice]) -> Iterator['Band']:
        """Yield the pixels of a region: whole planes of several, or a band of one."""
        pixels = self.read(tuple(region[axis] for axis in self.axes))
        stored = [axis for axis in AXES if axis in self.axes]
        pixels = pixels.transpose([self.axes.index(axis) for axis in stored])
        pixels = pixels.reshape([region[axis].stop - region[axis].start for axis in AXES])
        first = [region[axis].start for axis in PLANE_AXES]
        for place in np.ndindex(pixels.shape[:4]):
            z, c, s, t = (int(begin + offset) for begin, offset in zip(first, place))
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


def _ranges(size: int, depth: int, step: int) -> Iterator[slice]:
    """Cut an axis between its chunks, and each chunk into steps."""
    for begin in range(0, size, depth):
        end = min(begin + depth, size)
        for start in range(begin, end, step):
            yield slice(start, min(start + step, end))
