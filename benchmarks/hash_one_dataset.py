"""What Generate ISCC-CODE costs beside the bare `iscc-sum` command on one large file: time as a ratio, peak memory.

Both command lines take turns on the same file; the medians are compared.
"""

import json
import os
import statistics
import tempfile
from pathlib import Path

from local_galaxy.configuration import JOBS_BIN, TOOLS
from measuring import file_entry, measure, print_table

SIZE_GIB = 2
ROUNDS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, job = folder / 'dataset.dat', folder / 'job.json'
        block = os.urandom(2 ** 24)
        with data.open('wb') as file:
            for _ in range(SIZE_GIB * 2 ** 30 // len(block)):
                file.write(block)
        options = {'output_format': 'code', 'narrow': False, 'units': False}
        job.write_text(json.dumps({'dataset': file_entry(data, 'large.tiff'), **options}))
        commands = {
            'iscc-sum': [JOBS_BIN / 'iscc-sum', data],
            'Generate ISCC-CODE': [
                JOBS_BIN / 'python', TOOLS / 'iscc_sum/generate_code.py', job, f'output={folder}/output',
            ],
        }
        runs = {label: [] for label in commands}
        for _ in range(ROUNDS):
            for label, command in commands.items():
                runs[label].append(measure(command))
    medians = {label: statistics.median(seconds for seconds, _ in measured) for label, measured in runs.items()}
    print_table(f'One dataset of {SIZE_GIB} GiB, median of {ROUNDS} runs', [
        'Command', 'Seconds', 'Ratio', 'Peak memory (MB)',
    ], [
        [label, f'{medians[label]:.2f}', f'{medians[label] / medians["iscc-sum"]:.2f}',
         f'{max(megabytes for _, megabytes in measured):.0f}'] for label, measured in runs.items()
    ])


if __name__ == '__main__':
    main()
