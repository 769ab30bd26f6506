"""TIFF, ImageJ TIFF and OME-TIFF, by tifffile: the series of a file are its scenes, of a pyramid the largest level.

tifffile logs damage, and reads on with zeros or fewer pages. Here all that it says of pixels is an error. It would also
open other files that an OME-XML names; a dataset is one file, so that is an error, too.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod

import numpy as np
from tifffile import PHOTOMETRIC, TiffFile, TiffPageSeries

from iscc_galaxy.images.axes import axes_of
from iscc_galaxy.images.scenes import ImageError, Scene

# What tifffile says of metadata alone: descriptions, time stamps, texts that are not ASCII. No pixel depends on them.
_OF_METADATA = re.compile(
    'coercing invalid ASCII|imagej_metadata|fluoview_metadata|STK Datetime|read_uic1tag|GDAL_NODATA|subfiletype')
# A false alarm at this level: a description that begins as that of ImageJ, in a file that is none.
_NO_IMAGEJ = 'ImageJ series metadata invalid'
# What is decoded at a time must fit into memory.
_LARGEST_SEGMENT = 2 ** 31


@contextmanager
def opened(path: str) -> Iterator[list[Scene]]:
    """Yield the scenes of a file; raise ImageError, also at the end, for all that tifffile says of its pixels."""
    with _logged() as said, TiffFile(path, _multifile=False) as file:
        scenes = [_scene(series, file, path) for series in file.series]
        _check(said)
        # Where the pages are not as its OME-XML says, or in other files, tifffile lists them as in any TIFF.
        if file.is_ome and any(series.kind != 'ome' for series in file.series):
            raise ImageError(
                'Its OME-XML does not describe the pages of this file: it names other files, or pages that are not '
                'there. Save the image as one OME-TIFF.'
            )
        yield scenes
        _check(said)


def _check(said: list[str]) -> None:
    if said:
        raise ImageError(f'It is damaged, or parts of it are missing: {said[0][:200]}. Copy or save it again.')


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Yield a list that takes up what tifffile says of pixels; nothing of it is printed."""
    said: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text = record.getMessage()
            is_false_alarm = record.levelno == logging.WARNING and _NO_IMAGEJ in text
            if not is_false_alarm and not _OF_METADATA.search(text):
                # Without the name of the file on disk, which says nothing to the user.
                said.append(re.sub(r'<tifffile\.\w+ .*?> ', '', text))

    logger, handler = logging.getLogger('tifffile'), Handler(logging.WARNING)
    propagates, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates


def _scene(series: TiffPageSeries, file: TiffFile, path: str) -> Scene:
    if series.dtype is None or series.keyframe is None or any(page is None for page in series.pages):
        raise ImageError('Pages that it should have are missing. Copy or save it again.')
    axes = axes_of(series.axes)
    dtype = np.dtype(series.dtype)
    has_palette = series.keyframe.photometric == PHOTOMETRIC.PALETTE
    note = 'the pixels are the indices of a palette, not its colours' if has_palette else ''
    if series.dataoffset is not None:
        stored = _Contiguous(path, series.dataoffset, series.shape, dtype.newbyteorder(file.byteorder))
        chunks = _rows_alone(axes, series.shape)
    else:
        stored = _Segments(series)
        chunks = stored.chunks
    return Scene(series.name, axes, series.shape, chunks, dtype, stored.read, note)


def _rows_alone(axes: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the chunks of pixels one behind another: a row, with all that is stored between its pixels."""
    inner = min(axes.index('y'), axes.index('x'))
    return tuple(
        1 if place < inner or axis == 'y' else size for place, (axis, size) in enumerate(zip(axes, shape)))


@dataclass(frozen=True)
class _Contiguous:
    """Pixels that lie one behind another in the file, uncompressed."""

    path: str
    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype

    def read(self, region: tuple[slice, ...]) -> np.ndarray:
        """Return the pixels of a region. What is read stays in memory no longer than the mapping."""
        try:
            return np.array(np.memmap(self.path, self.dtype, 'r', self.offset, self.shape)[region])
        except ValueError as error:
            raise ImageError('The file ends before its last pixels. Copy or save it again.') from error


class _Segments:
    """Pixels in the strips or tiles of pages, each decoded alone.

    The last axes of the series are those of a page, in the order of `shaped` in tifffile: separate samples, depth,
    rows, columns, samples.
    """

    def __init__(self, series: TiffPageSeries) -> None:
        self.pages = series.pages
        self.frame = frame = series.keyframe
        count = _axes_of_page(series.shape, frame.shape)
        self.outer, self.inner = series.shape[:-count], series.shape[-count:]
        rows = frame.tile[-2] if frame.is_tiled else min(frame.rowsperstrip, frame.imagelength)
        # Rows are cut where the page has an axis of rows; else a page is read whole.
        page = tuple(
            rows if axis == 'Y' else size for axis, size in zip(frame.axes, frame.shape)
        ) if self.inner == frame.shape else self.inner
        self.rows_axis = frame.axes.index('Y') if self.inner == frame.shape else None
        self.chunks = (1,) * len(self.outer) + page
        segment = prod(frame.tile) if frame.is_tiled else rows * frame.imagewidth
        if segment * frame.shaped[4] * frame.dtype.itemsize > _LARGEST_SEGMENT:
            raise ImageError('It is compressed in one piece of more than 2 GiB. Save it as OME-TIFF with tiles.')

    def read(self, region: tuple[slice, ...]) -> np.ndarray:
        """Return the pixels of a region."""
        outer, inner = region[:len(self.outer)], region[len(self.outer):]
        rows = slice(0, self.frame.shaped[2]) if self.rows_axis is None else inner[self.rows_axis]
        shape = list(self.inner)
        if self.rows_axis is not None:
            shape[self.rows_axis] = rows.stop - rows.start
            inner = (*inner[:self.rows_axis], slice(None), *inner[self.rows_axis + 1:])
        pixels = np.empty([each.stop - each.start for each in region], self.frame.dtype)
        for place in np.ndindex(pixels.shape[:len(outer)]):
            number = 0
            for axis, (offset, each) in enumerate(zip(place, outer)):
                number = number * self.outer[axis] + each.start + offset
            pixels[place] = self._rows_of(number, rows).reshape(shape)[inner]
        return pixels

    def _rows_of(self, number: int, rows: slice) -> np.ndarray:
        """Return some rows of a page, of all samples and depths."""
        frame, page = self.frame, self.pages[number]
        separate, depth, _, width, samples = frame.shaped
        found = np.empty((separate, depth, rows.stop - rows.start, width, samples), frame.dtype)
        grid = _grid(frame)
        if len(page.dataoffsets) < prod(grid):
            raise ImageError(f'Page {number + 1} has {len(page.dataoffsets)} pieces where {prod(grid)} were expected.')
        height = -(-frame.shaped[2] // grid[2]) if not frame.is_tiled else frame.tile[-2]
        height = frame.rowsperstrip if not frame.is_tiled else height
        wanted = range(rows.start // height, -(-rows.stop // height))
        for place in np.ndindex(grid):
            if place[2] not in wanted:
                continue
            self._put_segment(page, number, int(np.ravel_multi_index(place, grid)), rows, found)
        return found

    def _put_segment(self, page, number: int, index: int, rows: slice, found: np.ndarray) -> None:
        """Decode a strip or tile, and put what is wanted of it in its place."""
        frame = self.frame
        handle = frame.parent.filehandle
        count = page.databytecounts[index]
        handle.seek(page.dataoffsets[index])
        data = handle.read(count)
        if not count or len(data) < count:
            raise ImageError(f'Pixels of page {number + 1} are not stored in the file. Copy or save it again.')
        tables = {'jpegtables': page.jpegtables, 'jpegheader': frame.jpegheader} if _is_jpeg(frame) else {}
        segment, (sample, depth, row, column, _), shape = frame.decode(data, index, **tables)
        if segment is None:
            raise ImageError(f'Pixels of page {number + 1} are not stored in the file. Copy or save it again.')
        begin, end = max(row, rows.start), min(row + shape[1], rows.stop, frame.shaped[2])
        part = segment[:frame.shaped[1] - depth, begin - row:end - row, :frame.shaped[3] - column]
        found[sample, depth:depth + part.shape[0], begin - rows.start:end - rows.start,
              column:column + part.shape[2]] = part


def _is_jpeg(frame) -> bool:
    """Return whether segments share tables: the JPEG compressions of TIFF (TiffPage.segments of tifffile)."""
    return frame.compression in {6, 7, 34892, 33007}


def _grid(frame) -> tuple[int, ...]:
    """Return how many segments a page has: of separate samples, in depth, of rows, of columns."""
    separate, depth, length, width, _ = frame.shaped
    if frame.is_tiled:
        *deep, high, wide = frame.tile
        return separate, -(-depth // (deep[0] if deep else 1)), -(-length // high), -(-width // wide)
    return separate, depth, -(-length // frame.rowsperstrip), 1


def _axes_of_page(series: tuple[int, ...], page: tuple[int, ...]) -> int:
    """Return how many of the last axes of a series are those of a page."""
    for count in range(1, len(series) + 1):
        if prod(series[-count:]) == prod(page) and (count == len(series) or series[-count - 1] != 1):
            return count
    raise ImageError('Its pages do not have the size that its metadata say. Save it again.')
