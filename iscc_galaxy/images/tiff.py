"""TIFF in all its kinds, as tifffile understands them: OME-TIFF, ImageJ, BigTIFF, microscopes, whole slides.

A scene is a series of tifffile, of a pyramid the full resolution. Its axes are those that the metadata name, even where
the pages call one of them the samples of a pixel. The pixels are those that are stored: white may be 0, and where there
is a palette, they are its indices. JPEG alone, whose colours are coded as brightness and two differences, gives RGB.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np
import tifffile
from tifffile import TiffFile, TiffPageSeries

from iscc_galaxy.images.axes import axes_of
from iscc_galaxy.images.memory import at_most, to_open
from iscc_galaxy.images.scenes import check_claims, ImageError, Scene
from iscc_galaxy.images.tiff_complaints import complaints_as_errors
from iscc_galaxy.images.tiff_directories import check_directories
from iscc_galaxy.images.tiff_ome import check_series, own_name
from iscc_galaxy.images.tiff_pages import File, Page, pages_of

# NDPI files have offsets of 64 bits from this size on, which are no part of TIFF.
_NDPI_SIZE = 2 ** 32


@contextmanager
def opened(path: str) -> Iterator[list[Scene]]:
    """Open a TIFF, and yield its scenes in order; raise ImageError, also at the end, if it can't be read whole."""
    size = Path(path).stat().st_size
    with open(path, 'rb') as content, complaints_as_errors() as check_complaints:
        with at_most(to_open(size)):
            with _tiff(content, '') as tiff:
                check_directories(content, tiff, size)
                name = own_name(tiff)
            tiff = _tiff(content, name)
            found = tiff.series
            check_complaints()
            check_series(tiff, found)
            scenes = [_scene_of(File(content, size), tiff, series) for series in found]
        check_claims(scenes, size)
        yield scenes
        check_complaints()


def _tiff(content: BinaryIO, name: str) -> TiffFile:
    """Return a file as tifffile sees it, which may take it for the file of a given name, but opens no other file."""
    content.seek(0)
    # tifffile guesses where the pages of ScanImage files are, unless it learns what they are after it has opened them.
    tiff = TiffFile(content, name=name, is_scanimage=False, _multifile=False)
    del tiff.is_scanimage
    if tiff.filehandle.size >= _NDPI_SIZE and tiff.is_ndpi:
        raise ImageError('It is an NDPI file of more than 4 GB, which is no valid TIFF. Convert it to OME-TIFF.')
    return tiff


def _scene_of(file: File, tiff: TiffFile, series: TiffPageSeries) -> Scene:
    if series.keyframe.dtype is None:
        raise ImageError(
            f'Its samples have {series.keyframe.bitspersample} bits of the format {series.keyframe.sampleformat}, '
            'which can not be read. Convert it to OME-TIFF.'
        )
    if not series.keyframe.size:
        raise ImageError('It has no pixels: one of its axes has the size 0.')
    # Axes of the size 1 have no meaning, but may have names that are not known.
    shape, axes = series.get_shape(squeeze=True), axes_of(series.get_axes(squeeze=True))
    pages = pages_of(file, tiff, series)
    stack = _Stack(shape, pages)
    read = stack.read if series.transform is None else _transformed(stack.read, series.transform)
    return Scene(str(series.name), axes, shape, stack.chunks, series.dtype, read, _note(series, pages))


def _transformed(
    read: Callable[[tuple[slice, ...]], np.ndarray], transform: Callable[[np.ndarray], np.ndarray],
) -> Callable[[tuple[slice, ...]], np.ndarray]:
    """Return a way to read pixels that stand for others, as in MD Gel files, where they are square roots."""
    return lambda region: transform(read(region))


def _note(series: TiffPageSeries, pages: list[Page]) -> str:
    """Return a note on a palette, and on strips or tiles that are not stored; raise ImageError if none is."""
    notes = []
    if series.keyframe.photometric == tifffile.PHOTOMETRIC.PALETTE:
        notes.append('the pixels are indices of a palette, not its colours')
    missing, segments = sum(page.missing for page in pages), sum(page.segments for page in pages)
    kind = 'tiles' if series.keyframe.is_tiled else 'strips'
    if missing == segments:
        raise ImageError(f'None of its {segments} {kind} are stored. Upload it again, whole.')
    if missing:
        notes.append(f'{missing} of {segments} {kind} are not stored and read as {series.keyframe.nodata}')
    return '; '.join(notes)


class _Stack:
    """Pages of one kind as one array. Its first axes count the pages, the others are those within each page."""

    def __init__(self, shape: tuple[int, ...], pages: list[Page]) -> None:
        """Tell the axes of pages from those within, where the size of each must be that in the page."""
        within = shape
        while within and prod(within[1:]) >= prod(pages[0].shape):
            within = within[1:]
        self._pages = pages
        self._numbers = shape[:len(shape) - len(within)]
        # The axes within a page that have more than one place, of both.
        self._of_stack = [place for place, size in enumerate(within) if size > 1]
        self._of_page = [place for place, size in enumerate(pages[0].shape) if size > 1]
        if [within[place] for place in self._of_stack] != [pages[0].shape[place] for place in self._of_page]:
            raise ImageError(
                f'Its metadata and its pages tell of other sizes: {" x ".join(map(str, within))} and '
                f'{" x ".join(str(size) for size in pages[0].shape if size > 1)}. Write it again.'
            )
        depths = dict(zip(self._of_stack, (pages[0].chunks[place] for place in self._of_page)))
        self.chunks = (1,) * len(self._numbers) + tuple(depths.get(place, 1) for place in range(len(within)))

    def read(self, region: tuple[slice, ...]) -> np.ndarray:
        """Return the pixels of a region."""
        of_pages, within = region[:len(self._numbers)], region[len(self._numbers):]
        part = [slice(0, 1)] * len(self._pages[0].shape)
        for of_stack, of_page in zip(self._of_stack, self._of_page):
            part[of_page] = within[of_stack]
        sizes = [each.stop - each.start for each in of_pages]
        pixels = [self._pages[number].read(tuple(part)) for number in self._numbers_in(of_pages)]
        whole = pixels[0] if len(pixels) == 1 else np.stack(pixels)
        return whole.reshape(*sizes, *(each.stop - each.start for each in within))

    def _numbers_in(self, region: tuple[slice, ...]) -> Iterator[int]:
        """Yield the numbers of the pages in a region of the axes that count them."""
        for place in product(*(range(each.start, each.stop) for each in region)):
            number = 0
            for each, size in zip(place, self._numbers):
                number = number * size + each
            yield number
