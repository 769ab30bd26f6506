"""Every code that an XML test expects is recomputed with iscc-core and iscc-lib from the inputs of that test."""

import re
from functools import cache
from xml.etree import ElementTree

import iscc_core
import numpy as np
import pytest
import tifffile
from PIL import Image

from image_oracle import code_of_picture, code_of_plane
from layouts import five_dimensions, in_order
from local_galaxy.configuration import TEST_DATA, tool_files, TOOLS
from oracle import codes_of, content_of

CODE = re.compile(r'(?<![A-Z2-7])(?:ISCC:)?([EKGI][A-Z2-7]{20,})|(1e20[0-9a-f]{64})')
# Folders in which iscc-sum leaves files out, and the files that remain.
HASHED_ONLY = {'with_ignored_files': ['.isccignore', 'image.raw']}


def codes_in(text: str) -> set[str]:
    return {group for match in CODE.finditer(text) for group in match.groups() if group}


def cases_with_codes() -> list:
    cases = []
    for path in tool_files():
        for number, test in enumerate(ElementTree.parse(path).iter('test'), start=1):
            text = '\n'.join(value for element in test.iter() for value in element.attrib.values())
            if codes_in(text):
                cases.append(pytest.param(test, text, id=f'{path.stem}-{number}'))
    return cases


@pytest.fixture(scope='module')
def codes_of_sample(tmp_path_factory):
    """Return the codes of a file or folder of the test data by its name, computed once."""
    folder = tmp_path_factory.mktemp('oracle')

    @cache
    def codes_of_sample(name: str) -> set[str]:
        files = [TEST_DATA / name / file for file in HASHED_ONLY.get(name, [])] or [TEST_DATA / name]
        return set(codes_of(b''.join(map(content_of, files)), folder))

    return codes_of_sample


@pytest.fixture(scope='module')
def codes_of_pixels(tmp_path_factory) -> set[str]:
    """Return the codes of the pixels in the test images, which are made anew, or read by Pillow."""
    folder = tmp_path_factory.mktemp('oracle')
    image = five_dimensions()
    changed = image.copy()
    changed[1, 0, 2, 10, 10] += 1
    contents = [in_order(each) for each in (image, changed, image + 1, (image // 64).astype(np.uint8))]
    contents += [in_order(image[0] + 1, 'czyx'), in_order(image[0, 0, 0], 'yx')]
    for name in ('colour.png', 'colour.jpg'):
        picture = np.array(Image.open(TEST_DATA / 'images' / name))
        contents.append(in_order(picture.transpose(2, 0, 1), 'cyx'))
    return set().union(*(codes_of(content, folder) for content in contents))


@cache
def image_codes_of(name: str) -> set[str]:
    """Return the Image-Codes of the views of an image of the test data."""
    path = TEST_DATA / name
    if path.suffix in ('.png', '.jpg'):
        return {code_of_picture(np.array(Image.open(path)))}
    # The Zarr has the same pixels.
    image = tifffile.imread(TEST_DATA / 'look_alikes' / 'field.tiff' if path.suffix == '.zarr' else path)
    if image.ndim == 2:
        return {code_of_plane(image)}
    return {code_of_plane(image[len(image) // 2]), code_of_plane(image.max(axis=0))}


def look_alikes() -> list[str]:
    return ['field.zarr', *(f'look_alikes/{path.name}' for path in (TEST_DATA / 'look_alikes').iterdir())]


def sample_names() -> list[str]:
    return [path.name for path in TEST_DATA.iterdir() if path.is_file() or path.suffix == '.zarr']


def is_sample(name: str) -> bool:
    path = TEST_DATA / name
    return path.parent in (TEST_DATA, TEST_DATA / 'images') and path.exists()


def codes_in_references(names: list[str]) -> set[str]:
    """Return the codes in those files of a test that list codes; make_test_data.py makes them with the oracles."""
    files = [TEST_DATA / name for name in names if name.startswith('expected/')]
    return {code for file in files for code in codes_in(file.read_text())}


@pytest.mark.parametrize('test, text', cases_with_codes())
def test_expected_codes_are_those_of_the_oracles(test, text, codes_of_sample, codes_of_pixels, tmp_path):
    values = [element.get('value') or '' for element in test.iter() if element.tag in ('param', 'element')]
    names = [name for value in values for name in value.split(',')]
    of_inputs = set().union(*(codes_of_sample(name) for name in names if is_sample(name)))
    of_inputs |= set().union(*(image_codes_of(name) for name in names if name in look_alikes()))
    parts = [element.get('value') for element in test.iter('composite_data')]
    of_inputs |= set(codes_of(b''.join((TEST_DATA / part).read_bytes() for part in parts), tmp_path))
    # What an input is compared with may be the code of another sample.
    given = codes_in('\n'.join(values)) | codes_in_references(names)
    of_samples = set().union(*map(codes_of_sample, sample_names()), *map(image_codes_of, look_alikes()))
    assert codes_in(text) <= of_inputs | (given & of_samples) | codes_of_pixels


def test_expected_distances_of_images_are_those_of_iscc_core():
    test = (TOOLS / 'iscc_image' / 'iscc_image_similarity.xml').read_text(encoding='utf-8')
    rows = [row.split(r'\t') for row in test.replace(r'[^\t]', '.').split(r'\n')]
    pairs = [row for row in rows if len(row) == 9 and CODE.fullmatch(row[2]) and CODE.fullmatch(row[5])]
    assert len(pairs) > 20
    for row in pairs:
        assert row[6] == str(iscc_core.iscc_distance(f'ISCC:{row[2]}', f'ISCC:{row[5]}')), row


def test_codes_are_found():
    assert len(cases_with_codes()) >= 10


@pytest.mark.parametrize('tool', tool_files(), ids=lambda path: path.stem)
def test_the_help_shows_real_codes(tool, codes_of_sample, codes_of_pixels):
    shown = codes_in(ElementTree.parse(tool).findtext('help'))
    assert shown
    of_images = map(image_codes_of, look_alikes())
    assert shown <= codes_of_pixels.union(*map(codes_of_sample, sample_names()), *of_images)
