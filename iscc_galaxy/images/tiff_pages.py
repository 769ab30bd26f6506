"""Pages of a TIFF, of which any part can be read: as they lie in the file, or by strips and tiles that are decoded.

Each page has five axes, as tifffile lays them out: samples that are stored apart, depth, rows, columns, and samples
that are stored together. A part of a page is a slice for each of them. Strips and tiles are both called segments.
"""

from dataclasses import dataclass
from itertools import product
from math import ceil, prod
from typing import BinaryIO

import numpy as np
from tifffile import TiffFile, TiffFrame, TiffPage, TiffPageSeries

from iscc_galaxy.images.memory import at_most, to_decode
from iscc_galaxy.images.scenes import ImageError
from iscc_galaxy.images.tiff_directories import kind_at

Part = tuple[slice, ...]
# A segment is decoded at once.
MOST_SEGMENT_BYTES = 2 ** 31
# JPEG in its usual form, and two ways to write it into whole slides and raw photographs.
_JPEG = {7, 33007, 34892}
_JPEG_XR = {22610, 34934}


@dataclass(frozen=True)
class File:
    """An open file, and its size in bytes."""

    content: BinaryIO
    size: int

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes of the file."""
        self.content.seek(offset)
        return self.content.read(count)


@dataclass(frozen=True, slots=True)
class PlainPage:
    """A page whose pixels lie in the file as they are, from `offset` on."""

    file: File
    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype
    segments: int = 1
    missing: int = 0

    @property
    def chunks(self) -> tuple[int, ...]:
        """What is read at a time at least."""
        return (1, 1, 1, *self.shape[3:])

    def read(self, part: Part) -> np.ndarray:
        """Return the pixels of a part of the page."""
        separate, depth, rows, columns, samples = part
        pixels = [self._rows(*place, rows) for place in product(_places(separate), _places(depth))]
        whole = pixels[0] if len(pixels) == 1 else np.concatenate(pixels)
        return whole.reshape(*map(_length, part[:3]), *self.shape[3:])[..., columns, samples]

    def _rows(self, separate: int, depth: int, rows: slice) -> np.ndarray:
        first = (separate * self.shape[1] + depth) * self.shape[2] + rows.start
        row_bytes = prod(self.shape[3:]) * self.dtype.itemsize
        return np.frombuffer(self.file.read(self.offset + first * row_bytes, _length(rows) * row_bytes), self.dtype)


class CodedPage:
    """A page whose segments are decoded, each on its own."""

    def __init__(self, file: File, page: TiffPage | TiffFrame) -> None:
        """Raise ImageError if its segments are not whole."""
        kind = page.keyframe
        if kind.compression in _JPEG_XR:
            raise ImageError(
                'It is compressed by JPEG XR, whose decoder makes up pixels for data that are missing. '
                'Convert it to OME-TIFF with another compression.'
            )
        self._file = file
        self._page = page
        self.shape, self.dtype = kind.shaped, kind.dtype
        rows, columns = (kind.tilelength, kind.tilewidth) if kind.is_tiled else (kind.rowsperstrip, kind.imagewidth)
        self.chunks = (1, kind.tiledepth if kind.is_tiled else 1, rows, columns, self.shape[4])
        self._segment_bytes = prod(self.chunks) * self.dtype.itemsize
        _check_segment_size(self._segment_bytes)
        self._grid = tuple(ceil(size / chunk) for size, chunk in zip(self.shape, self.chunks))
        self.segments = prod(self._grid)
        self.missing = self._check_segments()

    def _check_segments(self) -> int:
        """Return how many segments are not stored, which the format allows; raise ImageError if others are cut."""
        offsets, counts = self._page.dataoffsets, self._page.databytecounts
        if not len(offsets) == len(counts) == self.segments:
            raise ImageError(
                f'Its page {self._page.index} should have {self.segments} strips or tiles, but it lists '
                f'{min(len(offsets), len(counts))}. Write it again.'
            )
        starts, lengths = np.asarray(offsets, np.uint64), np.asarray(counts, np.uint64)
        stored = (starts > 0) & (lengths > 0)
        if stored.any():
            # Not their sum, which may be beyond what 64 bits hold.
            size = np.uint64(self._file.size)
            outside = stored & ((starts > size) | (lengths > size - np.minimum(starts, size)))
            if outside.any():
                raise _incomplete(self._page.index, self._file.size)
        return self.segments - int(stored.sum())

    def read(self, part: Part) -> np.ndarray:
        """Return the pixels of a part of the page; raise ImageError if a segment can't be decoded."""
        pixels = np.full([_length(each) for each in part], self._page.keyframe.nodata, self.dtype)
        ranges = [range(each.start // chunk, ceil(each.stop / chunk)) for each, chunk in zip(part, self.chunks)]
        with at_most(to_decode(self._segment_bytes, pixels.nbytes)):
            for place in product(*ranges):
                number = int(np.ravel_multi_index(place, self._grid))
                segment = self._decoded(number)
                if segment is not None:
                    begins = [index * chunk for index, chunk in zip(place, self.chunks)]
                    _copy(segment, begins, pixels, part)
        return pixels

    def _decoded(self, number: int) -> np.ndarray | None:
        """Return the pixels of a segment, with the five axes of a page, or None if it is not stored."""
        page, kind = self._page, self._page.keyframe
        offset, count = int(page.dataoffsets[number]), int(page.databytecounts[number])
        if not offset or not count:
            return None
        data = self._file.read(offset, count)
        try:
            if kind.compression in _JPEG and kind.jpegheader is None:
                _check_jpeg(data)
            decoded, _, _ = kind.decode(data, number, jpegtables=page.jpegtables, jpegheader=kind.jpegheader)
            # Fax codecs give the numbers 0 and 1.
            if decoded.dtype != self.dtype and self.dtype != bool:
                raise ValueError(f'its pixels are {decoded.dtype}, not {self.dtype}')
        except MemoryError:
            raise
        except Exception as error:
            reason = ' '.join(str(error).split()) or type(error).__name__
            raise ImageError(
                f'{"Tile" if kind.is_tiled else "Strip"} {number} of its page {page.index} can not be decoded: '
                f'{reason[:200]}. Upload it again, or convert it to OME-TIFF.'
            ) from error
        return decoded[np.newaxis]


Page = PlainPage | CodedPage


def pages_of(file: File, tiff: TiffFile, series: TiffPageSeries) -> list[Page]:
    """Return the pages of a series in order; raise ImageError if they are not all in the file."""
    kind = series.keyframe
    # Iterating over the series itself would look for directories of pages that have none.
    stored = series._pages
    number, rest = divmod(prod(series.shape), kind.size)
    if len(stored) == 1 and number > 1 and not rest and series.dataoffset:
        # Such as ImageJ's: one directory, and the pixels of all pages.
        return _plain_pages(file, kind, series.dataoffset, number)
    if rest or len(stored) != number or any(page is None for page in stored):
        raise ImageError(
            f'Its metadata tell of {" x ".join(map(str, series.shape))} pixels, but it has '
            f'{sum(page is not None for page in stored)} pages of {" x ".join(map(str, kind.shape))}. '
            'Upload it again, whole, or write it again.'
        )
    if any(page.parent is not tiff for page in stored):
        raise ImageError('Some of its pixels are in other files. Save it as one OME-TIFF.')
    expected = kind_at(file.content, tiff, kind.offset)
    return [_page_of(file, _checked(file, series, page, expected)) for page in stored]


def _plain_pages(file: File, kind: TiffPage, offset: int, number: int) -> list[Page]:
    if offset + number * kind.nbytes > file.size:
        raise _incomplete(number - 1, file.size)
    dtype = kind.dtype.newbyteorder(kind.parent.byteorder)
    return [PlainPage(file, offset + place * kind.nbytes, kind.shaped, dtype) for place in range(number)]


def _checked(
    file: File, series: TiffPageSeries, page: TiffPage | TiffFrame, expected: list[tuple[int, bytes]],
) -> TiffPage | TiffFrame:
    """Return a page, read anew if tifffile took it for one of the series' kind and it is of another.

    It does so for a frame, of which it reads but a few tags. In Micro-Manager files, it even guesses where pixels are.
    """
    if page.is_frame:
        if series.kind == 'mmstack' or kind_at(file.content, page.parent, page.offset) != expected:
            page = page.aspage()
    if (page.shaped, page.dtype) != (series.keyframe.shaped, series.keyframe.dtype):
        raise ImageError(
            f'Its pages {series.keyframe.index} and {page.index} should be of one image, but have other sizes or '
            'types. Write it again.'
        )
    return page


def _page_of(file: File, page: TiffPage | TiffFrame) -> Page:
    offsets, counts = (np.asarray(each, np.uint64) for each in (page.dataoffsets, page.databytecounts))
    if not page.is_final or not offsets.all() or (offsets[1:] != offsets[:-1] + counts[:-1]).any():
        return CodedPage(file, page)
    if counts.sum() < page.keyframe.nbytes:
        raise ImageError(
            f'Its page {page.index} should have {page.keyframe.nbytes:,} bytes, but lists {counts.sum():,}. '
            'Write it again.'
        )
    return _plain_pages(file, page.keyframe, int(offsets[0]), 1)[0]


def _check_segment_size(size: int) -> None:
    if size > MOST_SEGMENT_BYTES:
        raise ImageError(
            f'One of its strips or tiles has {size:,} bytes once it is decoded; it may have {MOST_SEGMENT_BYTES:,}. '
            'Convert it to tiled OME-TIFF.'
        )


def _check_jpeg(data: bytes) -> None:
    """Raise ValueError for JPEG data that are cut, where the decoder makes up the rest."""
    if not data.startswith(b'\xff\xd8') or not data.rstrip(b'\0').endswith(b'\xff\xd9'):
        raise ValueError('its JPEG data are cut')


def _copy(segment: np.ndarray, begins: list[int], pixels: np.ndarray, part: Part) -> None:
    """Copy what a segment that begins at the given place has of a part of its page; it may reach beyond the page."""
    source, target = [], []
    for begin, length, each in zip(begins, segment.shape, part):
        first, last = max(begin, each.start), min(begin + length, each.stop)
        source.append(slice(first - begin, last - begin))
        target.append(slice(first - each.start, last - each.start))
    pixels[tuple(target)] = segment[tuple(source)]


def _incomplete(page: int, size: int) -> ImageError:
    return ImageError(f'It is incomplete: its page {page} reaches beyond its {size:,} bytes. Upload it again.')


def _places(each: slice) -> range:
    return range(each.start, each.stop)


def _length(each: slice) -> int:
    return each.stop - each.start
