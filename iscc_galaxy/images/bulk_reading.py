"""Reading many images in one job, one process for each slot."""

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from iscc_galaxy.formats.pixel_manifests import SceneCode
from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.galaxy.job import JobError, slots
from iscc_galaxy.images.image_files import opened
from iscc_galaxy.images.pixel_codes import PixelHasher
from iscc_galaxy.images.scenes import Scene

PROGRESS_SECONDS = 5


def read_all(datasets: list[Dataset]) -> list[list[SceneCode]]:
    """Return the codes of the scenes of each image, in order, made on all slots of the job; print how far it is.

    Raise JobError for the first image that can't be read whole.
    """
    results: list[list[SceneCode]] = []
    size, last = 0, time.monotonic()
    for scenes in _read_each(datasets, min(slots(), len(datasets))):
        results.append(scenes)
        size += sum(scene.fingerprint.size for scene in scenes)
        if time.monotonic() - last >= PROGRESS_SECONDS or len(results) == len(datasets):
            print(f'Read {len(results)} / {len(datasets)} images, {size:,} bytes of pixels', flush=True)
            last = time.monotonic()
    return results


def _read_each(datasets: list[Dataset], processes: int) -> Iterator[list[SceneCode]]:
    if processes == 1:
        yield from map(read_image, datasets)
        return
    # Forked processes hang once iscc-sum was used in the first one.
    with ProcessPoolExecutor(processes, multiprocessing.get_context('spawn')) as pool:
        try:
            yield from pool.map(read_image, datasets)
        except BrokenProcessPool as error:
            raise JobError(
                'A process that read images was killed, probably because it needed more memory than this job has. '
                'Ask the Galaxy admin.'
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def read_image(dataset: Dataset) -> list[SceneCode]:
    """Return the codes of all scenes of an image."""
    with opened(dataset) as scenes:
        return [_read(scene) for scene in scenes]


def _read(scene: Scene) -> SceneCode:
    hasher = PixelHasher(scene)
    for band in scene.bands():
        hasher.add(band)
    return SceneCode(hasher.result(), scene.name, scene.dtype.name, scene.sizes, scene.note)
