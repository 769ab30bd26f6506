"""Reading many images in one job, one process for each slot."""

import multiprocessing
import os
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from queue import SimpleQueue

from iscc_galaxy.formats.pixel_manifests import name_of_scene, SceneCode
from iscc_galaxy.formats.views import ViewRow
from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.galaxy.job import JobError, slots
from iscc_galaxy.images.image_files import opened
from iscc_galaxy.images.pixel_codes import PixelHasher
from iscc_galaxy.images.scenes import Scene
from iscc_galaxy.images.views import SceneViews, View

PROGRESS_SECONDS = 5


@dataclass(frozen=True, slots=True)
class ReadScene:
    """What one reading of a scene gives: the code of its pixels, its views and a thumbnail (PNG), if asked for."""

    code: SceneCode
    views: list[View]
    thumbnail: bytes


def read_all(datasets: list[Dataset], with_views: bool = False) -> list[list[ReadScene]]:
    """Return the scenes of each image, in order, read on all slots of the job; print how far it is.

    Raise JobError for the first image that can't be read whole.
    """
    results: list[list[ReadScene]] = []
    size, last = 0, time.monotonic()
    for scenes in _read_each(datasets, min(slots(), len(datasets)), with_views):
        results.append(scenes)
        size += sum(scene.code.fingerprint.size for scene in scenes)
        if time.monotonic() - last >= PROGRESS_SECONDS or len(results) == len(datasets):
            print(f'Read {len(results)} / {len(datasets)} images, {size:,} bytes of pixels', flush=True)
            last = time.monotonic()
    return results


def view_rows(names: Iterable[str], images: Iterable[list[ReadScene]]) -> Iterator[ViewRow]:
    """Yield the views of the scenes of some images, of which these are the names."""
    for name, scenes in zip(names, images, strict=True):
        for number, scene in enumerate(scenes, start=1):
            size_x, size_y, *_ = scene.code.sizes
            for view in scene.views:
                yield ViewRow(
                    name_of_scene(name, number, len(scenes)), view.code, view.name, number, size_x, size_y,
                    view.is_featureless,
                )


def _read_each(datasets: list[Dataset], processes: int, with_views: bool) -> Iterator[list[ReadScene]]:
    if processes == 1:
        for dataset in datasets:
            yield read_image(dataset, with_views)
        return
    with ExitStack() as stack:
        # Each process is a pool of its own: a pool of several may wait for ever where one of them is killed while it
        # starts the next. Forked processes hang once iscc-sum was used in the process of the job.
        free = SimpleQueue()
        for _ in range(processes):
            pool = ProcessPoolExecutor(1, multiprocessing.get_context('spawn'), _end_with_the_job)
            free.put(stack.enter_context(pool))

        def read(dataset: Dataset) -> list[ReadScene]:
            process = free.get()
            try:
                return process.submit(read_image, dataset, with_views).result()
            finally:
                free.put(process)

        threads = stack.enter_context(ThreadPoolExecutor(processes))
        try:
            yield from threads.map(read, datasets)
        except BrokenProcessPool as error:
            raise JobError(
                'A process that read images was killed, probably because it needed more memory than this job has. '
                'Ask the Galaxy admin.'
            ) from error
        finally:
            threads.shutdown(cancel_futures=True)


def _end_with_the_job() -> None:
    """Let this process end when that of the job is killed; it would wait for further images for ever."""
    def wait() -> None:
        multiprocessing.parent_process().join()
        os._exit(1)
    threading.Thread(target=wait, daemon=True).start()


def read_image(dataset: Dataset, with_views: bool = False) -> list[ReadScene]:
    """Return all scenes of an image."""
    with opened(dataset) as scenes:
        return [_read(scene, with_views) for scene in scenes]


def _read(scene: Scene, with_views: bool) -> ReadScene:
    hasher = PixelHasher(scene)
    views = SceneViews(scene) if with_views else None
    for band in scene.bands():
        hasher.add(band)
        if views:
            views.add(band)
    code = SceneCode(hasher.result(), scene.name, scene.dtype.name, scene.sizes, scene.note)
    return ReadScene(code, *(views.result() if views else ([], b'')))
