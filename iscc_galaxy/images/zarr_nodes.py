"""The nodes of a Zarr, which are groups and arrays, and what their metadata files say.

Each node's own files are read, never a consolidated copy (.zmetadata), which may be out of date. Where a node has
metadata of both formats, those of Zarr v3 count, as they do for zarr itself.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from iscc_galaxy.galaxy.job import shown
from iscc_galaxy.images.scenes import ImageError

# The files that make a folder a node, and the formats that they belong to.
_FORMATS = {'zarr.json': 3, '.zarray': 2, '.zgroup': 2}


@dataclass(frozen=True)
class Node:
    """A group or an array: the folder of the whole Zarr, the path in there, and the metadata in the given format."""

    root: Path
    path: str
    format: int
    is_array: bool
    metadata: dict[str, Any]
    attributes: dict[str, Any]

    @property
    def title(self) -> str:
        """What a message calls it."""
        kind = 'array' if self.is_array else 'group'
        return f'{kind} {shown(self.path)}' if self.path else kind

    def child(self, path: str) -> 'Node':
        """Return the node at a path in the metadata of this one; raise ImageError where there is none."""
        inner = PurePosixPath(path)
        if inner.is_absolute() or '..' in inner.parts:
            raise ImageError(f'Its metadata lead out of its folder, to {shown(path)}. Write it again with usual paths.')
        found = node_at(self.root, str(PurePosixPath(self.path) / inner))
        if not found:
            raise ImageError(f'Its metadata name {shown(path)}, which is not there. Upload it again, whole.')
        return found

    def children(self) -> list['Node']:
        """Return the nodes one level down, in the order of their names."""
        names = sorted(os.listdir(self.root / self.path))
        found = [node_at(self.root, str(PurePosixPath(self.path) / name)) for name in names]
        return [node for node in found if node]


def node_at(root: Path, path: str) -> Node | None:
    """Return the node in a folder of a Zarr; raise ImageError if its metadata are damaged."""
    folder = root / path
    name = next((name for name in _FORMATS if (folder / name).is_file()), None)
    if not name:
        return None
    metadata = _read(folder / name)
    if metadata.get('zarr_format') != _FORMATS[name]:
        raise _damaged(folder / name, f'its "zarr_format" should be {_FORMATS[name]}')
    if name == 'zarr.json':
        kind, attributes = metadata.get('node_type'), metadata.get('attributes', {})
        if kind not in ('array', 'group') or not isinstance(attributes, dict):
            raise _damaged(folder / name, 'it describes neither an array nor a group')
        return Node(root, path, 3, kind == 'array', metadata, attributes)
    described = folder / '.zattrs'
    return Node(root, path, 2, name == '.zarray', metadata, _read(described) if described.is_file() else {})


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding='utf-8'))
    except ValueError as error:
        raise _damaged(file, 'it is not JSON') from error
    if not isinstance(content, dict):
        raise _damaged(file, 'it is no JSON object')
    return content


def _damaged(file: Path, reason: str) -> ImageError:
    return ImageError(
        f'The metadata of its folder {shown(file.parent.name)} are damaged, file {file.name}: {reason}. '
        'Upload it again, or write it again.'
    )
