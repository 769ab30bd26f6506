"""ISCC metadata of an image file with the codes of its content under `parts`, so that a file and its pixels are linked.

Beside the names of iscc-schema they have `iscc_code`, the name of the code in the API of the ISCC search.
"""

from typing import Any

from iscc_galaxy.formats.metadata import json_text, metadata_fields, units_of
from iscc_galaxy.formats.pixel_manifests import name_of_scene, SceneCode, SIZE_COLUMNS
from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.iscc.hashing import Fingerprint
from iscc_galaxy.iscc.iscc_codes import canonical


def content_metadata(fingerprint: Fingerprint, dataset: Dataset, scenes: list[SceneCode]) -> str:
    """Return the ISCC metadata of a file, with its scenes, as JSON text; `fingerprint` is that of the file."""
    return json_text({
        **metadata_fields(fingerprint, dataset),
        'iscc_code': canonical(fingerprint.code),
        'units': units_of(fingerprint),
        'parts': [
            _part(scene, name_of_scene(dataset.name, number, len(scenes)))
            for number, scene in enumerate(scenes, start=1)
        ],
    })


def _part(scene: SceneCode, name: str) -> dict[str, Any]:
    return {
        'name': name,
        'iscc_code': canonical(scene.fingerprint.code),
        'units': units_of(scene.fingerprint),
        'datahash': scene.fingerprint.datahash,
        'filesize': scene.fingerprint.size,
        'scene_name': scene.name,
        'pixel_type': scene.pixel_type,
        **dict(zip(SIZE_COLUMNS, scene.sizes, strict=True)),
    }
