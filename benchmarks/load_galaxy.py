"""What large inputs cost in a real Galaxy: one dataset of many gigabytes, and collections of thousands.

Seconds are from the click to the result, and memory is the largest sum over the processes of the job, looked at ten
times a second. Beside each tool, a tool that does nothing takes the same inputs: that is what Galaxy itself needs.
"""

import io
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import tifffile
from bioblend.galaxy import GalaxyInstance

from large_uploads import link_file, upload_collection
from local_galaxy import staging
from local_galaxy.configuration import ADMIN_EMAIL, CHECKOUT, PASSWORD
from local_galaxy.engines.engine import Engine
from local_galaxy.session import started
from measuring import COMMANDS, print_table, timed
from tests.contents import some_bytes

DATASETS, SIZE_BYTES = 5000, 20_000
IMAGES, SIDE_PIXELS = 1000, 700
# Sparse: it takes no room on the disk, and is read like any other.
LARGE_GIB = 20
SAMPLE_SECONDS = 0.1
JOB_SECONDS = 3600
TRIVIAL = 'trivial'


class EngineWithTrivialTool(Engine):
    """Runs jobs beside Galaxy, which has a tool that does nothing, and takes files where they lie."""

    def prepare(self, state: Path) -> dict[str, Any]:
        """Add the tool to the others."""
        panel = state / 'trivial_tool_conf.xml'
        tool = Path(__file__).with_name('trivial_tool.xml')
        panel.write_text(f'<toolbox><section id="more" name="More"><tool file="{tool}"/></section></toolbox>')
        return {
            **super().prepare(state), 'allow_path_paste': True,
            'tool_config_file': f'{state / "tool_conf.yml"},{panel}',
        }


def main() -> None:
    staging.JOB_SECONDS = JOB_SECONDS
    rows = []
    with tempfile.TemporaryDirectory() as folder, started(
            CHECKOUT / '.galaxy' / 'bench', engine=EngineWithTrivialTool()) as local:
        # Only an admin may link a file.
        galaxy = GalaxyInstance(local.url, local.create_user(ADMIN_EMAIL.partition('@')[0], PASSWORD))
        history_id = galaxy.histories.create_history('load')['id']

        def add_row(what: str, tool: str, inputs: dict[str, Any], data: dict[str, str]) -> None:
            nothing, _ = timed(lambda: run(galaxy, history_id, TRIVIAL, {'input_files': data}))
            seconds, memory = cost(lambda: run(galaxy, history_id, tool, inputs))
            rows.append([what, tool, f'{seconds:.1f}', f'{nothing:.1f}', f'{memory:.0f}'])

        large = Path(folder, 'large.raw')
        with large.open('wb') as file:
            file.truncate(LARGE_GIB * 2 ** 30)
        dataset = link_file(galaxy, history_id, large)
        add_row(f'1 dataset of {LARGE_GIB} GiB', 'iscc_sum', {'input_file': dataset}, dataset)
        datasets = upload_collection(galaxy, history_id, DATASETS, partial(some_bytes, SIZE_BYTES))
        for tool, extra_outputs in (
            ('iscc_sum_manifest', ['checksums']), ('iscc_sum_similarity', ['clusters', 'plot', 'manifest']),
        ):
            inputs = {'input_files': datasets, 'extra_outputs': extra_outputs}
            add_row(f'{DATASETS:,} datasets of {SIZE_BYTES:,} bytes', tool, inputs, datasets)
        images = upload_collection(galaxy, history_id, IMAGES, image, 'tiff')
        what = f'{IMAGES:,} images of {SIDE_PIXELS} x {SIDE_PIXELS} pixels'
        for tool, extra_outputs in ('iscc_image', ['views']), ('iscc_image_similarity', ['findings', 'gallery']):
            add_row(what, tool, {'input_files': images, 'extra_outputs': extra_outputs}, images)
    print_table('Large inputs', [
        'Input', 'Tool', 'Seconds', 'A tool that does nothing', 'Peak memory (MB)'], rows)


def image(name: str) -> bytes:
    """Return an uncompressed TIFF of 16 bits, with other pixels for each name."""
    pixels = np.frombuffer(some_bytes(2 * SIDE_PIXELS ** 2, name), np.uint16).reshape(SIDE_PIXELS, SIDE_PIXELS)
    file = io.BytesIO()
    tifffile.imwrite(file, pixels)
    return file.getvalue()


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
    """Watch the processes of tools in the block; the largest sum of their memory (bytes) is the only element."""
    peak, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            seen = [each.info for each in psutil.process_iter(['pid', 'ppid', 'cmdline', 'memory_info'])]
            tools = {each['pid'] for each in seen if is_tool(each['cmdline'] or [])}
            peak[0] = max(peak[0], sum(each['memory_info'].rss for each in seen if tools & {each['pid'], each['ppid']}))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def is_tool(command: list[str]) -> bool:
    """Return whether a process is that of a tool, which starts all others of its job."""
    return any(part.startswith(f'{COMMANDS}.') for part in command[:3])


if __name__ == '__main__':
    main()
