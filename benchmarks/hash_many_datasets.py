"""What Generate ISCC-CODE manifest costs beside one `iscc-sum` process on the same small files, by slots of the job.

The command lines take turns; the medians are compared.
"""

import json
import tempfile
from pathlib import Path

from local_galaxy.configuration import JOBS_BIN
from measuring import Command, command_of, compare, described_file, plot, Rate, write_files

COUNTS = (10, 100, 1000, 10_000)
SIZE_BYTES = 100_000
ROUNDS = 3


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_files(folder, max(COUNTS), SIZE_BYTES)
        tool = command_of('generate_manifest', folder / 'job.json', 'output=manifest.tsv')

        def commands_on(count: int) -> dict[str, Command]:
            job = {'datasets': list(map(described_file, files[:count])), 'narrow': False, 'codes': False}
            (folder / 'job.json').write_text(json.dumps(job))
            return {
                'iscc-sum, one process': Command([JOBS_BIN / 'iscc-sum', *files[:count]]),
                'Generate ISCC-CODE manifest, 1 slot': Command(tool, 1),
                'Generate ISCC-CODE manifest, 2 slots': Command(tool, 2),
            }

        growth = compare(
            f'Datasets of {SIZE_BYTES:,} bytes: seconds by number', {str(count): count for count in COUNTS},
            commands_on, Rate('Datasets'), ROUNDS)
    plot('hash_many_datasets', ('Datasets', 'Seconds'), growth)


if __name__ == '__main__':
    main()
