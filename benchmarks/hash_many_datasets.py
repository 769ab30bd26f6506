"""What Generate ISCC-CODE manifest costs beside one `iscc-sum` process on the same small files, by slots of the job.

The command lines take turns; the medians are compared.
"""

import json
import os
import statistics
import tempfile
from pathlib import Path

from local_galaxy.configuration import JOBS_BIN, TOOLS
from measuring import file_entry, measure, print_table

DATASETS = 2000
SIZE_BYTES = 100_000
ROUNDS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [folder / f'{number}.dat' for number in range(DATASETS)]
        for file in files:
            file.write_bytes(os.urandom(SIZE_BYTES))
        entries = [file_entry(file, file.name) for file in files]
        (folder / 'job.json').write_text(json.dumps({'datasets': entries, 'narrow': False, 'codes': False}))
        script = [JOBS_BIN / 'python', TOOLS / 'iscc_sum/generate_manifest.py', 'job.json', 'output=manifest.tsv']
        commands = {
            'iscc-sum, one process': ([JOBS_BIN / 'iscc-sum', *files], 1),
            'Generate ISCC-CODE manifest, 1 slot': (script, 1),
            'Generate ISCC-CODE manifest, 2 slots': (script, 2),
        }
        runs = {label: [] for label in commands}
        for _ in range(ROUNDS):
            for label, (command, slots) in commands.items():
                seconds, _ = measure(command, folder, GALAXY_SLOTS=str(slots))
                runs[label].append(seconds)
    medians = {label: statistics.median(measured) for label, measured in runs.items()}
    single = medians['iscc-sum, one process']
    print_table(f'{DATASETS} datasets of {SIZE_BYTES:,} bytes, median of {ROUNDS} runs', [
        'Command', 'Seconds', 'Ratio', 'Datasets per second',
    ], [
        [label, f'{median:.2f}', f'{median / single:.2f}', f'{DATASETS / median:.0f}']
        for label, median in medians.items()
    ])


if __name__ == '__main__':
    main()
