"""One image has one code in every layout, and the documentation lists these layouts."""

import re

import numpy as np
import pytest

from iscc_galaxy.formats.pixel_manifests import SceneCode
from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.images.bulk_reading import read_image
from layouts import five_dimensions, in_order, LAYOUTS
from local_galaxy.configuration import CHECKOUT
from oracle import codes_of

IMAGE = five_dimensions()


@pytest.fixture(scope='module')
def expected(tmp_path_factory) -> str:
    return codes_of(in_order(IMAGE), tmp_path_factory.mktemp('oracle')).wide


def scenes_of(layout: str, folder) -> list[SceneCode]:
    path = folder / layout
    LAYOUTS[layout][1](path, IMAGE)
    return [scene.code for scene in read_image(Dataset(layout, str(path), path.is_dir()))]


@pytest.mark.parametrize('layout', LAYOUTS)
def test_every_layout_has_the_code_of_the_pixels(layout, tmp_path, expected):
    first, *others = scenes_of(layout, tmp_path)
    assert first.fingerprint.code == expected
    assert (first.pixel_type, first.sizes, first.note) == ('uint16', (32, 24, 3, 2, 2), '')
    # The other scenes have pixels of their own.
    assert len(others) == (layout.startswith(('series', 'plate')))
    assert all(other.fingerprint.code != expected for other in others)


def test_the_order_is_that_of_imagewalk():
    """The loops that make the expectations, on planes that hold their own z, c and t."""
    planes = [[[[[z * 100 + c * 10 + t]] for z in range(2)] for c in range(2)] for t in range(2)]
    assert list(in_order(np.array(planes, np.uint8))) == [0, 1, 10, 11, 100, 101, 110, 111]


def test_the_documentation_lists_all_layouts(expected):
    page = (CHECKOUT / 'docs' / 'image_content.md').read_text(encoding='utf-8')
    listed = re.findall(r'^\| (.+) \| (K4A\w+) \|$', page, re.MULTILINE)
    assert listed == [(title, expected) for title, _ in LAYOUTS.values()]
    assert len(listed) >= 14
