"""A manifest of pixels: a row for each scene of each image, with the code of its pixels and what they are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from iscc_galaxy.formats.manifests import COLUMNS as MANIFEST_COLUMNS, PIXELS
from iscc_galaxy.formats.tables import escaped, table
from iscc_galaxy.iscc.hashing import Fingerprint
from iscc_galaxy.iscc.iscc_codes import canonical

SIZE_COLUMNS = ('size_x', 'size_y', 'size_z', 'size_c', 'size_t')
COLUMNS = (*MANIFEST_COLUMNS, 'scene', 'scene_name', 'pixel_type', *SIZE_COLUMNS, 'note')


@dataclass(frozen=True, slots=True)
class SceneCode:
    """The code of one scene of an image, its name in the image, its pixel type, and its sizes: x, y, z, c, t."""

    fingerprint: Fingerprint
    name: str
    pixel_type: str
    sizes: tuple[int, int, int, int, int]
    note: str


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
