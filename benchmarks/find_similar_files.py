"""The tool that finds similar datasets beside `iscc-sum --similar`, which groups greedily, on the same files."""

import json
import tempfile
from pathlib import Path

from local_galaxy.configuration import SIMILARITY_BIN
from measuring import Command, command_of, compare, described_file, Rate, write_files

COUNTS = (2000,)
SIZE_BYTES = 50_000
ROUNDS = 3


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_files(folder, max(COUNTS), SIZE_BYTES)
        tool = command_of(
            'find_similar', folder / 'job.json', 'output=pairs.tsv', 'clusters=groups.tsv', commands=SIMILARITY_BIN)

        def commands_on(count: int) -> dict[str, Command]:
            datasets = [described_file(file, str(number)) for number, file in enumerate(files[:count])]
            job = {'datasets': datasets, 'codes': [], 'reference': [], 'threshold': 12}
            (folder / 'job.json').write_text(json.dumps(job))
            return {
                'iscc-sum --similar': Command([SIMILARITY_BIN / 'iscc-sum', '--similar', *files[:count]]),
                'Find datasets with similar ISCC-CODEs, 1 slot': Command(tool, 1),
                'Find datasets with similar ISCC-CODEs, 2 slots': Command(tool, 2),
            }

        compare(
            f'Files of {SIZE_BYTES:,} bytes, hashed and compared: seconds by number',
            {str(count): count for count in COUNTS}, commands_on, Rate('Files'), ROUNDS)


if __name__ == '__main__':
    main()
