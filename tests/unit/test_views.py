"""Views of scenes: pictures against iscc-sdk, channels against plain loops, whatever the order and size of bands."""

import io
import json
import tracemalloc
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from image_oracle import code_of_gray, stretched
from iscc_galaxy.images import normalisation, scenes, views
from iscc_galaxy.images.scenes import AXES, Scene
from iscc_galaxy.images.views import SceneViews, View

OF_ISCC_SDK = json.loads((Path(__file__).parent.parent / 'vectors' / 'iscc_sdk.json').read_text())['pictures']
MIDDLE, MAXIMUM = 'channel {}, middle plane', 'channel {}, maximum'


def result_of(pixels: np.ndarray, axes: str, chunks: tuple[int, ...] | None = None) -> tuple[list[View], bytes]:
    scene = Scene('', axes, pixels.shape, chunks or pixels.shape, pixels.dtype, pixels.__getitem__)
    taker = SceneViews(scene)
    for band in scene.bands():
        taker.add(band)
    return taker.result()


def codes_of(pixels: np.ndarray, axes: str, chunks: tuple[int, ...] | None = None) -> dict[str, str]:
    return {view.name: view.code for view in result_of(pixels, axes, chunks)[0]}


def picture_of(record: dict) -> np.ndarray:
    """Return a picture with the shape (rows, columns, samples), as the note in iscc_sdk.json describes it."""
    top, bottom, left, right = record['frame']
    picture = [[[
        (7 * x * x + 3 * y * y + 5 * x * y * (s + 1)) // 64 % 256
        if 0 <= y < record['rows'] and 0 <= x < record['columns'] else 200 - 50 * s
        for s in range(record['samples'])]
        for x in range(-left, record['columns'] + right)]
        for y in range(-top, record['rows'] + bottom)]
    return np.array(picture, np.uint8)


def expected_codes(pixels: np.ndarray, axes: str) -> dict[str, str]:
    """Return the codes of the views of channels, from the whole array."""
    whole = pixels.transpose([axes.index(axis) for axis in AXES if axis in axes])
    whole = whole.reshape([pixels.shape[axes.index(axis)] if axis in axes else 1 for axis in AXES])
    depth, _, _, times = whole.shape[:4]
    codes = {}
    channels = [(c, s) for c in range(whole.shape[1]) for s in range(whole.shape[2])]
    for number, (c, s) in enumerate(channels, start=1):
        codes[MIDDLE.format(number)] = code_of_gray(stretched(whole[depth // 2, c, s, times // 2]))
        if depth * times > 1:
            planes = whole[:, c, s].reshape(-1, *whole.shape[4:])
            codes[MAXIMUM.format(number)] = code_of_gray(stretched(planes.max(axis=0)))
    return codes


@pytest.mark.parametrize('name', OF_ISCC_SDK)
def test_pictures_of_iscc_sdk(name):
    record = OF_ISCC_SDK[name]
    picture = picture_of(record)
    (view,), _ = result_of(picture, 'yxs')
    assert (view.name, 'ISCC:' + view.code, view.is_featureless) == ('picture', record['code'], record['featureless'])


@pytest.mark.parametrize('axes', ['yxs', 'syx', 'ysx', 'cyx', 'yxc', 'zcyx', 'tzcyx', 'ctyxs'])
@pytest.mark.parametrize('name', ['framed_gray', 'framed_colour'])
def test_a_picture_has_one_code_however_it_is_stored(name, axes):
    colours = 's' if 's' in axes else 'c'
    others = [axis for axis in axes if axis not in f'yx{colours}']
    picture = np.expand_dims(picture_of(OF_ISCC_SDK[name]), list(range(3, 3 + len(others))))
    stored = picture.transpose([f'yx{colours}{"".join(others)}'.index(axis) for axis in axes])
    assert codes_of(stored, axes) == {'picture': OF_ISCC_SDK[name]['code'].removeprefix('ISCC:')}


@pytest.mark.parametrize('dtype, axes, shape', [
    ('u1', 'cyx', (2, 30, 40)), ('u1', 'cyx', (4, 30, 40)), ('u1', 'cyxs', (2, 30, 40, 2)), ('u1', 'yxs', (30, 40, 5)),
    ('u1', 'zyx', (2, 30, 40)), ('u1', 'tyxs', (2, 30, 40, 3)), ('i1', 'yx', (30, 40)), ('?', 'yx', (30, 40)),
    ('>u2', 'yxs', (30, 40, 3)), ('<u4', 'zyx', (3, 30, 40)), ('>f4', 'tyx', (4, 30, 40)), ('f2', 'yx', (30, 40)),
    ('>i8', 'zyx', (2, 30, 40)), ('<f8', 'tzcyx', (2, 3, 2, 30, 40)),
])
def test_channels(dtype, axes, shape):
    values = np.random.default_rng(len(shape)).integers(-9000, 9000, shape)
    pixels = (values > 0 if dtype == '?' else values).astype(dtype)
    assert codes_of(pixels, axes) == expected_codes(pixels, axes)


def test_order_of_views():
    pixels = np.zeros((3, 2, 5, 5), np.uint8)
    assert list(codes_of(pixels, 'zcyx')) == [
        'channel 1, middle plane', 'channel 1, maximum', 'channel 2, middle plane', 'channel 2, maximum']


@st.composite
def images(draw) -> tuple[np.ndarray, str, tuple[int, ...]]:
    """Return random pixels with their axes in any order, and the sizes of chunks."""
    others = draw(st.lists(st.sampled_from('zcst'), unique=True))
    axes = ''.join(draw(st.permutations([*others, 'y', 'x'])))
    shape = tuple(draw(st.integers(1, 20 if axis in 'yx' else 3)) for axis in axes)
    chunks = tuple(draw(st.integers(1, size)) for size in shape)
    random = np.random.default_rng(draw(st.integers(0, 99)))
    return random.integers(draw(st.sampled_from([2, 999])), size=shape).astype('<u2'), axes, chunks


@settings(max_examples=80, deadline=None)
@given(images(), st.integers(1, 300), st.integers(1, 300), st.integers(1, 4000))
def test_bands_of_any_height_and_order(image, band_bytes, together_bytes, held_bytes):
    """Of planes that are too large, it is the views of the planes with fewer rows and columns."""
    pixels, axes, chunks = image
    size = dict.fromkeys(AXES, 1) | dict(zip(axes, pixels.shape))
    held = size['c'] * size['s'] if size['z'] * size['t'] > 1 else 1

    def thinned(step: int) -> np.ndarray:
        return pixels[tuple(slice(None, None, step if axis in 'yx' else 1) for axis in axes)]

    def bytes_of(step: int) -> int:
        return thinned(step).size // (size['z'] * size['t'] * size['c'] * size['s']) * held * 2

    step = next((step for step in range(1, 20) if bytes_of(step) <= held_bytes), 20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scenes, 'BAND_BYTES', band_bytes)
        patch.setattr(scenes, 'TOGETHER_BYTES', together_bytes)
        patch.setattr(views, 'HELD_BYTES', held_bytes)
        codes = codes_of(pixels, axes, chunks)
    assert codes == expected_codes(thinned(step), axes)


@pytest.mark.parametrize('axes, value', [('yx', 7), ('zyx', 7), ('yx', np.nan), ('tyx', np.nan), ('yx', -np.inf)])
def test_planes_of_one_value_are_featureless(axes, value):
    found, _ = result_of(np.full((2, 50, 50)[-len(axes):], value, np.float32), axes)
    assert len(found) == len(axes) - 1
    assert all(view.is_featureless for view in found)


@pytest.mark.parametrize('odd', [{}, {(3, 3): np.nan, (20, 30): np.inf, (30, 9): -np.inf, (99, 99): -np.inf}])
def test_limits_of_contrast(odd):
    """NaN is shown as the darkest, infinity as the brightest or darkest, and neither moves the limits."""
    plane = np.random.default_rng(0).permutation(10_000).reshape(100, 100).astype(np.float64)
    numbers = sorted(value for place, value in np.ndenumerate(plane) if place not in odd)
    for place, value in odd.items():
        plane[place] = value
    rank = len(numbers) * 35 // 10_000
    lower, upper = numbers[rank], numbers[-1 - rank]
    shown = np.clip(np.where(np.isnan(plane), lower, plane), lower, upper)
    span = Fraction(upper - lower)
    expected = [[round(255 * Fraction(value - lower) / span) for value in row] for row in shown.tolist()]
    assert normalisation.stretched(plane).tolist() == expected


@pytest.mark.parametrize('sample', range(3))
def test_trim_sees_all_colours(sample):
    picture = np.full((3, 9, 8), 5, np.uint8)
    picture[sample, 4, 2] = picture[sample, 6, 5] = 6
    assert normalisation.trimmed(picture).tolist() == picture[:, 4:7, 2:6].tolist()


def test_the_maximum_passes_over_nan():
    """Each pixel is a number in one of the planes only, the first or a later one."""
    plane = np.random.default_rng(0).normal(size=(40, 40))
    is_first = np.indices(plane.shape).sum(axis=0) % 2 == 0
    stack = np.stack([np.where(is_first, plane, np.nan), np.where(is_first, np.nan, plane)])
    assert codes_of(stack, 'zyx')[MAXIMUM.format(1)] == codes_of(plane, 'yx')[MIDDLE.format(1)]


@pytest.mark.parametrize('bright', [1e307, 5e-324, np.finfo(np.float64).max])
@pytest.mark.filterwarnings('error')
def test_extreme_doubles(bright):
    plane = np.zeros((40, 40))
    plane[10:20] = bright
    assert normalisation.stretched(plane)[[0, 10]].tolist() == [[0] * 40, [255] * 40]


@pytest.mark.filterwarnings('error')
def test_a_span_that_no_double_has_shows_nothing():
    plane = np.full((40, 40), -1e308)
    plane[10:20] = 1e308
    assert not normalisation.stretched(plane).any()


def test_few_bright_spots_are_seen():
    """So few that both limits are the background."""
    plane = np.zeros((100, 100), np.uint16)
    plane[30, 40] = 9
    assert codes_of(plane, 'yx') == {MIDDLE.format(1): code_of_gray((plane // 9 * 255).astype(np.uint8))}


@pytest.mark.parametrize('axes, shape, expected', [
    ('yx', (40, 60), (60, 40)), ('yx', (400, 200), (64, 128)), ('yxs', (100, 1000, 3), (128, 13)),
    ('zyx', (2, 1, 900), (128, 1)), ('czyx', (2, 2, 256, 256), (128, 128)),
])
def test_size_of_thumbnails(axes, shape, expected):
    _, thumbnail = result_of(np.zeros(shape, np.uint8), axes)
    assert Image.open(io.BytesIO(thumbnail)).size == expected


def test_many_pixels_of_16_bits_are_stretched_as_numbers_of_any_type():
    plane = np.random.default_rng(3).normal(20_000, 9_000, (300, 250)).clip(0, 65_535).astype(np.uint16)
    assert (normalisation.stretched(plane) == normalisation.stretched(plane.astype(np.float64))).all()


def test_thumbnail_of_a_picture():
    """The colours on white, not trimmed."""
    picture = np.zeros((3, 4, 4), np.uint8)
    picture[1, 2] = 10, 20, 30, 255
    _, thumbnail = result_of(picture, 'yxs')
    expected = np.full((3, 4, 3), 255)
    expected[1, 2] = 10, 20, 30
    assert np.asarray(Image.open(io.BytesIO(thumbnail))).tolist() == expected.tolist()


def test_thumbnail_of_channels():
    """The maximum of the first one."""
    stack = np.zeros((2, 2, 1, 3), np.uint16)
    stack[:, 0, 0] = [[0, 0, 1000], [0, 500, 0]]
    stack[:, 1, 0, 0] = 9
    _, thumbnail = result_of(stack, 'zcyx')
    assert np.asarray(Image.open(io.BytesIO(thumbnail))).tolist() == [[0, 128, 255]]
    _, thumbnail = result_of(stack[0], 'cyx')
    assert np.asarray(Image.open(io.BytesIO(thumbnail))).tolist() == [[0, 0, 255]]


@pytest.mark.parametrize('axes, shape', [('yx', (9000, 9000)), ('cyx', (3, 5000, 5000)), ('zyx', (3, 5000, 5000))])
def test_memory_is_bounded(axes, shape, monkeypatch):
    """Of planes of 25 MB or more, 2 MB are held; the blocks in which they are converted need some 10 MB."""
    monkeypatch.setattr(scenes, 'BAND_BYTES', 2 ** 16)
    monkeypatch.setattr(views, 'HELD_BYTES', 2 ** 21)
    pixels = np.broadcast_to(np.arange(shape[-1]).astype(np.uint8), shape)
    tracemalloc.start()
    result_of(pixels, axes, (*[1] * (len(shape) - 1), shape[-1]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 2 ** 20 < peak < 2 ** 24
