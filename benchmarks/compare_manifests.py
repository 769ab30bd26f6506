"""What the tools that compare manifests cost, beside a loop that only reads one.

The codes are random, so that nothing is similar. The manifest is verified against itself, and is each of the three
steps of a chain. The loop is what any program with Python's csv module does before it compares anything.
"""

import json
import tempfile
from pathlib import Path
from random import randbytes

from iscc_galaxy.formats.manifests import COLUMNS, FILE
from iscc_galaxy.formats.tables import table
from iscc_galaxy.iscc.hashing import BLAKE3_MULTIHASH
from iscc_galaxy.iscc.iscc_codes import canonical
from local_galaxy.configuration import JOBS_BIN, SIMILARITY_BIN
from measuring import Command, command_of, compare, described_file, Rate
from tests.oracle import wide_code

COUNTS = {'1e4': 10_000, '1e5': 100_000, '1e6': 1_000_000}
ROUNDS = 3
LOOP = '''
import csv
import sys
with open(sys.argv[1], encoding='utf-8', newline='') as file:
    codes = [(row['name'], row['iscc_code']) for row in csv.DictReader(file, delimiter='\\t', quoting=csv.QUOTE_NONE)]
'''


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def commands_on(count: int) -> dict[str, Command]:
            path = folder / f'{count}.tsv'
            write_manifest(path, count)
            listed = described_file(path)
            jobs = {
                'search': {'datasets': [], 'codes': [listed], 'reference': [], 'threshold': 12},
                'verify': {
                    'datasets': [], 'computed': listed, 'manifest': listed, 'match_names': 'exact',
                    'allow_unlisted': False, 'on_mismatch': 'report', 'output_names': {},
                },
                'trace': {'steps': [{'name': step, 'codes': listed} for step in 'abc'], 'threshold': 12},
            }
            for job, options in jobs.items():
                (folder / f'{job}.json').write_text(json.dumps(options))
            search = command_of('find_similar', folder / 'search.json', 'output=pairs.tsv', commands=SIMILARITY_BIN)
            verify = command_of('verify_manifest', folder / 'verify.json', 'report=report.tsv', 'summary=summary.txt')
            trace = command_of('trace_chain', folder / 'trace.json', 'provenance=chain.tsv', commands=SIMILARITY_BIN)
            others = ['findings=findings.tsv', 'clusters=groups.tsv', 'plot=heatmap.png']
            return {
                'A loop over csv.DictReader': Command([JOBS_BIN / 'python', '-c', LOOP, path]),
                'Find datasets, pairs alone': Command(search, 2),
                'Find datasets, all outputs': Command([*search, *others], 2),
                'Verify datasets against a manifest': Command(verify, 2),
                'Trace datasets, three manifests': Command(trace, 2),
            }

        compare('Manifests compared: seconds by lines', COUNTS, commands_on, Rate('Lines'), ROUNDS)


def write_manifest(path: Path, count: int) -> None:
    """Write a manifest of so many datasets with random codes."""
    with path.open('w', encoding='utf-8') as file:
        file.writelines(table(COLUMNS, map(row, range(count))))


def row(number: int) -> str:
    """Return the row of a dataset that nobody has."""
    data, instance = randbytes(16), randbytes(32)
    code = canonical(wide_code(data, instance[:16]))
    return f'image {number}.ome.tiff\t{code}\t1000000\t{BLAKE3_MULTIHASH}{instance.hex()}\t{FILE}'


if __name__ == '__main__':
    main()
