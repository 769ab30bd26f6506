"""Hashing many datasets in one job: `iscc-sum` over batches of them, as many at a time as the job has slots."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.galaxy.job import slots
from iscc_galaxy.iscc.files import log_files
from iscc_galaxy.iscc.hashing import Fingerprint, hash_batch

# A batch takes about a second (measured: 1 GiB/s), so that starting the command (0.1 s) costs little.
BATCH_BYTES = 2 ** 30
# What a file costs beside its content, as bytes hashed in the same time (measured: 0.1 ms).
FILE_BYTES = 10 ** 5
# POSIX systems take at least this much on a command line.
COMMAND_LINE_BYTES = 2 ** 17
PROGRESS_SECONDS = 5


def hash_all(datasets: list[Dataset], narrow: bool = False) -> list[Fingerprint]:
    """Return the fingerprints of datasets in their order, made on all slots of the job; print how far it is.

    Raise JobError for the first dataset that can't be hashed.
    """
    processes = slots()
    results: list[Fingerprint] = []
    size, last = 0, time.monotonic()
    with ThreadPoolExecutor(processes) as pool:
        for batch in pool.map(lambda batch: hash_batch(batch, narrow), batches(datasets, processes)):
            for result in batch:
                log_files(datasets[len(results)], result.left_out, result.litter)
                results.append(result)
                size += result.size
            if time.monotonic() - last >= PROGRESS_SECONDS or len(results) == len(datasets):
                print(f'Hashed {len(results)} / {len(datasets)} datasets, {size:,} bytes', flush=True)
                last = time.monotonic()
    return results


def batches(datasets: list[Dataset], processes: int) -> Iterator[list[Dataset]]:
    """Yield the datasets of each run of the command, which takes many files, but one folder; costs are about equal."""
    costs = [0 if dataset.is_directory else os.path.getsize(dataset.content) + FILE_BYTES for dataset in datasets]
    most = min(BATCH_BYTES, sum(costs) / processes)
    batch: list[Dataset] = []
    batch_cost = batch_length = 0
    for dataset, cost in zip(datasets, costs):
        length = len(os.fsencode(dataset.content)) + 1
        is_full = batch_cost + cost > most or batch_length + length > COMMAND_LINE_BYTES
        if batch and (is_full or dataset.is_directory or batch[0].is_directory):
            yield batch
            batch, batch_cost, batch_length = [], 0, 0
        batch.append(dataset)
        batch_cost += cost
        batch_length += length
    if batch:
        yield batch
