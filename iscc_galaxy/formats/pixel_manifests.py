"""A manifest of pixels: a row for each scene of each image, with the code of its pixels and what they are."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import prod

from iscc_galaxy.formats.manifests import COLUMNS as MANIFEST_COLUMNS, PIXELS
from iscc_galaxy.formats.tables import escaped, table, unescaped
from iscc_galaxy.iscc.hashing import Fingerprint
from iscc_galaxy.iscc.iscc_codes import canonical, is_narrow

SIZE_COLUMNS = ('size_x', 'size_y', 'size_z', 'size_c', 'size_t')
COLUMNS = (*MANIFEST_COLUMNS, 'scene', 'scene_name', 'pixel_type', *SIZE_COLUMNS, 'note')
# The pixel types that have codes, and the bytes of a pixel.
_PIXEL_BYTES = {
    'bool': 1, 'float16': 2, 'float32': 4, 'float64': 8,
    **{f'{sign}int{8 * size}': size for sign in ('', 'u') for size in (1, 2, 4, 8)},
}
# As it is written here; with so few digits that no size of an image is more.
_SIZE = re.compile('[1-9][0-9]{0,18}')


@dataclass(frozen=True, slots=True)
class SceneCode:
    """The code of one scene of an image, its name in the image, its pixel type, and its sizes: x, y, z, c, t."""

    fingerprint: Fingerprint
    name: str
    pixel_type: str
    sizes: tuple[int, int, int, int, int]
    note: str


@dataclass(frozen=True, slots=True)
class Pixels:
    """What a listed code of pixels does not hold: their type, and the sizes of the image: x, y, z, c, t.

    Equal pixels have all these equal; the note is no property of them.
    """

    pixel_type: str
    sizes: tuple[int, int, int, int, int]
    note: str = field(default='', compare=False)


def pixel_manifest(names: Iterable[str], images: Iterable[list[SceneCode]]) -> Iterator[str]:
    """Yield the lines of the manifest of some images: their names, and the scenes of each in order."""
    rows = (
        _row(name, number, scene, len(scenes))
        for name, scenes in zip(names, images, strict=True) for number, scene in enumerate(scenes, start=1)
    )
    return table(COLUMNS, rows)


def name_of_scene(name: str, number: int, scenes: int) -> str:
    """Return the name of a scene: that of its image, and its number from 1 if there are several."""
    return name if scenes == 1 else f'{name}#{number}'


def _row(name: str, number: int, scene: SceneCode, scenes: int) -> str:
    fingerprint = scene.fingerprint
    return '\t'.join([
        escaped(name_of_scene(name, number, scenes)), canonical(fingerprint.code), str(fingerprint.size),
        fingerprint.datahash, PIXELS, str(number), escaped(scene.name), scene.pixel_type, *map(str, scene.sizes),
        escaped(scene.note),
    ])


def pixels_in(row: dict[str, str], code: str) -> Pixels:
    """Return what a row of a pixel manifest says of the pixels of which `code`, read from it, is.

    Raise ValueError, with the rest of a sentence, for a row that is not whole or contradicts itself.
    """
    missing = [column for column in COLUMNS if column not in row]
    if missing:
        raise ValueError(f'is of pixels, but the table lacks the column(s) {", ".join(missing)}')
    if is_narrow(code):
        raise ValueError('has a narrow code, and all codes of pixels are wide')
    pixel_type, sizes = row['pixel_type'], [row[column] for column in SIZE_COLUMNS]
    if pixel_type not in _PIXEL_BYTES:
        raise ValueError(f'has {pixel_type!r} where a pixel type such as uint16 was expected')
    for column, size in zip(SIZE_COLUMNS, sizes):
        if not _SIZE.fullmatch(size):
            raise ValueError(f'has {size!r} as {column} where a number from 1 on was expected')
    pixels = Pixels(pixel_type, tuple(map(int, sizes)), unescaped(row['note']))
    expected = prod(pixels.sizes) * _PIXEL_BYTES[pixel_type]
    if row['size'] != str(expected):
        raise ValueError(f'has {row["size"]!r} as size where its sizes and pixel type make {expected} bytes')
    return pixels
