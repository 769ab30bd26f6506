"""What people do to a plane of an image before they show it: the picture of 8 bits that becomes of it.

Each function of PROCESSINGS takes a plane of any type, and returns a picture with the shape (rows, columns) or (rows,
columns, 3). Where contrast is not what it changes, the darkest value of the plane is black and the brightest white.
"""

import io
from collections.abc import Callable

import numpy as np
from matplotlib import colormaps
from PIL import Image
from scipy.ndimage import gaussian_filter, grey_opening
from skimage.exposure import equalize_adapthist
from skimage.filters import threshold_otsu

WHITE = 255


def shown(plane: np.ndarray, darkest: float = 0, brightest: float = 100, gamma: float = 1) -> np.ndarray:
    """Return a plane in 8 bits, between two percentiles of its values, with a gamma."""
    lower, upper = np.percentile(plane, (darkest, brightest))
    if lower == upper:
        return np.zeros(plane.shape, np.uint8)
    return np.rint(WHITE * (np.clip((plane - lower) / (upper - lower), 0, 1) ** gamma)).astype(np.uint8)


def with_local_contrast(plane: np.ndarray) -> np.ndarray:
    """Return a plane after CLAHE, with the settings of scikit-image."""
    return shown(equalize_adapthist(shown(plane)))


def smoothed(plane: np.ndarray) -> np.ndarray:
    return shown(gaussian_filter(plane.astype(float), 3))


def without_background(plane: np.ndarray) -> np.ndarray:
    """Return a plane less what is left of it where all that is smaller than 51 pixels is removed (an opening)."""
    smooth = gaussian_filter(plane.astype(float), 2)
    return shown(np.maximum(plane - gaussian_filter(grey_opening(smooth, 51), 10), 0))


def as_jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, 'JPEG', quality=quality)
    return np.asarray(Image.open(file))


def resized(picture: np.ndarray, factor: float) -> np.ndarray:
    rows, columns = picture.shape
    size = round(columns * factor), round(rows * factor)
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))


def cropped(picture: np.ndarray, part: float) -> np.ndarray:
    """Return a picture without this part of its width and of its height, half of it at each end."""
    rows, columns = (slice(round(size * part / 2), size - round(size * part / 2)) for size in picture.shape)
    return picture[rows, columns]


def rotated(picture: np.ndarray, degrees: float) -> np.ndarray:
    """Return a picture of the same size, turned, with black corners."""
    return np.asarray(Image.fromarray(picture).rotate(degrees, Image.Resampling.BICUBIC))


def framed(picture: np.ndarray) -> np.ndarray:
    return np.pad(picture, max(picture.shape) // 20, constant_values=WHITE)


def with_scale_bar(picture: np.ndarray) -> np.ndarray:
    """Return a picture with a white bar at the lower right, a fifth of the width long."""
    rows, columns = picture.shape
    marked = picture.copy()
    marked[-rows // 20 - max(rows // 60, 1):-rows // 20, -columns // 20 - columns // 5:-columns // 20] = WHITE
    return marked


def coloured(picture: np.ndarray, colours: str) -> np.ndarray:
    """Return a picture in a colour map of matplotlib."""
    return colormaps[colours](picture, bytes=True)[..., :3]


def in_green(picture: np.ndarray) -> np.ndarray:
    nothing = np.zeros_like(picture)
    return np.stack([nothing, picture, nothing], axis=-1)


def mask(plane: np.ndarray) -> np.ndarray:
    """Return white where a plane is brighter than the threshold of Otsu."""
    return (plane > threshold_otsu(plane)).astype(np.uint8) * WHITE


PROCESSINGS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    'contrast, minimum to maximum': shown,
    'contrast, 2 to 98 %': lambda plane: shown(plane, 2, 98),
    'contrast, 10 to 95 %': lambda plane: shown(plane, 10, 95),
    'gamma 0.5': lambda plane: shown(plane, gamma=0.5),
    'gamma 2': lambda plane: shown(plane, gamma=2),
    'local contrast (CLAHE)': with_local_contrast,
    'smoothed (Gaussian, sigma 3)': smoothed,
    'background subtracted': without_background,
    'JPEG, quality 80': lambda plane: as_jpeg(shown(plane), 80),
    'JPEG, quality 30': lambda plane: as_jpeg(shown(plane), 30),
    'half the size': lambda plane: resized(shown(plane), 0.5),
    'a quarter of the size, JPEG': lambda plane: as_jpeg(resized(shown(plane), 0.25), 80),
    'a white frame': lambda plane: framed(shown(plane)),
    'a white frame, JPEG': lambda plane: as_jpeg(framed(shown(plane)), 80),
    'crop, 2 % of width and height': lambda plane: cropped(shown(plane), 0.02),
    'crop, 5 % of width and height': lambda plane: cropped(shown(plane), 0.05),
    'crop, 10 % of width and height': lambda plane: cropped(shown(plane), 0.1),
    'turned by 1 degree': lambda plane: rotated(shown(plane), 1),
    'turned by 90 degrees': lambda plane: np.rot90(shown(plane)),
    'mirrored': lambda plane: np.fliplr(shown(plane)),
    'inverted': lambda plane: WHITE - shown(plane),
    'colours, green': lambda plane: in_green(shown(plane)),
    'colours, viridis': lambda plane: coloured(shown(plane), 'viridis'),
    'colours, jet': lambda plane: coloured(shown(plane), 'jet'),
    'a scale bar': lambda plane: with_scale_bar(shown(plane)),
    'a mask (Otsu)': mask,
}
