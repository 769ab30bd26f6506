"""What `docs/compatibility.md` says of iscc-bio 0.2.0, which hashes pixels in the same order, and what this suite does.

iscc-bio writes what goes wrong into its log at most.
"""

import json
import subprocess
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
import zarr

from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.galaxy.job import JobError
from iscc_galaxy.images.bulk_reading import read_image
from layouts import in_order
from local_galaxy.configuration import ENVIRONMENTS
from oracle import codes_of

COLOURS = np.random.default_rng(1).integers(0, 2 ** 8, (20, 30, 3), np.uint8)
DEEP_COLOURS = np.random.default_rng(2).integers(0, 2 ** 16, (20, 30, 3), np.uint16)
STACK = np.random.default_rng(3).integers(0, 2 ** 16, (4, 20, 30), np.uint16)
CODES_OF_ISCC_BIO = '''
import json, sys
from iscc_bio.api import biocode
print(json.dumps([part['iscc_code'].removeprefix('ISCC:') for part in biocode(sys.argv[1])['parts']]))
'''


@pytest.fixture
def by_iscc_bio(tmp_path):
    """Let iscc-bio read an image, and return its codes."""
    def read(path: Path) -> list[str]:
        command = [ENVIRONMENTS / 'bio' / 'bin' / 'python', '-c', CODES_OF_ISCC_BIO, path]
        done = subprocess.run(command, capture_output=True, text=True, env={'HOME': str(tmp_path)})
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])
    return read


@pytest.fixture
def code_of(tmp_path):
    """Return the code of some planes, one after another."""
    def code(*planes: np.ndarray) -> str:
        return codes_of(in_order(np.stack(planes), 'zyx'), tmp_path).wide
    return code


def by_this_suite(path: Path) -> list[str]:
    scenes = read_image(Dataset(path.name, str(path), path.is_dir()))
    return [scene.code.fingerprint.code for scene in scenes]


def write_ome_zarr(path: Path, level: str) -> None:
    """Write an OME-Zarr 0.4 with a chunk for each plane, and one level of this name."""
    group = zarr.create_group(path, zarr_format=2)
    group.create_array(level, data=STACK, chunks=(1, 20, 30))
    scale = [{'type': 'scale', 'scale': [1.0, 1.0, 1.0]}]
    group.attrs['multiscales'] = [{
        'version': '0.4',
        'axes': [{'name': axis, 'type': 'space'} for axis in 'zyx'],
        'datasets': [{'path': level, 'coordinateTransformations': scale}],
    }]


def test_colours(by_iscc_bio, code_of, tmp_path):
    """iscc-bio hashes the first sample alone."""
    red, green, blue = np.moveaxis(COLOURS, -1, 0)
    for name in ('colours.tiff', 'colours.ome.tiff'):
        tifffile.imwrite(tmp_path / name, COLOURS, photometric='rgb')
        assert by_iscc_bio(tmp_path / name) == [code_of(red)]
        assert by_this_suite(tmp_path / name) == [code_of(red, green, blue)]


def test_deep_colours_of_a_png(by_iscc_bio, code_of, tmp_path):
    """iscc-bio hashes the first sample alone, and of 16 bits the upper 8."""
    red, green, blue = np.moveaxis(DEEP_COLOURS, -1, 0)
    path = tmp_path / 'colours.png'
    path.write_bytes(imagecodecs.png_encode(DEEP_COLOURS))
    assert by_iscc_bio(path) == [code_of((red >> 8).astype(np.uint8))]
    assert by_this_suite(path) == [code_of(red, green, blue)]


def test_levels_of_an_ome_zarr(by_iscc_bio, code_of, tmp_path):
    """iscc-bio finds no image where the levels have the usual names, and says nothing."""
    write_ome_zarr(tmp_path / 'usual.zarr', '0')
    write_ome_zarr(tmp_path / 'other.zarr', 'full')
    assert by_iscc_bio(tmp_path / 'usual.zarr') == []
    assert by_iscc_bio(tmp_path / 'other.zarr') == [code_of(*STACK)]
    assert by_this_suite(tmp_path / 'usual.zarr') == by_this_suite(tmp_path / 'other.zarr') == [code_of(*STACK)]


def test_a_truncated_file(by_iscc_bio, code_of, tmp_path):
    """iscc-bio hashes the planes that are left."""
    tifffile.imwrite(tmp_path / 'whole.ome.tiff', STACK, metadata={'axes': 'ZYX'})
    content = (tmp_path / 'whole.ome.tiff').read_bytes()
    path = tmp_path / 'cut.ome.tiff'
    path.write_bytes(content[:len(content) // 2])
    assert by_iscc_bio(path) == [code_of(STACK[0])]
    with pytest.raises(JobError, match='can not be read whole'):
        by_this_suite(path)


def test_a_missing_page(by_iscc_bio, code_of, tmp_path):
    """iscc-bio hashes zeros in its place."""
    tifffile.imwrite(tmp_path / 'whole.ome.tiff', STACK, metadata={'axes': 'ZYX'})
    path = tmp_path / 'part.ome.tiff'
    tifffile.imwrite(
        path, STACK[:1], description=tifffile.tiffcomment(tmp_path / 'whole.ome.tiff'), metadata=None)
    assert by_iscc_bio(path) == [code_of(STACK[0], *np.zeros_like(STACK[1:]))]
    with pytest.raises(JobError, match='can not be read whole'):
        by_this_suite(path)


def test_a_damaged_chunk(by_iscc_bio, code_of, tmp_path):
    """iscc-bio finds no image or hashes pixels that nobody stored, as it happens: Blosc reads on behind the end."""
    write_ome_zarr(tmp_path / 'image.zarr', 'full')
    chunk = tmp_path / 'image.zarr' / 'full' / '2.0.0'
    chunk.write_bytes(chunk.read_bytes()[:30])
    assert by_iscc_bio(tmp_path / 'image.zarr') != [code_of(*STACK)]
    with pytest.raises(JobError, match='2.0.0" is damaged'):
        by_this_suite(tmp_path / 'image.zarr')


def test_what_is_no_image(by_iscc_bio, tmp_path):
    """iscc-bio finds no image, and says nothing."""
    path = tmp_path / 'image.tiff'
    path.write_bytes(b'II*\0 and no more')
    assert by_iscc_bio(path) == []
    with pytest.raises(JobError, match='can not be read whole'):
        by_this_suite(path)
