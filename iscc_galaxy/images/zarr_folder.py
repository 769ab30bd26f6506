"""A folder with a Zarr, and the images in it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import zarr

from iscc_galaxy.galaxy.job import shown, shown_list
from iscc_galaxy.images.ome_zarr import images_of
from iscc_galaxy.images.scenes import ImageError, Scene
from iscc_galaxy.images.zarr_arrays import READING, scene_of
from iscc_galaxy.images.zarr_nodes import Node, node_at


@contextmanager
def opened(path: str) -> Iterator[list[Scene]]:
    """Open the Zarr in a folder, and yield its scenes in order; raise ImageError if one can't be read whole."""
    folder = Path(path).resolve()
    _check_files(folder)
    with zarr.config.set(READING):
        yield [scene_of(image) for image in images_of(_zarr_in(folder))]


def _check_files(folder: Path) -> None:
    """Raise ImageError for a link in a folder, which may lead to data that are not the image's; or for a device."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _check_files(Path(entry))
            elif not entry.is_file(follow_symlinks=False):
                raise ImageError(
                    f'It has the link {shown(entry.name)} in the folder {shown(folder.name)}. '
                    'Replace it by what it leads to.'
                )


def _zarr_in(folder: Path) -> Node:
    """Return the Zarr that a folder is, or that lies alone in it, where Galaxy doesn't know its name."""
    root = node_at(folder, '')
    if root:
        return root
    names = sorted(os.listdir(folder))
    found = [root for name in names if (root := node_at(folder / name, ''))]
    if not found:
        raise ImageError('It is no Zarr: it has neither zarr.json, .zgroup nor .zarray. Upload it again, whole.')
    if len(names) > 1:
        raise ImageError(f'It should hold one Zarr alone, but it holds {shown_list(names)}. Upload each on its own.')
    return found[0]
