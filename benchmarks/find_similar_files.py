"""The tool that finds similar datasets beside `iscc-sum --similar`, which groups greedily, on the same files."""

import json
import os
import statistics
import tempfile
from pathlib import Path

from local_galaxy.configuration import SIMILARITY_BIN, TOOLS
from measuring import file_entry, measure, print_table

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
        commands = {
            'iscc-sum --similar': ([SIMILARITY_BIN / 'iscc-sum', '--similar', *files], 1),
            'Find datasets with similar ISCC-CODEs, 1 slot': (tool, 1),
            'Find datasets with similar ISCC-CODEs, 2 slots': (tool, 2),
        }
        runs = {label: [] for label in commands}
        for _ in range(ROUNDS):
            for label, (command, slots) in commands.items():
                runs[label].append(measure(command, folder, GALAXY_SLOTS=str(slots)))
    medians = {label: statistics.median(seconds for seconds, _ in measured) for label, measured in runs.items()}
    print_table(f'{FILES} files of {SIZE_BYTES:,} bytes hashed and compared, median of {ROUNDS} runs', [
        'Command', 'Seconds', 'Ratio', 'Peak memory (MB)',
    ], [
        [label, f'{medians[label]:.2f}', f'{medians[label] / medians["iscc-sum --similar"]:.2f}',
         f'{max(megabytes for _, megabytes in measured):.0f}'] for label, measured in runs.items()
    ])


if __name__ == '__main__':
    main()
