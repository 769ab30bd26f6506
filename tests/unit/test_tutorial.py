"""What the tutorial tells its readers they will see: recomputed from the sample data with iscc-core and iscc-lib."""

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import iscc_core
import numpy as np
import pytest
import yaml
from PIL import Image

from image_oracle import code_of_picture, code_of_plane
from local_galaxy.configuration import CHECKOUT, TEST_DATA, tool_files
from local_galaxy.shed import tool_id, tool_version
from oracle import codes_of, content_of

TUTORIAL = (CHECKOUT / 'docs' / 'tutorial.md').read_text(encoding='utf-8')
IMAGES = ['nuclei.tiff', 'images/nuclei.ome.tiff', 'images/nuclei_16_bit.png', 'nuclei.png']
EXPERIMENT = ['nuclei.tiff', 'nuclei_edited.tiff', 'nuclei_described.tiff', 'nuclei.png', 'measurements.csv']


@pytest.fixture(scope='module')
def codes(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp('oracle')
    return {name: codes_of(content_of(TEST_DATA / name), folder).wide for name in EXPERIMENT}


@pytest.fixture(scope='module')
def distance(tmp_path_factory):
    """Give the distance of the Data-Codes of two files, from their 256-bit units cut to 128 bits."""
    folder = tmp_path_factory.mktemp('oracle')

    def data_code(name: str) -> int:
        unit = codes_of(content_of(TEST_DATA / name), folder).data_unit
        return int.from_bytes(iscc_core.Code(f'ISCC:{unit}').hash_bytes[:16], 'big')
    return lambda one, other: (data_code(one) ^ data_code(other)).bit_count()


def table(header: str, after: str = '') -> list[list[str]]:
    """Give the cells of the first table that has this header, after some text."""
    lines = TUTORIAL[TUTORIAL.index(after):].splitlines()
    start = lines.index(header) + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith('|'):
            return rows
        rows.append([cell.strip() for cell in line.strip('|').split('|')])
    return rows


def test_it_has_what_a_tutorial_of_the_training_network_has():
    _, header, _ = TUTORIAL.split('---\n', 2)
    keys = yaml.safe_load(header)
    assert keys['layout'] == 'tutorial_hands_on'
    for key in ('title', 'questions', 'objectives', 'time_estimation', 'key_points', 'contributions'):
        assert keys[key]
    for box in ('hands-on', 'question', 'solution', 'tip'):
        assert f'<{box}-title>' in TUTORIAL


@pytest.fixture(scope='module')
def codes_of_pixels(tmp_path_factory) -> dict[str, str]:
    """Give the codes of the pixels, which Pillow reads here: images of one plane, in rows."""
    folder = tmp_path_factory.mktemp('oracle')

    def code(name: str) -> str:
        pixels = np.array(Image.open(TEST_DATA / name))
        return codes_of(pixels.astype(pixels.dtype.newbyteorder('>')).tobytes(), folder).wide
    return {Path(name).name: code(name) for name in IMAGES}


def test_the_codes_are_those_of_the_samples(codes, codes_of_pixels):
    shown = set(re.findall(r'K4A[A-Z2-7]{52}', TUTORIAL))
    assert shown == {*codes.values(), *codes_of_pixels.values()}


def test_the_manifest_of_pixels(codes_of_pixels):
    assert [row[:2] for row in table('| name | iscc_code | pixel_type | size_x | size_y |')] == [
        [name, f'ISCC:{code}'] for name, code in codes_of_pixels.items()]
    assert len(set(codes_of_pixels.values())) == 2


def test_the_manifest(codes):
    assert table('| name | iscc_code | size |') == [
        [name, f'ISCC:{code}', str((TEST_DATA / name).stat().st_size)] for name, code in codes.items()]


def test_the_report_of_one_image(codes, distance):
    assert '\n'.join([
        'FAILED - ISCC-CODEs do not match', f'Expected:  {codes["nuclei.tiff"]}',
        f'Generated: {codes["nuclei_edited.tiff"]}',
        f'Data-Code distance {distance("nuclei.tiff", "nuclei_edited.tiff")} of 128 bits: not bit-identical',
    ]) in TUTORIAL
    assert f'Of the 128 bits of the\n> >    Data-Codes {distance("nuclei.tiff", "nuclei.png")} differ' in TUTORIAL


def test_the_sizes_in_the_text():
    assert f'these {(TEST_DATA / "nuclei.tiff").stat().st_size:,} bytes' in TUTORIAL


def test_the_report_of_the_copy():
    assert table('| name | status | found_as | distance |') == [
        ['nuclei.tiff', 'MISSING', '', ''], ['nuclei_edited.tiff', 'RENAMED', 'nuclei.tiff', '0'],
        ['nuclei_described.tiff', 'OK', '', '0'], ['nuclei.png', 'RENAMED', 'old image', '0'],
        ['measurements.csv', 'MISSING', '', ''],
    ]


def test_the_findings(distance):
    near = {pair: distance(*pair) for pair in combinations(EXPERIMENT, 2) if distance(*pair) <= 12}
    assert 0 not in near.values()
    assert table('| dataset | similar_to | relation | distance |') == [
        [*pair, 'similar', str(near[pair])] for pair in sorted(near, key=near.get)]
    alone = [name for name in EXPERIMENT if not any(name in pair for pair in near)]
    assert f'{" and ".join(f"`{name}`" for name in alone)} are in no row' in TUTORIAL


def test_the_group_at_a_smaller_distance(distance):
    assert distance('nuclei_edited.tiff', 'nuclei_described.tiff') > 4
    for name in ('nuclei_edited.tiff', 'nuclei_described.tiff'):
        assert distance('nuclei.tiff', name) <= 4


def test_images_that_look_alike():
    """The codes are made by iscc-core: of the plane of 16 bits, and of the pictures without their borders."""
    names = re.findall(r'`(\w+\.\w+)`', TUTORIAL[TUTORIAL.index('# Images that look alike'):])
    images = {name: np.array(Image.open(TEST_DATA / 'look_alikes' / name)) for name in dict.fromkeys(names)}
    codes = {
        name: (code_of_picture if image.dtype == np.uint8 else code_of_plane)(image) for name, image in images.items()
    }
    digests = {name: int.from_bytes(iscc_core.Code(f'ISCC:{code}').hash_bytes, 'big') for name, code in codes.items()}
    apart = {(one, other): (digests[one] ^ digests[other]).bit_count() for one, other in combinations(digests, 2)}
    near = [pair for pair in sorted(apart, key=apart.get) if apart[pair] <= 48]
    assert table('| dataset | similar_to | relation | distance |', '# Images that look alike') == [
        [*pair, 'similar' if apart[pair] else 'equal Image-Code', str(apart[pair])] for pair in near]


def test_the_tools_and_labels_are_those_of_the_forms():
    """Each tool is named with its whole id, each parameter by its label, and each choice by the text of the option."""
    forms = {f'{tool_id(file)}/{tool_version(file)}': file for file in tool_files()}
    parts = re.split(r'\{% tool \[', TUTORIAL)[1:]
    assert len(parts) == 7
    for part in parts:
        name, whole_id = re.match(r'([^\]]+)\]\(([^)]+)\)', part).groups()
        file = forms['/'.join(whole_id.split('/')[-2:])]
        root = ElementTree.parse(file).getroot()
        shared = ElementTree.parse(Path(file.parent, 'iscc.xml')).getroot()
        texts = {param.get('label') for tree in (root, shared) for param in tree.iter('param')}
        assert name == root.get('name')
        options = {option.text for option in root.iter('option')}
        hands_on = part.split('{: .hands_on}')[0]
        for label, chosen in re.findall(r'\*"([^"]+)"\*: (.*)', hands_on):
            assert label in texts
            assert set(re.findall(r'`([A-Z][^`]+)`', chosen)) <= options | {'Experiment 1'}
