"""What Generate ISCC-CODE costs on one file as it grows, beside the bare `iscc-sum` command and the usual checksums.

The command lines take turns on the same file, which is in memory after the first; the medians are compared. `b3sum` is
left out where this machine does not have it.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path

from local_galaxy.configuration import JOBS_BIN, TOOLS
from measuring import Command, file_entry, plot, print_table, take_turns

SIZES_MIB = (1, 16, 256, 2048)
ROUNDS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, job = folder / 'dataset.dat', folder / 'job.json'
        options = {'output_format': 'code', 'narrow': False, 'units': False}
        job.write_text(json.dumps({'dataset': file_entry(data, 'large.tiff'), **options}))
        commands = {
            'iscc-sum': Command([JOBS_BIN / 'iscc-sum', data]),
            'Generate ISCC-CODE': Command([
                JOBS_BIN / 'python', TOOLS / 'iscc_sum/generate_code.py', job, f'output={folder}/output',
            ]),
            'sha256sum': Command(['sha256sum', data]),
            'md5sum': Command(['md5sum', data]),
        }
        if shutil.which('b3sum'):
            commands |= {
                'b3sum, 1 thread': Command(['b3sum', '--num-threads', '1', data]),
                'b3sum, all cores': Command(['b3sum', data]),
            }
        costs = {}
        for size in SIZES_MIB:
            with data.open('wb') as file:
                for _ in range(size):
                    file.write(os.urandom(2 ** 20))
            costs[size] = take_turns(commands, ROUNDS, folder)
    largest = costs[SIZES_MIB[-1]]
    print_table(f'One dataset, median of {ROUNDS} runs: seconds by size', [
        'Command', *(f'{size} MiB' for size in SIZES_MIB), 'Ratio', 'MB per second', 'Peak memory (MB)',
    ], [
        [label, *(f'{costs[size][label].seconds:.3f}' for size in SIZES_MIB),
         f'{largest[label].seconds / largest["iscc-sum"].seconds:.2f}',
         f'{SIZES_MIB[-1] * 2 ** 20 / 1e6 / largest[label].seconds:.0f}', f'{largest[label].megabytes:.0f}']
        for label in commands
    ])
    plot('hash_one_dataset', ('Bytes', 'Seconds'), {
        label: [(size * 2 ** 20, costs[size][label].seconds) for size in SIZES_MIB] for label in commands})


if __name__ == '__main__':
    main()
