"""Record in iscc_bio.json the codes that iscc-bio, another program, gives to small images.

Run it with the Python of `make .envs/bio/ready`, which has the readers for TIFF and PNG. It keeps to images that
iscc-bio 0.2.0 reads right. Of colours it reads the first sample only, 16-bit colours as 8 bits; an OME-Zarr with arrays
named 0, 1, ... it takes for several images and finds none; and a Zarr plane of one row or column it leaves out.
"""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tifffile
import zarr
from iscc_bio.api import biocode
from PIL import Image

ABOUT = (
    'Codes of pixels by iscc-bio 0.2.0, made by make_iscc_bio.py. A file holds scenes. Number n of the pixels of one, '
    'counted from 0 with the last axis innermost, is n * 2654435761 modulo 2 ** 32, cast to its type.'
)
TYPES = ('uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64')
SIZES = {'t': 2, 'c': 2, 'z': 3, 'y': 5, 'x': 7}


def pixels(scene: dict[str, str]) -> np.ndarray:
    """Return the pixels of a scene."""
    shape = [SIZES[axis] for axis in scene['axes']]
    numbers = np.arange(np.prod(shape), dtype=np.uint64) * 2654435761 % 2 ** 32
    return numbers.astype(scene['type']).reshape(shape)


def write_ome_tiff(path: Path, scenes: list[dict[str, str]]) -> None:
    """Write an OME-TIFF with a series for each scene."""
    with tifffile.TiffWriter(path, ome=True) as file:
        for scene in scenes:
            file.write(pixels(scene), metadata={'axes': scene['axes'].upper()})


def write_imagej(path: Path, scenes: list[dict[str, str]]) -> None:
    """Write an ImageJ hyperstack."""
    scene, = scenes
    tifffile.imwrite(path, pixels(scene), imagej=True, metadata={'axes': scene['axes'].upper()})


def write_big_endian(path: Path, scenes: list[dict[str, str]]) -> None:
    """Write a big-endian TIFF with the axes in tifffile's own description."""
    scene, = scenes
    tifffile.imwrite(path, pixels(scene), byteorder='>', metadata={'axes': scene['axes'].upper()})


def write_png(path: Path, scenes: list[dict[str, str]]) -> None:
    """Write a gray PNG."""
    scene, = scenes
    Image.fromarray(pixels(scene)).save(path)


def write_ome_zarr(path: Path, scenes: list[dict[str, str]]) -> None:
    """Write an OME-Zarr 0.4 with one level, not named 0."""
    scene, = scenes
    group = zarr.create_group(path, zarr_format=2)
    group.create_array('full', data=pixels(scene))
    kinds = {'t': 'time', 'c': 'channel'}
    scale = [{'type': 'scale', 'scale': [1.0] * len(scene['axes'])}]
    group.attrs['multiscales'] = [{
        'version': '0.4',
        'axes': [{'name': axis, 'type': kinds.get(axis, 'space')} for axis in scene['axes']],
        'datasets': [{'path': 'full', 'coordinateTransformations': scale}],
    }]


# The writer of each file, and the axes and types of its scenes.
FILES: dict[str, tuple[Callable[[Path, list[dict[str, str]]], None], list[tuple[str, str]]]] = {
    **{f'{name}.ome.tiff': (write_ome_tiff, [('zcyx', name)]) for name in TYPES},
    **{f'{axes}.ome.tiff': (write_ome_tiff, [(axes, 'uint16')]) for axes in ('yx', 'tzcyx', 'tczyx', 'cztyx', 'zctyx')},
    'two_series.ome.tiff': (write_ome_tiff, [('yx', 'uint8'), ('zyx', 'uint16')]),
    'imagej.tiff': (write_imagej, [('tzcyx', 'uint16')]),
    'big_endian.tiff': (write_big_endian, [('zyx', 'uint16')]),
    'gray_8.png': (write_png, [('yx', 'uint8')]),
    'gray_16.png': (write_png, [('yx', 'uint16')]),
    'channels.ome.zarr': (write_ome_zarr, [('czyx', 'float32')]),
    'times.ome.zarr': (write_ome_zarr, [('tczyx', 'uint16')]),
}


def main() -> None:
    """Write the images into a scratch folder, and their codes beside this script."""
    files = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, (write, kinds) in FILES.items():
            scenes = [{'axes': axes, 'type': of_type} for axes, of_type in kinds]
            path = Path(scratch) / name
            write(path, scenes)
            files[name] = [
                {**scene, 'shape': [SIZES[axis] for axis in scene['axes']], 'code': part['iscc_code']}
                for scene, part in zip(scenes, biocode(str(path))['parts'], strict=True)
            ]
    lines = ',\n'.join(f'    {json.dumps(name)}: {json.dumps(scenes)}' for name, scenes in files.items())
    text = f'{{\n  "_about": {json.dumps(ABOUT)},\n  "files": {{\n{lines}\n  }}\n}}\n'
    Path(__file__).with_name('iscc_bio.json').write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main()
