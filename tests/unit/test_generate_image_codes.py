"""Generate ISCC-CODEs of image content: the manifest, the table of views, thumbnails and metadata of a job."""

import csv
import io
import json
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from iscc_schema import IsccMeta
from PIL import Image

from iscc_galaxy.formats.tables import unescaped
from local_galaxy.configuration import IMAGES_BIN
from names import NAMES_IN_TABLES
from oracle import codes_of
from scripts import Tool

GRAY = (np.arange(60, dtype=np.uint16).reshape(6, 10) * 997)
COLOUR = np.random.default_rng(2).integers(0, 256, (40, 50, 3), np.uint8)


@pytest.fixture
def tool(tmp_path) -> Tool:
    return Tool(tmp_path, 'generate_image_codes', ('manifest', 'views'), IMAGES_BIN)


def run(tool: Tool, contents: dict[str, bytes], log: str, **options: bool) -> list[dict[str, str]]:
    """Run the command on files, and return the rows of the manifest."""
    done = tool.run(datasets=tool.files_with(contents), **{'thumbnails': False, 'metadata': False, **options})
    return rows_of(tool.succeeds(done, log))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines(), delimiter='\t', quoting=csv.QUOTE_NONE))


def log_of(images: int, size: int) -> str:
    return f'Read {images} / {images} images, {size:,} bytes of pixels\n'


def elements_of(tool: Tool, output: str) -> dict[str, bytes]:
    """Return the contents of a collection by identifiers, as Galaxy is told of them."""
    told = json.loads((tool.folder / 'galaxy.json').read_text())[output]['elements']
    return {element['name']: (tool.folder / element['filename']).read_bytes() for element in told}


def test_the_manifest(tool, tmp_path):
    rows = run(tool, {'gray': imagecodecs.png_encode(GRAY), 'colour': imagecodecs.png_encode(COLOUR)}, log_of(2, 6120))
    pixels = [GRAY.astype('>u2').tobytes(), COLOUR.transpose(2, 0, 1).tobytes()]
    for row, content, name, columns in zip(rows, pixels, ('gray', 'colour'), (
        ['pixels', '1', '', 'uint16', '10', '6', '1', '1', '1', ''],
        ['pixels', '1', '', 'uint8', '50', '40', '1', '3', '1', ''],
    ), strict=True):
        codes = codes_of(content, tmp_path)
        assert list(row.values()) == [name, f'ISCC:{codes.wide}', str(len(content)), codes.datahash, *columns]


def test_the_views_and_thumbnails_are_of_the_scenes(tool):
    picture = imagecodecs.png_encode(COLOUR)
    run(tool, {'a': picture, 'b': imagecodecs.png_encode(GRAY), 'a (2)': picture}, log_of(3, 12120), thumbnails=True)
    views = rows_of(tool.outputs['views'].read_text(encoding='utf-8'))
    assert [(row['name'], row['view'], row['scene'], row['size_x'], row['size_y']) for row in views] == [
        ('a', 'picture', '1', '50', '40'), ('b', 'channel 1, middle plane', '1', '10', '6'),
        ('a (2)', 'picture', '1', '50', '40'),
    ]
    assert views[0]['image_code'] == views[2]['image_code'] != views[1]['image_code']
    thumbnails = elements_of(tool, 'thumbnails')
    assert list(thumbnails) == ['a', 'b', 'a (2)']
    assert (np.array(Image.open(io.BytesIO(thumbnails['a']))) == COLOUR).all()


def test_the_metadata_link_the_file_with_its_content(tool, tmp_path):
    content = imagecodecs.png_encode(GRAY)
    run(tool, {'gray': content}, log_of(1, 120) + f'Hashed 1 / 1 datasets, {len(content):,} bytes\n', metadata=True)
    metadata = json.loads(elements_of(tool, 'metadata')['gray'])
    IsccMeta.model_validate(metadata)
    pixels = codes_of(GRAY.astype('>u2').tobytes(), tmp_path)
    for part, codes in ((metadata, codes_of(content, tmp_path)), (metadata['parts'][0], pixels)):
        assert part['iscc_code'] == f'ISCC:{codes.wide}'
        assert part['units'] == [f'ISCC:{codes.data_unit}', f'ISCC:{codes.instance_unit}']
        assert part['datahash'] == codes.datahash
    assert (metadata['iscc'], metadata['name'], metadata['filesize']) == (metadata['iscc_code'], 'gray', len(content))
    part = metadata['parts'][0]
    assert (part['name'], part['filesize'], part['pixel_type'], part['size_x'], part['size_y']) == (
        'gray', 120, 'uint16', 10, 6)


def test_names_come_out_as_they_went_in(tool):
    content = imagecodecs.png_encode(GRAY)
    names = [name for name in NAMES_IN_TABLES if len(name) < 100]
    rows = run(tool, dict.fromkeys(names, content), log_of(len(names), 120 * len(names)))
    assert [unescaped(row['name']) for row in rows] == names


@pytest.mark.parametrize('slots', [1, 2])
def test_one_bad_image_among_good_ones_leaves_no_output(tool, slots):
    tool.slots = slots
    good = imagecodecs.png_encode(GRAY)
    datasets = tool.files_with({'good': good, 'cut off': good[:-20], 'also good': good})
    done = tool.run(datasets=datasets, thumbnails=True, metadata=True)
    tool.fails(done, 'Image "cut off" can not be read whole.')
    assert not Path(tool.folder, 'galaxy.json').exists()


def test_nothing_to_read(tool):
    tool.fails(tool.run(datasets=[], thumbnails=False, metadata=False), 'No dataset was given')
