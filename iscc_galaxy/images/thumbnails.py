"""Small pictures that show a reader which image is meant."""

import io

import numpy as np
from PIL import Image

# Of the longer side, in pixels.
SIZE = 128


def thumbnail_of(planes: np.ndarray) -> bytes:
    """Return a small PNG of one gray plane, or of red, green and blue; none of its sides is longer than SIZE.

    `planes` has 8 bits and the shape (1 or 3, rows, columns).
    """
    pictures = [Image.fromarray(plane) for plane in planes]
    for picture in pictures:
        picture.thumbnail((SIZE, SIZE))
    small = Image.merge('RGB', pictures) if len(pictures) > 1 else pictures[0]
    file = io.BytesIO()
    small.save(file, 'PNG')
    return file.getvalue()
