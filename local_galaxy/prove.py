"""Runs each proof of the suite from start to end, and prints what passed: `python -m local_galaxy.prove TARGET ...`.

The output of each is kept in `.galaxy/prove/`.
"""

import re
import subprocess
import sys
import time

from rich.console import Console
from rich.table import Table

from local_galaxy.configuration import CHECKOUT

# What pytest and planemo say at the end of a run.
_COUNTS = re.compile(r'(\d+) passed|All (\d+) test\(s\) executed passed')


def main(targets: list[str]) -> int:
    """Return how many proofs failed."""
    folder = CHECKOUT / '.galaxy' / 'prove'
    folder.mkdir(parents=True, exist_ok=True)
    table = Table('Proof', 'Result', 'Tests passed', 'Seconds')
    failed = 0
    for target in targets:
        log = folder / f'{target}.log'
        begin = time.monotonic()
        with log.open('w') as output:
            code = subprocess.run(['make', target], cwd=CHECKOUT, stdout=output, stderr=subprocess.STDOUT).returncode
        failed += code != 0
        result = f'FAILED, see {log.relative_to(CHECKOUT)}' if code else 'passed'
        table.add_row(f'make {target}', result, str(_passed(log.read_text())), f'{time.monotonic() - begin:.0f}')
        print(f'make {target}: {result}', flush=True)
    Console(width=100).print(table)
    return failed


def _passed(output: str) -> int:
    """Return the number of tests of which the output of a proof says that they passed."""
    return sum(int(count) for counts in _COUNTS.findall(output) for count in counts if count)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
