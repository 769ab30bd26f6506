"""The tool that finds similar datasets beside `iscc-sum --similar`, which groups greedily, on the same files."""

import json
import os
import tempfile
from pathlib import Path

from local_galaxy.configuration import SIMILARITY_BIN, TOOLS
from measuring import Command, file_entry, print_table, take_turns

FILES = 2000
SIZE_BYTES = 50_000
ROUNDS = 3


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [folder / f'{number}.dat' for number in range(FILES)]
        for file in files:
            file.write_bytes(os.urandom(SIZE_BYTES))
        datasets = [{**file_entry(file, file.name), 'id': str(number)} for number, file in enumerate(files)]
        job = {'datasets': datasets, 'codes': [], 'reference': [], 'threshold': 12}
        (folder / 'job.json').write_text(json.dumps(job))
        script = TOOLS / 'iscc_similarity/find_similar.py'
        tool = [SIMILARITY_BIN / 'python', script, 'job.json', 'output=pairs.tsv', 'clusters=groups.tsv']
        first = 'iscc-sum --similar'
        costs = take_turns({
            first: Command([SIMILARITY_BIN / 'iscc-sum', '--similar', *files]),
            'Find datasets with similar ISCC-CODEs, 1 slot': Command(tool, 1),
            'Find datasets with similar ISCC-CODEs, 2 slots': Command(tool, 2),
        }, ROUNDS, folder)
    print_table(f'{FILES} files of {SIZE_BYTES:,} bytes hashed and compared, median of {ROUNDS} runs', [
        'Command', 'Seconds', 'Ratio', 'Peak memory (MB)',
    ], [
        [label, f'{cost.seconds:.2f}', f'{cost.seconds / costs[first].seconds:.2f}', f'{cost.megabytes:.0f}']
        for label, cost in costs.items()
    ])


if __name__ == '__main__':
    main()
