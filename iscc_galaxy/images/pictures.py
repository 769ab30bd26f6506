"""Pictures: files of formats with one image, which is decoded at once."""

import numpy as np

from iscc_galaxy.images.scenes import ImageError, Scene


def check_size(decoded: int, most: int) -> None:
    """Raise ImageError for a picture that would have more than `most` bytes once it is decoded."""
    if decoded > most:
        raise ImageError(
            f'It would need {decoded:,} bytes at once; a picture of this format may have {most:,}. '
            'Convert it to tiled OME-TIFF.'
        )


def scene_of(pixels: np.ndarray, bytes_after: int) -> Scene:
    """Return the scene of decoded pixels with the shape (rows, columns) or (rows, columns, samples).

    What follows the picture in its file has a note: it may be further pictures (MPO), a film, or nothing of use.
    """
    note = f'not in the code: {bytes_after} bytes after the picture, maybe further pictures' if bytes_after else ''
    axes = 'yxs'[:pixels.ndim]
    chunks = (1, *pixels.shape[1:2], 1)[:pixels.ndim]
    return Scene('', axes, pixels.shape, chunks, pixels.dtype, pixels.__getitem__, note)
