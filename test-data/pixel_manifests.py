"""Write pixel manifests of images before and after a conversion, which compare in every way that the tools tell apart.

Run it in the checkout: `PYTHONPATH=.:tests:test-data .envs/dev/bin/python test-data/pixel_manifests.py`.
"""

import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from oracle import codes_of

HERE = Path(__file__).parent
COLUMNS = (
    'name', 'iscc_code', 'size', 'datahash', 'kind', 'scene', 'scene_name', 'pixel_type', 'size_x', 'size_y', 'size_z',
    'size_c', 'size_t', 'note',
)
LOST = '1 of 3 chunks are not stored, and read as 0'


class Scene(NamedTuple):
    """A row of a manifest: pixels of the shape (z, c, t, y, x), and what is said of them."""

    name: str
    pixels: np.ndarray
    number: int = 1
    note: str = ''


def write_pixel_manifests(folder: Path) -> None:
    """Write the manifests into a folder; the codes are those of the oracles."""
    random = np.random.default_rng(11)
    # Large enough that equal parts show in the Data-Code.
    stack, other, plate = (random.integers(0, 4096, (4, 1, 1, 64, 64), np.uint16) for _ in range(3))
    changed = plate.copy()
    changed[0, 0, 0, 0, 0] += 1
    mask = random.integers(0, 2, (1, 1, 1, 48, 64), np.uint8)
    counts = random.integers(0, 9, (1, 1, 1, 48, 64), np.uint16)
    _write(folder / 'pixels_before.tsv', [
        Scene('stack.ome.tiff', stack), Scene('plate.ome.tiff#1', other), Scene('plate.ome.tiff#2', plate, 2),
        Scene('mask.tiff', mask), Scene('counts.tiff', counts), Scene('gone.tiff', other[:1]),
        Scene('sparse.zarr', stack[1:]),
    ])
    # One pixel changed in the second field of the plate; x and y exchanged; each pixel of 16 bits as two of 8 bits.
    _write(folder / 'pixels_after.tsv', [
        Scene('stack.ome.zarr', stack), Scene('plate.ome.zarr#1', other), Scene('plate.ome.zarr#2', changed, 2),
        Scene('mask.tiff', mask.reshape(1, 1, 1, 64, 48)),
        Scene('counts.tiff', counts.astype('>u2').view(np.uint8)), Scene('sparse.zarr', stack[1:], note=LOST),
    ])
    # The first three planes of the stack alone.
    _write(folder / 'pixels_cropped.tsv', [Scene('cropped.ome.tiff', stack[:3])])


def _write(path: Path, scenes: list[Scene]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        rows = [_row(scene, Path(scratch)) for scene in scenes]
    path.write_text(''.join('\t'.join(cells) + '\n' for cells in [COLUMNS, *rows]), encoding='utf-8')


def _row(scene: Scene, scratch: Path) -> list[str]:
    content = _bytes_in_order(scene.pixels)
    codes = codes_of(content, scratch)
    size_z, size_c, size_t, size_y, size_x = map(str, scene.pixels.shape)
    return [
        scene.name, f'ISCC:{codes.wide}', str(len(content)), codes.datahash, 'pixels', str(scene.number), '',
        scene.pixels.dtype.name, size_x, size_y, size_z, size_c, size_t, scene.note,
    ]


def _bytes_in_order(pixels: np.ndarray) -> bytes:
    """Return the bytes of all pixels: z outermost, then c, then t, each plane by rows; the highest byte comes first."""
    content = b''
    for of_z in pixels:
        for of_c in of_z:
            for plane in of_c:
                for row in plane:
                    content += b''.join(int(value).to_bytes(value.itemsize, 'big') for value in row)
    return content


if __name__ == '__main__':
    write_pixel_manifests(HERE / 'expected')
