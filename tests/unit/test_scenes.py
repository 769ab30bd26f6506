"""Scenes: every pixel once and in order, regions within their limits, chunks decoded once, and codes of the pixels."""

import json
import tracemalloc
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import islice, product
from math import prod
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from iscc_galaxy.images import scenes
from iscc_galaxy.images.axes import axes_of
from iscc_galaxy.images.pixel_codes import PixelHasher
from iscc_galaxy.images.scenes import AXES, check_claims, ImageError, Scene
from oracle import codes_of

TYPES = ('>u1', '<i2', '>u4', '<f4', '>f8', '<f2', '>i8', '?')
OF_ISCC_BIO = json.loads((Path(__file__).parent.parent / 'vectors' / 'iscc_bio.json').read_text())['files']


def scene_of(pixels: np.ndarray, axes: str, chunks: tuple[int, ...] | None = None) -> Scene:
    return Scene('', axes, pixels.shape, chunks or pixels.shape, pixels.dtype, pixels.__getitem__)


def big_endian(pixels: np.ndarray) -> bytes:
    return np.asarray(pixels).astype(pixels.dtype.newbyteorder('>')).tobytes()


def rows_in_order(pixels: np.ndarray, axes: str) -> list[tuple[tuple[int, int, int, int], bytes]]:
    """Return z, c, t and y of each row, with its bytes: one loop for each axis."""
    size = {axis: pixels.shape[axes.index(axis)] if axis in axes else 1 for axis in AXES}

    def pixel(**place: int) -> bytes:
        return big_endian(pixels[tuple(place[axis] for axis in axes)])

    rows = []
    for z in range(size['z']):
        for c in range(size['c']):
            for s in range(size['s']):
                for t in range(size['t']):
                    for y in range(size['y']):
                        row = b''.join(pixel(z=z, c=c, s=s, t=t, y=y, x=x) for x in range(size['x']))
                        rows.append(((z, c * size['s'] + s, t, y), row))
    return rows


def bytes_in_order(pixels: np.ndarray, axes: str) -> bytes:
    return b''.join(row for _, row in rows_in_order(pixels, axes))


def code_of(scene: Scene) -> str:
    hasher = PixelHasher(scene)
    for band in scene.bands():
        hasher.add(band)
    return hasher.result().code


@dataclass
class Recorded:
    """An array, and what was read of it."""

    pixels: np.ndarray
    regions: list[tuple[slice, ...]] = field(default_factory=list)

    def read(self, region: tuple[slice, ...]) -> np.ndarray:
        assert all(0 <= each.start < each.stop <= size for each, size in zip(region, self.pixels.shape, strict=True))
        self.regions.append(region)
        return self.pixels[region]


@st.composite
def images(draw) -> tuple[np.ndarray, str, tuple[int, ...]]:
    """Return pixels whose bytes tell their places, with their axes in any order, and the sizes of chunks."""
    others = draw(st.lists(st.sampled_from('zcst'), unique=True))
    axes = ''.join(draw(st.permutations([*others, 'y', 'x'])))
    shape = tuple(draw(st.integers(1, 5 if axis in 'yx' else 3)) for axis in axes)
    # A chunk may be larger than the image.
    chunks = tuple(draw(st.integers(1, size + 1)) for size in shape)
    places = np.arange(prod(shape)).reshape(shape)
    return places.astype(draw(st.sampled_from(TYPES))), axes, chunks


@settings(max_examples=300, deadline=None)
@given(images(), st.integers(1, 300), st.integers(1, 1000))
def test_bands_against_loops(image, band_bytes, together_bytes):
    pixels, axes, chunks = image
    recorded = Recorded(pixels)
    scene = Scene('', axes, pixels.shape, chunks, pixels.dtype, recorded.read)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scenes, 'BAND_BYTES', band_bytes)
        patch.setattr(scenes, 'TOGETHER_BYTES', together_bytes)
        bands = list(scene.bands())
    rows = [
        ((band.z, band.c, band.t, band.row + place), big_endian(row))
        for band in bands for place, row in enumerate(band.pixels)
    ]
    assert rows == rows_in_order(pixels, axes)
    check_regions(recorded.regions, scene, band_bytes, together_bytes)


def check_regions(regions: list[tuple[slice, ...]], scene: Scene, band_bytes: int, together_bytes: int) -> None:
    """Insist that regions are within the limits, that bands begin with chunks, and that no chunk is decoded twice."""
    size = dict.fromkeys(AXES, 1) | dict(zip(scene.axes, scene.shape))
    depth = dict.fromkeys(AXES, 1) | dict(zip(scene.axes, map(min, scene.chunks, scene.shape)))
    plane = size['y'] * size['x'] * scene.dtype.itemsize
    for region in regions:
        cut = dict(zip(scene.axes, region))
        lengths = dict.fromkeys(AXES, 1) | {axis: each.stop - each.start for axis, each in cut.items()}
        planes = prod(lengths[axis] for axis in 'zcst')
        if planes > 1:
            assert planes * plane <= together_bytes
        else:
            row_of_chunks = depth['y'] * size['x'] * scene.dtype.itemsize
            assert prod(lengths.values()) * scene.dtype.itemsize <= max(band_bytes, row_of_chunks, together_bytes)
            assert cut['y'].start % depth['y'] == 0
    # All planes that share chunks, and those in between.
    outermost = next((place for place, axis in enumerate('zcst') if depth[axis] > 1), None)
    sharing = 1 if outermost is None else depth['zcst'[outermost]] * prod(size[a] for a in 'zcst'[outermost + 1:])
    if sharing * plane <= together_bytes or sharing == 1:
        check_chunks(regions, scene)


def check_chunks(regions: list[tuple[slice, ...]], scene: Scene) -> None:
    """Insist that no chunk is decoded twice."""
    decoded = [chunk for region in regions for chunk in product(*(
        range(each.start // depth, -(-each.stop // depth)) for each, depth in zip(region, scene.chunks)
    ))]
    assert len(set(decoded)) == len(decoded)


@pytest.mark.parametrize('pixels, expected', [
    (np.array([[256, 512], [768, 1024]], np.uint16), '0100 0200 0300 0400'),
    (np.array([[1, 2]], np.float32), '3F800000 40000000'),
    (np.array([[1, 2], [3, 4]], np.uint8), '01 02 03 04'),
    (np.array([[True, False]]), '01 00'),
    (np.array([[-2]], np.int64), 'FFFFFFFFFFFFFFFE'),
    (np.array([[1, -2]], np.float16), '3C00 C000'),
    (np.array([[2 ** 31]], '>u4'), '80000000'),
    (np.array([[-1.5]], '<f8'), 'BFF8000000000000'),
], ids=lambda value: str(value.dtype) if isinstance(value, np.ndarray) else '')
def test_bytes_of_pixels(pixels, expected, tmp_path):
    """The vectors of IEP-0018, and types of which it does not speak."""
    assert code_of(scene_of(pixels, 'yx')) == codes_of(bytes.fromhex(expected), tmp_path).wide


def test_order_of_planes(tmp_path):
    """The vector of IEP-0018 with two places on each of z, c and t."""
    pixels = np.array([[[0, 1], [10, 11]], [[100, 101], [110, 111]]], np.uint8)[..., None, None]
    assert code_of(scene_of(pixels, 'zctyx')) == codes_of(bytes([0, 1, 10, 11, 100, 101, 110, 111]), tmp_path).wide


@pytest.mark.parametrize('axes', ['yxs', 'syx', 'ysx', 'cyxs', 'scyx'])
def test_samples_are_channels(axes, tmp_path):
    """Those of a pixel follow each other: c * samples + s."""
    pixels = np.arange(prod(range(2, 2 + len(axes))), dtype=np.uint8).reshape(range(2, 2 + len(axes)))
    scene = scene_of(pixels, axes)
    size = dict(zip(axes, pixels.shape))
    assert scene.sizes == (size['x'], size['y'], 1, size.get('c', 1) * size['s'], 1)
    assert [band.c for band in scene.bands()] == list(range(scene.sizes[3]))
    assert code_of(scene) == codes_of(bytes_in_order(pixels, axes), tmp_path).wide


@pytest.mark.parametrize('file', OF_ISCC_BIO)
def test_codes_of_iscc_bio(file):
    for scene in OF_ISCC_BIO[file]:
        numbers = np.arange(prod(scene['shape']), dtype=np.uint64) * 2654435761 % 2 ** 32
        pixels = numbers.astype(scene['type']).reshape(scene['shape'])
        assert f'ISCC:{code_of(scene_of(pixels, scene["axes"]))}' == scene['code']


@pytest.mark.parametrize('dtype, message', [
    (np.complex64, 'complex numbers'), (object, 'type object'), (np.longdouble, 'of up to 64 bits'),
    ('U1', 'type <U1'), ('M8[s]', 'datetime64'), ([('r', 'u1')], 'should be numbers'),
], ids=str)
def test_types_without_codes(dtype, message):
    with pytest.raises(ImageError, match=message):
        scene_of(np.zeros((2, 2), dtype), 'yx')


@pytest.mark.parametrize('shape', [(0, 2, 2), (2, 0, 2), (2, 2, 0)])
def test_no_pixels(shape):
    with pytest.raises(ImageError, match='size 0'):
        scene_of(np.zeros(shape), 'zyx')


def claimed(shape: tuple[int, ...], dtype: str = 'u1') -> Scene:
    """Return a scene of which no pixel is ever read."""
    return Scene('', 'zcstyx'[-len(shape):], shape, shape, np.dtype(dtype), lambda region: None)


@pytest.mark.parametrize('shape, dtype, message', [
    ((10 ** 7, 1, 1), 'u1', None), ((10 ** 7 + 1, 1, 1), 'u1', 'tells of more than 10,000,000 planes'),
    ((10 ** 3, 10 ** 2, 10 ** 3, 1, 1), 'u1', 'planes'),
    ((1, 2 ** 30), 'u2', None), ((1, 2 ** 30 + 1), 'u2', 'A row of it would have 1,073,741,825 pixels'),
], ids=str)
def test_planes_and_rows_that_are_too_many(shape, dtype, message):
    with pytest.raises(ImageError, match=message) if message else nullcontext():
        claimed(shape, dtype)


@pytest.mark.parametrize('shapes, stored, is_a_mistake', [
    ([(2 ** 20, 2 ** 20)], 0, False), ([(2 ** 20, 2 ** 20), (1, 1)], 2 ** 30, True),
    ([(2 ** 20, 2 ** 20)] * 2, 2 ** 31, True), ([(2 ** 20, 2 ** 20)] * 2, 2 ** 31 + 2 ** 26, False),
])
def test_claims_of_pixels(shapes, stored, is_a_mistake):
    """A few pixels may be stored in nothing, many must be stored in a thousandth of their bytes."""
    expected = pytest.raises(ImageError, match=r'bytes of pixels in [0-9,]+ bytes on disk, which is a mistake')
    with expected if is_a_mistake else nullcontext():
        check_claims([claimed(shape) for shape in shapes], stored)


@pytest.mark.parametrize('most, regions', [(1000, [(0, 4), (4, 8), (8, 9)]), (30, [
    (0, 3), (3, 4), (4, 7), (7, 8), (8, 9)]), (19, [(row, row + 1) for row in range(9)])])
def test_rows_of_chunks_that_are_too_large(most, regions, monkeypatch):
    """They are read in parts, so that memory has a limit."""
    monkeypatch.setattr(scenes, 'BAND_BYTES', 10)
    monkeypatch.setattr(scenes, 'MOST_BAND_BYTES', most)
    recorded = Recorded(np.arange(90, dtype=np.uint8).reshape(9, 10))
    scene = Scene('', 'yx', (9, 10), (4, 3), np.dtype('u1'), recorded.read)
    assert b''.join(band.pixels.tobytes() for band in scene.bands()) == bytes(range(90))
    assert [(rows.start, rows.stop) for rows, _ in recorded.regions] == regions


def test_many_planes_take_no_memory():
    scene = Scene('', 'tyx', (10 ** 7, 1, 1), (1, 1, 1), np.dtype('u1'), lambda region: np.zeros((1, 1, 1), np.uint8))
    tracemalloc.start()
    try:
        assert len(list(islice(scene.bands(), 1000))) == 1000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 ** 21


@pytest.mark.parametrize('bands', [0, 1, 3])
def test_a_code_is_of_all_pixels(bands):
    scene = scene_of(np.zeros((2, 3, 4), np.uint16), 'zyx', (1, 3, 4))
    hasher = PixelHasher(scene)
    for band in [*scene.bands(), *scene.bands()][:bands]:
        hasher.add(band)
    with pytest.raises(ImageError, match=f'{bands * 24} bytes of pixels were read, but it has 48'):
        hasher.result()


def test_all_codes_of_a_scene(tmp_path):
    pixels = np.arange(6000, dtype=np.uint16).reshape(3, 40, 50)
    hasher = PixelHasher(scene_of(pixels, 'tyx'))
    for band in scene_of(pixels, 'tyx').bands():
        hasher.add(band)
    result, expected = hasher.result(), codes_of(bytes_in_order(pixels, 'tyx'), tmp_path)
    assert (result.code, f'ISCC:{result.data_unit}', f'ISCC:{result.instance_unit}', result.datahash) == (
        expected.wide, f'ISCC:{expected.data_unit}', f'ISCC:{expected.instance_unit}', expected.datahash)
    assert (result.size, result.left_out, result.litter) == (12000, [], [])


@pytest.mark.parametrize('names, expected', [
    ('TZCYXS', 'tzcyxs'), (['time', 'channel', 'depth', 'height', 'width', 'sample'], 'tczyxs'), (['Y', 'x'], 'yx'),
    ('QYX', 'tyx'), ('IYXS', 'tyxs'), (['angle', 'z', 'y', 'x'], 'tzyx'), (['', 'y', 'x'], 'tyx'), ('XY', 'xy'),
], ids=str)
def test_axes(names, expected):
    assert axes_of(names) == expected


@pytest.mark.parametrize('names, message', [
    ('QIYX', 'not all known'), ('QTYX', 'not all known'), (['zt', 'cz', 'y', 'x'], 'not all known'),
    ('ZX', 'has y and x'), ('Y', 'has y and x'), ([], 'has y and x'), ('YXX', 'each axis once'),
    (['c', 'channel', 'y', 'x'], 'each axis once'), (['y', 'height', 'x'], 'each axis once'),
], ids=str)
def test_axes_that_are_refused(names, message):
    with pytest.raises(ImageError, match=message):
        axes_of(names)
