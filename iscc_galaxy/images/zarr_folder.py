"""A folder with a Zarr, and the images in it."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import zarr
from zarr.errors import ZarrUserWarning

from iscc_galaxy.galaxy.job import shown, shown_list
from iscc_galaxy.images.memory import at_most, to_open
from iscc_galaxy.images.ome_zarr import images_of
from iscc_galaxy.images.scenes import check_claims, ImageError, Scene
from iscc_galaxy.images.zarr_arrays import READING, scene_of
from iscc_galaxy.images.zarr_nodes import Node, node_at


@contextmanager
def opened(path: str) -> Iterator[list[Scene]]:
    """Open the Zarr in a folder, and yield its scenes in order; raise ImageError if one can't be read whole."""
    folder = Path(path).resolve()
    files = _files_in(folder)
    with zarr.config.set(READING), warnings.catch_warnings():
        # Of codecs that other programs may not know, and of files that are no part of a Zarr.
        warnings.simplefilter('ignore', ZarrUserWarning)
        with at_most(to_open(files.size)):
            images = images_of(_zarr_in(folder))
            if len(images) > files.number:
                raise ImageError(
                    f'Its metadata name {len(images):,} images, but it has {files.number:,} files. Write it again.')
            scenes = [scene_of(image, files.number) for image in images]
        check_claims(scenes, files.size)
        yield scenes
    # Of a chunk that has gone, zarr would have read the fill value.
    if _files_in(folder) != files:
        raise ImageError('It changed while it was read. Run the job again.')


@dataclass
class _Files:
    """Files: how many, their bytes, and when the last one was written (ns)."""

    number: int = 0
    size: int = 0
    newest: int = 0


def _files_in(folder: Path) -> _Files:
    """Return what there is in a folder; raise ImageError for a link, which may lead to data of others, or a device."""
    files, folders = _Files(), [folder]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry))
                elif entry.is_file(follow_symlinks=False):
                    stat = entry.stat()
                    files.number += 1
                    files.size += stat.st_size
                    files.newest = max(files.newest, stat.st_mtime_ns)
                else:
                    raise ImageError(
                        f'It has the link {shown(entry.name)} in the folder {shown(Path(entry).parent.name)}. '
                        'Replace it by what it leads to.'
                    )
    return files


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
