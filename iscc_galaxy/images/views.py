"""The views of a scene: the few pictures of it that a person would look at, each with its Image-Code.

Of a picture it is the picture itself. A scene is a picture if its pixels are uint8, with one focal plane and one point
in time, and it is gray (one channel) or colour (three). Whether three are channels or samples of a pixel makes no
difference, since the same pixels should have the same views. Two or four are a picture with alpha only as samples.

Of any other scene there are two views of each channel: the plane in the middle of z and t, and the maximum over z and
t. With one plane in each channel these are the same, and there is but one.

Pixels are taken as they are stored: the orientation that a camera writes beside them is not known here.
"""

from dataclasses import dataclass

import numpy as np

from iscc_galaxy.images.image_codes import image_code
from iscc_galaxy.images.normalisation import luma, on_white, shrunk, stretched, trimmed
from iscc_galaxy.images.scenes import Band, Scene
from iscc_galaxy.images.thumbnails import thumbnail_of
from iscc_galaxy.iscc.image_units import is_featureless

PICTURE = 'picture'
# What is held in memory: all samples of a picture, or the maxima of all channels, or if there are none, one plane.
HELD_BYTES = 2 ** 27


@dataclass(frozen=True, slots=True)
class View:
    """A view of a scene: its name, and its bare Image-Code."""

    name: str
    code: str

    @property
    def is_featureless(self) -> bool:
        """Whether there is so little in the view that its code says nothing."""
        return is_featureless(self.code)


class SceneViews:
    """Takes the bands of a scene one by one, in order, and gives its views.

    Where this would need more memory than HELD_BYTES, only every second row and column is taken, or every third, and so
    on, from the first one: just so few that they fit.
    """

    def __init__(self, scene: Scene) -> None:
        columns, rows, depth, channels, times = scene.sizes
        views = _PictureViews if _is_picture(scene) else _ChannelViews if depth * times > 1 else _PlaneViews
        held = 1 if views is _PlaneViews else channels
        self._step = _step(rows, columns, max(HELD_BYTES // (held * scene.dtype.itemsize), 1))
        self._views = views(scene, (-(-rows // self._step), -(-columns // self._step)))

    def add(self, band: Band) -> None:
        """Take the next band."""
        skipped = -band.row % self._step
        pixels = band.pixels[skipped::self._step, ::self._step]
        if len(pixels):
            self._views.add(Band(band.z, band.c, band.t, (band.row + skipped) // self._step, pixels))

    def result(self) -> tuple[list[View], bytes]:
        """Return the views, and a thumbnail (PNG): of the picture, or of the maximum of the first channel."""
        return self._views.result()


class _PictureViews:
    """The view of a picture, which is held whole."""

    def __init__(self, scene: Scene, shape: tuple[int, int]) -> None:
        _, _, _, channels, _ = scene.sizes
        self._planes = np.empty((channels, *shape), scene.dtype)

    def add(self, band: Band) -> None:
        self._planes[band.c, _rows(band)] = band.pixels

    def result(self) -> tuple[list[View], bytes]:
        colours = on_white(self._planes)
        return [_view(PICTURE, luma(trimmed(colours)))], thumbnail_of(colours)


class _PlaneViews:
    """The middle planes, each held until its last row."""

    def __init__(self, scene: Scene, shape: tuple[int, int]) -> None:
        _, _, depth, _, times = scene.sizes
        self._middle = depth // 2, times // 2
        self._plane = np.empty(shape, scene.dtype.newbyteorder('='))
        self._views: list[View] = []
        self._thumbnail = b''

    def add(self, band: Band) -> None:
        if (band.z, band.t) != self._middle:
            return
        rows = _rows(band)
        self._plane[rows] = band.pixels
        if rows.stop == len(self._plane):
            gray = stretched(self._plane)
            self._thumbnail = self._thumbnail or thumbnail_of(gray[None])
            self._views.append(_view(f'channel {band.c + 1}, middle plane', gray))

    def result(self) -> tuple[list[View], bytes]:
        return self._views, self._thumbnail


class _ChannelViews:
    """The middle planes, and the maxima, which are held to the end."""

    def __init__(self, scene: Scene, shape: tuple[int, int]) -> None:
        _, _, _, channels, _ = scene.sizes
        self._planes = _PlaneViews(scene, shape)
        self._maxima = np.empty((channels, *shape), scene.dtype.newbyteorder('='))

    def add(self, band: Band) -> None:
        self._planes.add(band)
        maximum = self._maxima[band.c, _rows(band)]
        if band.z or band.t:
            # Unlike the other maximum of numpy, this one passes over NaN.
            np.fmax(maximum, band.pixels, out=maximum)
        else:
            maximum[:] = band.pixels

    def result(self) -> tuple[list[View], bytes]:
        middles, _ = self._planes.result()
        views, thumbnail = [], b''
        for channel, (middle, maximum) in enumerate(zip(middles, self._maxima, strict=True), start=1):
            gray = stretched(maximum)
            thumbnail = thumbnail or thumbnail_of(gray[None])
            views += [middle, _view(f'channel {channel}, maximum', gray)]
        return views, thumbnail


def _view(name: str, gray: np.ndarray) -> View:
    return View(name, image_code(shrunk(gray)))


def _is_picture(scene: Scene) -> bool:
    _, _, depth, channels, times = scene.sizes
    samples = dict(zip(scene.axes, scene.shape)).get('s', 1)
    has_alpha = samples == channels and samples in (2, 4)
    return scene.dtype == np.uint8 and depth * times == 1 and (channels in (1, 3) or has_alpha)


def _rows(band: Band) -> slice:
    return slice(band.row, band.row + len(band.pixels))


def _step(rows: int, columns: int, most: int) -> int:
    """Return of how many rows, and of how many columns, one is taken, so that there are no more pixels than `most`."""
    step = 1
    while -(-rows // step) * -(-columns // step) > most:
        step += 1
    return step
