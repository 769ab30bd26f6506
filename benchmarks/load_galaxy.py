"""What large inputs cost in a real Galaxy: a collection of thousands of datasets, and one dataset of many gigabytes.

Seconds are from the click to the result; memory is the largest sum over the processes of the job, looked at ten times a
second.
"""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from bioblend.galaxy import GalaxyInstance

from large_uploads import link_file, upload_collection
from local_galaxy import staging
from local_galaxy.configuration import ADMIN_KEY, CHECKOUT
from local_galaxy.session import PASSWORD, started, USER
from measuring import print_table, timed

DATASETS = 5000
SIZE_BYTES = 20_000
# Sparse: it takes no room on the disk, and is read like any other.
LARGE_GIB = 20
SAMPLE_SECONDS = 0.1
JOB_SECONDS = 3600


def main() -> None:
    staging.JOB_SECONDS = JOB_SECONDS
    rows = []
    with started(CHECKOUT / '.galaxy' / 'bench') as local, tempfile.TemporaryDirectory() as folder:
        galaxy = GalaxyInstance(local.url, local.create_user(USER, PASSWORD))
        history_id = galaxy.histories.create_history('load')['id']
        collection = upload_collection(galaxy, history_id, DATASETS, SIZE_BYTES)
        large = Path(folder, 'large.raw')
        with large.open('wb') as file:
            file.truncate(LARGE_GIB * 2 ** 30)
        linked = {'src': 'ld', 'id': link_file(GalaxyInstance(local.url, ADMIN_KEY), large)}
        jobs = {
            (f'{DATASETS:,} datasets of {SIZE_BYTES:,} bytes', 'iscc_sum_manifest'): {'input_files': collection},
            (f'{DATASETS:,} datasets of {SIZE_BYTES:,} bytes', 'iscc_sum_similarity'): {
                'input_files': collection, 'extra_outputs': ['clusters', 'plot', 'manifest'],
            },
            (f'1 dataset of {LARGE_GIB} GiB', 'iscc_sum'): {'input_file': linked},
        }
        for (what, tool), inputs in jobs.items():
            seconds, memory = cost(lambda: run(galaxy, history_id, tool, inputs))
            rows.append([what, tool, f'{seconds:.1f}', f'{memory:.0f}'])
    print_table('Jobs in a local Galaxy with 2 slots', ['Input', 'Tool', 'Seconds', 'Peak memory (MB)'], rows)


def run(galaxy: GalaxyInstance, history_id: str, tool: str, inputs: dict[str, Any]) -> None:
    """Run a tool, and insist that it went well."""
    answer = staging.run_tool(galaxy, history_id, tool, inputs)
    assert [galaxy.jobs.get_state(job['id']) for job in answer['jobs']] == ['ok']


def cost(call: Callable[[], None]) -> tuple[float, float]:
    """Give the seconds of a call, and the peak memory (MB) of the jobs that run meanwhile."""
    with peak_memory() as peak:
        seconds, _ = timed(call)
    return seconds, peak[0] / 2 ** 20


@contextmanager
def peak_memory() -> Iterator[list[int]]:
    """Watch the processes of jobs while the block runs; the largest sum of their memory (bytes) is the only element."""
    peak, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            peak[0] = max(peak[0], sum(
                process.info['memory_info'].rss for process in psutil.process_iter(['cmdline', 'memory_info'])
                if is_of_a_job(process.info['cmdline'] or [])
            ))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def is_of_a_job(command: list[str]) -> bool:
    """Tell a process of the tools by what it runs: their scripts, or iscc-sum."""
    return any(Path(part).name == 'iscc-sum' or Path(part).parent.parent.name == 'tools' for part in command[:3])


if __name__ == '__main__':
    main()
