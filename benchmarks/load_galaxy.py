"""What large inputs cost: one dataset of many gigabytes, and in a real Galaxy a collection of thousands of datasets.

In Galaxy, seconds are from the click to the result, and memory is the largest sum over the processes of the job, looked
at ten times a second.
"""

import json
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from bioblend.galaxy import GalaxyInstance

from large_uploads import upload_collection
from local_galaxy import staging
from local_galaxy.configuration import CHECKOUT, PASSWORD, USER
from local_galaxy.session import started
from measuring import command_of, COMMANDS, described_file, measure, print_table, timed

DATASETS = 5000
SIZE_BYTES = 20_000
# Sparse: it takes no room on the disk, and is read like any other.
LARGE_GIB = 20
SAMPLE_SECONDS = 0.1
JOB_SECONDS = 3600


def main() -> None:
    staging.JOB_SECONDS = JOB_SECONDS
    rows = [large_dataset()]
    with started(CHECKOUT / '.galaxy' / 'bench') as local:
        galaxy = GalaxyInstance(local.url, local.create_user(USER, PASSWORD))
        history_id = galaxy.histories.create_history('load')['id']
        collection = upload_collection(galaxy, history_id, DATASETS, SIZE_BYTES)
        for tool, extra_outputs in (
            ('iscc_sum_manifest', ['checksums']), ('iscc_sum_similarity', ['clusters', 'plot', 'manifest']),
        ):
            inputs = {'input_files': collection, 'extra_outputs': extra_outputs}
            seconds, memory = cost(lambda: run(galaxy, history_id, tool, inputs))
            what = f'{DATASETS:,} datasets of {SIZE_BYTES:,} bytes'
            rows.append([what, f'{tool} in Galaxy', f'{seconds:.1f}', f'{memory:.0f}'])
    print_table('Large inputs', ['Input', 'Tool', 'Seconds', 'Peak memory (MB)'], rows)


def large_dataset() -> list[str]:
    """Measure the command of Generate ISCC-CODE on a sparse file."""
    with tempfile.TemporaryDirectory() as folder:
        data, job = Path(folder, 'large.raw'), Path(folder, 'job.json')
        with data.open('wb') as file:
            file.truncate(LARGE_GIB * 2 ** 30)
        job.write_text(json.dumps({
            'dataset': described_file(data), 'output_format': 'code', 'narrow': False, 'units': False,
        }))
        seconds, memory = measure(command_of('generate_code', job, f'output={folder}/output'))
    return [f'1 dataset of {LARGE_GIB} GiB', 'iscc_sum, its command', f'{seconds:.1f}', f'{memory:.0f}']


def run(galaxy: GalaxyInstance, history_id: str, tool: str, inputs: dict[str, Any]) -> None:
    """Run a tool, and insist that it went well."""
    answer = staging.run_tool(galaxy, history_id, tool, inputs)
    assert [galaxy.jobs.get_state(job['id']) for job in answer['jobs']] == ['ok']


def cost(call: Callable[[], None]) -> tuple[float, float]:
    """Return the seconds of a call, and the peak memory (MB) of the jobs that run meanwhile."""
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
    """Return whether a process is one of the tools: it runs their package, or iscc-sum."""
    return any(Path(part).name == 'iscc-sum' or part.startswith(f'{COMMANDS}.') for part in command[:3])


if __name__ == '__main__':
    main()
