"""Images of any format, told by their content, not by their name or datatype."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.galaxy.job import JobError, shown
from iscc_galaxy.images import jpeg, png, tiff
from iscc_galaxy.images.scenes import ImageError, Scene

# How files of each format begin. BigTIFF has 43 in place of 42.
_FORMATS = {
    b'II*\0': tiff, b'MM\0*': tiff, b'II+\0': tiff, b'MM\0+': tiff, b'\x89PNG\r\n\x1a\n': png, b'\xff\xd8\xff': jpeg,
}


@contextmanager
def opened(dataset: Dataset) -> Iterator[list[Scene]]:
    """Open an image, and yield its scenes in order; raise JobError, also at the end, if it can't be read whole.

    Whatever goes wrong in the libraries that decode an image is a fault of the image, and has its reason in one line.
    """
    try:
        before = _state(dataset)
        with _format_of(dataset).opened(dataset.content) as scenes:
            if not scenes:
                raise ImageError('It holds no image.')
            yield scenes
        if _state(dataset) != before:
            raise ImageError('It changed while it was read. Run the job again.')
    except JobError:
        raise
    except MemoryError as error:
        raise JobError(f'Image {shown(dataset.name)} needs more memory than this job has: ask the admin.') from error
    except (ImportError, OSError) as error:
        raise JobError(
            f'Image {shown(dataset.name)} can not be read: {_in_a_line(error)}. Tell the Galaxy admin.') from error
    except ImageError as error:
        raise JobError(f'Image {shown(dataset.name)} can not be read whole. {error}') from error
    except Exception as error:
        raise JobError(
            f'Image {shown(dataset.name)} can not be read whole. It is damaged, or of a kind that is not supported: '
            f'{_in_a_line(error)}. Upload it again, or convert it to OME-TIFF.'
        ) from error


def _state(dataset: Dataset) -> tuple[int, int]:
    """Return size (bytes) and modification time (ns) of a file; those of a folder tell of its own entries alone."""
    stat = os.stat(dataset.content)
    return stat.st_size, stat.st_mtime_ns


def _in_a_line(error: Exception) -> str:
    return ' '.join(str(error).split())[:300] or type(error).__name__


def _format_of(dataset: Dataset) -> ModuleType:
    """Return the module that reads the format of an image, by how its file begins."""
    if dataset.is_directory:
        # Imported here: it takes a fifth of a second, which jobs that read files need not wait for.
        from iscc_galaxy.images import zarr_folder
        return zarr_folder
    with open(dataset.content, 'rb') as file:
        first = file.read(8)
    for beginning, module in _FORMATS.items():
        if first.startswith(beginning):
            return module
    raise ImageError(
        'It is no TIFF, OME-TIFF, PNG, JPEG or Zarr. Convert it to OME-TIFF first (bfconvert), or to OME-Zarr '
        '(bioformats2raw).'
    )
