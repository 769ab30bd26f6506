"""What Generate ISCC-CODE costs beside the bare `iscc-sum` command on one large file: time as a ratio, peak memory.

Run it with `make bench`. Both command lines take turns on the same file; the medians are compared.
"""

import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from local_galaxy.configuration import JOBS_BIN, TOOLS

SIZE_GIB = 2
ROUNDS = 5


def measure(command: list) -> tuple[float, float]:
    """Run a command; give its seconds, and the peak memory (MB) of its largest process."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, env={'PATH': f'{JOBS_BIN}:{os.environ["PATH"]}'}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, job = folder / 'dataset.dat', folder / 'job.json'
        block = os.urandom(2 ** 24)
        with data.open('wb') as file:
            for _ in range(SIZE_GIB * 2 ** 30 // len(block)):
                file.write(block)
        dataset = {
            'name': 'large.tiff', 'path': str(data), 'extra_files_path': str(folder / 'none'), 'is_directory': False,
            'composite_type': None, 'store_root': '',
        }
        job.write_text(json.dumps({'dataset': dataset, 'output_format': 'code', 'narrow': False, 'units': False}))
        commands = {
            'iscc-sum': [JOBS_BIN / 'iscc-sum', data],
            'Generate ISCC-CODE': [JOBS_BIN / 'python', TOOLS / 'iscc_sum/generate_code.py', job, folder / 'output'],
        }
        runs = {label: [] for label in commands}
        for _ in range(ROUNDS):
            for label, command in commands.items():
                runs[label].append(measure(command))
    medians = {label: statistics.median(seconds for seconds, _ in measured) for label, measured in runs.items()}
    print(f'One dataset of {SIZE_GIB} GiB, median of {ROUNDS} runs\n')
    print('| Command | Seconds | Ratio | Peak memory (MB) |\n|---|---|---|---|')
    for label, measured in runs.items():
        memory = max(megabytes for _, megabytes in measured)
        print(f'| {label} | {medians[label]:.2f} | {medians[label] / medians["iscc-sum"]:.2f} | {memory:.0f} |')


if __name__ == '__main__':
    main()
