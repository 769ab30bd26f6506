"""What Generate ISCC-CODE costs on one file as it grows, beside the bare `iscc-sum` command and the usual checksums.

The command lines take turns on the same file, which is in memory after the first; the medians are compared. `b3sum` is
left out where this machine does not have it.
"""

import json
import shutil
import tempfile
from pathlib import Path

from local_galaxy.configuration import JOBS_BIN
from measuring import Command, command_of, compare, described_file, plot, Rate
from tests.contents import some_bytes

MIB = 2 ** 20
SIZES_MIB = (1, 16, 256, 2048)
ROUNDS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, job = folder / 'large.tiff', folder / 'job.json'
        options = {'output_format': 'code', 'narrow': False, 'units': False}
        job.write_text(json.dumps({'dataset': described_file(data), **options}))
        commands = {
            'iscc-sum': Command([JOBS_BIN / 'iscc-sum', data]),
            'Generate ISCC-CODE': Command(command_of('generate_code', job, f'output={folder}/output')),
            'sha256sum': Command(['sha256sum', data]),
            'md5sum': Command(['md5sum', data]),
        }
        if shutil.which('b3sum'):
            commands |= {
                'b3sum, 1 thread': Command(['b3sum', '--num-threads', '1', data]),
                'b3sum, all cores': Command(['b3sum', data]),
            }

        def commands_on(size: int) -> dict[str, Command]:
            with data.open('wb') as file:
                for number in range(size // MIB):
                    file.write(some_bytes(MIB, str(number)))
            return commands

        growth = compare(
            'One dataset: seconds by size', {f'{size} MiB': size * MIB for size in SIZES_MIB}, commands_on,
            Rate('MB', 1e6), ROUNDS)
    plot('hash_one_dataset', ('Bytes', 'Seconds'), growth)


if __name__ == '__main__':
    main()
