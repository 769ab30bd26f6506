"""An array of a Zarr as a scene, with checks that zarr does not make.

zarr reads what is missing as the fill value: chunks that are not stored, which have a note here, and also chunks of a
shard that ends too early, which are an error here.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from math import ceil, prod
from stat import S_ISREG

import numpy as np
import zarr
from zarr.abc.store import ByteRequest, RangeByteRequest
from zarr.core.buffer import Buffer, BufferPrototype
from zarr.storage import LocalStore

from iscc_galaxy.galaxy.job import shown
from iscc_galaxy.images.memory import at_most, to_decode
from iscc_galaxy.images.ome_zarr import Image
from iscc_galaxy.images.scenes import ImageError, MOST_TIMES_STORED, Scene
from iscc_galaxy.images.zarr_codecs import check_codecs, CHOSEN
from iscc_galaxy.images.zarr_nodes import Node

MOST_CHUNK_BYTES = 2 ** 31
# Nobody can wait for more, so it is a mistake in the metadata. So is more than the second if hardly any is stored.
MOST_CHUNKS, MOST_CHUNKS_UNSTORED = 10 ** 8, 10 ** 6
# zarr takes 2 kB of memory for each chunk that it reads at a time.
CHUNKS_AT_A_TIME = 2 ** 14
# In one thread, since each process of a job has one core, but with some chunks in its queue: zarr takes longer to hand
# a small one over than to decode it.
READING = {'threading.max_workers': 1, 'async.concurrency': 8, 'codec_pipeline.batch_size': 8, **CHOSEN}


class _WholeFiles(LocalStore):
    """A store that insists on the whole of a part of a file; zarr takes one that isn't there for a missing chunk."""

    async def get(
        self, key: str, prototype: BufferPrototype | None = None, byte_range: ByteRequest | None = None,
    ) -> Buffer | None:
        # Not by a thread as zarr does it, which takes longer than reading.
        part = self.get_sync(key, prototype=prototype, byte_range=byte_range)
        if part is not None and isinstance(byte_range, RangeByteRequest):
            if len(part) < byte_range.end - byte_range.start:
                raise ValueError('the file ends too early')
        return part


def scene_of(image: Image, files: int) -> Scene:
    """Return the scene of an image, without reading its pixels; raise ImageError if they can't be read whole.

    `files` is the number of files in the Zarr.
    """
    node = image.array
    check_codecs(node)
    array = zarr.open_array(
        _WholeFiles(node.root, read_only=True), path=node.path, mode='r', zarr_format=node.format)
    if len(image.axes) != array.ndim:
        raise ImageError(
            f'Its {node.title} has {array.ndim} axes, but the metadata name {len(image.axes)}: '
            f'{", ".join(image.axes)}. Write it again.'
        )
    _check_chunks(node, array, files)
    # Of a shard, the chunks within: reading them is as fast as reading it whole, and takes less memory.
    scene = Scene(image.name, image.axes, array.shape, array.chunks, array.dtype, partial(_read, array))
    return replace(scene, note=_note(node, array))


def _check_chunks(node: Node, array: zarr.Array, files: int) -> None:
    if not all(array.chunks):
        raise ImageError(f'The chunks of its {node.title} have the size 0. Write it again.')
    size = prod(array.chunks) * array.dtype.itemsize
    if size > MOST_CHUNK_BYTES:
        raise ImageError(
            f'A chunk of its {node.title} has {size:,} bytes; it may have {MOST_CHUNK_BYTES:,}. '
            'Write it with smaller chunks.'
        )
    chunks = prod(ceil(size / part) for size, part in zip(array.shape, array.chunks))
    stored = files * (prod(_sizes_in_files(array)) // prod(array.chunks))
    if chunks > min(MOST_CHUNKS, max(MOST_CHUNKS_UNSTORED, MOST_TIMES_STORED * stored)):
        raise ImageError(
            f'Its {node.title} would have {chunks:,} chunks, which is a mistake in its metadata, or needs larger '
            'chunks. Write it again.'
        )


def _sizes_in_files(array: zarr.Array) -> tuple[int, ...]:
    """Return how far a file reaches along each axis: a shard, or a chunk where there are none."""
    return array.shards or array.chunks


def _numbers_of_files(array: zarr.Array) -> list[int]:
    return [ceil(size / part) for size, part in zip(array.shape, _sizes_in_files(array))]


def _note(node: Node, array: zarr.Array) -> str:
    """Return a note on chunks that are not stored, which the format allows; raise ImageError if none is."""
    files = prod(_numbers_of_files(array))
    stored = sum(
        _is_stored(node, array.metadata.encode_chunk_key(place)) for place in np.ndindex(*_numbers_of_files(array))
    )
    kind = 'shards' if array.shards else 'chunks'
    if not stored:
        raise ImageError(f'Its {node.title} has none of its {files} {kind}. Upload it again, whole.')
    # Where the metadata give no value, zarr takes 0.
    fill = 0 if array.fill_value is None else array.fill_value
    return f'{files - stored} of {files} {kind} are not stored and read as {fill}' if stored < files else ''


def _is_stored(node: Node, key: str) -> bool:
    try:
        status = os.stat(node.root / node.path / key)
    except FileNotFoundError:
        return False
    if not status.st_size:
        raise ImageError(f'Its file {shown(_file(node.path, key))} is empty. Upload it again.')
    return S_ISREG(status.st_mode)


def _file(path: str, key: str) -> str:
    """Return the path in the Zarr of what an array stores under a key."""
    return f'{path}/{key}' if path else key


def _read(array: zarr.Array, region: tuple[slice, ...]) -> np.ndarray:
    try:
        return _pixels(array, region)
    except MemoryError:
        raise
    except Exception as error:
        raise _fault(array, region) or error


def _pixels(array: zarr.Array, region: tuple[slice, ...]) -> np.ndarray:
    shape, itemsize = [each.stop - each.start for each in region], array.dtype.itemsize
    parts = list(_parts_of_chunks(array, region))
    if parts == [region]:
        with at_most(to_decode(prod(array.chunks) * itemsize, prod(shape) * itemsize)):
            return array[region]
    pixels = np.empty(shape, array.dtype)
    for part in parts:
        place = tuple(slice(of.start - each.start, of.stop - each.start) for of, each in zip(part, region))
        pixels[place] = _pixels(array, part)
    return pixels


def _parts_of_chunks(array: zarr.Array, region: tuple[slice, ...]) -> Iterator[tuple[slice, ...]]:
    """Cut a region between chunks into parts of which none has too many."""
    numbers = [ceil(each.stop / size) - each.start // size for each, size in zip(region, array.chunks)]
    if prod(numbers) <= CHUNKS_AT_A_TIME:
        yield region
        return
    axis = numbers.index(max(numbers))
    whole, size = region[axis], array.chunks[axis]
    middle = (whole.start // size + numbers[axis] // 2) * size
    for half in (slice(whole.start, middle), slice(middle, whole.stop)):
        yield from _parts_of_chunks(array, (*region[:axis], half, *region[axis + 1:]))


def _fault(array: zarr.Array, region: tuple[slice, ...]) -> ImageError | None:
    """Return an error that names the first file of a region that can't be read."""
    for place, part in _parts(array, region):
        try:
            _pixels(array, part)
        except MemoryError:
            raise
        except Exception as error:
            file = _file(array.path, array.metadata.encode_chunk_key(place))
            reason = ' '.join(str(error).split()) or type(error).__name__
            return ImageError(f'Its file {shown(file)} is damaged: {reason[:200]}. Upload it again.')
    return None


def _parts(array: zarr.Array, region: tuple[slice, ...]) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """Yield the place in the grid of each file that a region needs, and the part of the region in there."""
    sizes = _sizes_in_files(array)
    ranges = [range(each.start // size, ceil(each.stop / size)) for each, size in zip(region, sizes)]
    for place in product(*ranges):
        yield place, tuple(
            slice(max(each.start, number * size), min(each.stop, (number + 1) * size))
            for each, number, size in zip(region, place, sizes)
        )
