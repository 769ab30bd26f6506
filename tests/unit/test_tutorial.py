"""What the tutorial tells its readers they will see: recomputed from the sample data with iscc-core and iscc-lib."""

import csv
import re
from itertools import combinations
from math import comb
from pathlib import Path
from xml.etree import ElementTree

import iscc_core
import numpy as np
import pytest
import yaml
import zarr
from PIL import Image

from image_oracle import code_of_picture, code_of_plane
from local_galaxy.configuration import CHECKOUT, IMAGES_BIN, TEST_DATA, tool_files, TOOLS
from local_galaxy.shed import tool_id, tool_version
from oracle import codes_of, content_of
from scripts import Tool

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


def test_the_distances_of_changed_versions_are_those_of_the_help():
    help_text = ElementTree.parse(TOOLS / 'iscc_similarity' / 'iscc_similarity.xml').findtext('help')
    measured = [re.split(r'\s{2,}', line) for line in help_text.splitlines()]
    shown = table('| What was changed | 74 kB | 8 MB |')
    assert len(shown) == 7
    for change, small, large in shown:
        assert [change, small, large] in [[row[0], row[1], row[-1]] for row in measured if len(row) == 4]


def test_the_pairs_by_chance():
    """The bits of unrelated codes are thrown like coins: the distance of two has a binomial distribution."""
    expected = {
        threshold: comb(100_000, 2) * sum(comb(128, bits) for bits in range(threshold + 1)) / 2 ** 128
        for threshold in (12, 24, 32, 40)
    }
    assert expected[12] < 0.000001
    assert table('| Maximum distance | Pairs by chance |') == [
        ['12', 'less than 0.000001'], ['24', f'{expected[24]:.3f}'], ['32', f'{expected[32]:.0f}'],
        ['40', f'{round(expected[40], -3):,.0f}'],
    ]


def test_the_same_pixels_in_other_formats_have_distant_data_codes(codes_of_pixels, distance):
    paths = {'nuclei.ome.tiff': 'images/nuclei.ome.tiff', 'nuclei_16_bit.png': 'images/nuclei_16_bit.png'}
    assert len({codes_of_pixels[name] for name in ('nuclei.tiff', *paths)}) == 1
    zarr_pixels = zarr.open_array(TEST_DATA / 'nuclei_ome.zarr' / '0', mode='r')[...]
    assert (zarr_pixels.squeeze() == np.array(Image.open(TEST_DATA / 'nuclei.tiff'))).all()
    assert table('| File | Distance to `nuclei.tiff`, of 128 bits |') == [
        [f'`{name}`', str(distance('nuclei.tiff', path))]
        for name, path in {**paths, 'nuclei_ome.zarr': 'nuclei_ome.zarr'}.items()
    ]


def test_the_report_of_the_conversions(tmp_path):
    """Which pixels are the same Pillow tells; the words of the note are those of the tools."""
    pairs = {
        ('nuclei.tiff', 'nuclei.tiff'): ('nuclei.ome.tiff', 'images/nuclei.ome.tiff'),
        ('field.tiff', 'look_alikes/field.tiff'): ('field.png', 'look_alikes/exported.png'),
    }
    manifests = {}
    for number, images in enumerate((pairs.keys(), pairs.values())):
        folder = tmp_path / str(number)
        folder.mkdir()
        read = Tool(folder, 'generate_image_codes', ('manifest',), IMAGES_BIN)
        contents = {name: (TEST_DATA / path).read_bytes() for name, path in images}
        done = read.run(datasets=read.files_with(contents), thumbnails=False, metadata=False)
        assert done.returncode == 0
        manifests[number] = read.described(name='manifest', path=str(read.output))
    verify = Tool(tmp_path, 'verify_manifest', ('report', 'summary'))
    report = verify.succeeds(verify.run(
        datasets=[], computed=manifests[1], manifest=manifests[0], on_mismatch='report', allow_unlisted=False,
        match_names='loose'))
    rows = list(csv.DictReader(report.splitlines(), delimiter='\t'))
    columns = ('name', 'status', 'found_as', 'note')
    assert [[row[column] for column in columns] for row in rows] == table(f'| {" | ".join(columns)} |')
    for row, ((_, before), (_, after)) in zip(rows, pairs.items()):
        same = np.array_equal(*(np.array(Image.open(TEST_DATA / path)) for path in (before, after)))
        assert (row['status'] == 'OK') == same


def test_images_that_look_alike():
    """The codes are made by iscc-core: of the plane of 16 bits, and of the pictures without their borders."""
    section = TUTORIAL[TUTORIAL.index('# Images that look alike'):]
    names = re.findall(r'`(\w+\.\w+)`', re.search(r'\*"Images"\*: .*', section).group())
    images = {name: np.array(Image.open(TEST_DATA / 'look_alikes' / name)) for name in names}
    codes = {
        name: (code_of_picture if image.dtype == np.uint8 else code_of_plane)(image) for name, image in images.items()
    }
    digests = {name: int.from_bytes(iscc_core.Code(f'ISCC:{code}').hash_bytes, 'big') for name, code in codes.items()}
    apart = {(one, other): (digests[one] ^ digests[other]).bit_count() for one, other in combinations(digests, 2)}
    near = [pair for pair in sorted(apart, key=apart.get) if apart[pair] <= 48]
    assert len(images) == 6
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
