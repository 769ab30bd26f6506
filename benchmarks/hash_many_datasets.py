"""What Generate ISCC-CODE manifest costs beside one `iscc-sum` process on the same small files, by slots of the job.

The command lines take turns; the medians are compared.
"""

import json
import os
import tempfile
from pathlib import Path

from local_galaxy.configuration import JOBS_BIN, TOOLS
from measuring import Command, file_entry, plot, print_table, take_turns

COUNTS = (10, 100, 1000, 10_000)
SIZE_BYTES = 100_000
ROUNDS = 3


def main() -> None:
    costs = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [folder / f'{number}.dat' for number in range(max(COUNTS))]
        for file in files:
            file.write_bytes(os.urandom(SIZE_BYTES))
        script = [JOBS_BIN / 'python', TOOLS / 'iscc_sum/generate_manifest.py', 'job.json', 'output=manifest.tsv']
        for count in COUNTS:
            entries = [file_entry(file, file.name) for file in files[:count]]
            (folder / 'job.json').write_text(json.dumps({'datasets': entries, 'narrow': False, 'codes': False}))
            costs[count] = take_turns({
                'iscc-sum, one process': Command([JOBS_BIN / 'iscc-sum', *files[:count]]),
                'Generate ISCC-CODE manifest, 1 slot': Command(script, 1),
                'Generate ISCC-CODE manifest, 2 slots': Command(script, 2),
            }, ROUNDS, folder)
    most = max(COUNTS)
    labels = list(costs[most])
    print_table(f'Datasets of {SIZE_BYTES:,} bytes, median of {ROUNDS} runs: seconds by number', [
        'Command', *map(str, COUNTS), 'Ratio', 'Datasets per second',
    ], [
        [label, *(f'{costs[count][label].seconds:.2f}' for count in COUNTS),
         f'{costs[most][label].seconds / costs[most][labels[0]].seconds:.2f}',
         f'{most / costs[most][label].seconds:.0f}'] for label in labels
    ])
    plot('hash_many_datasets', ('Datasets', 'Seconds'), {
        label: [(count, costs[count][label].seconds) for count in COUNTS] for label in labels})


if __name__ == '__main__':
    main()
