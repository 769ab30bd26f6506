"""Verify datasets against an ISCC-CODE manifest: hash them in one job, or take precomputed codes, and compare."""

from collections import Counter
from pathlib import Path
from typing import Any

from iscc_galaxy.formats.listed_codes import ListedCode, read_named_codes
from iscc_galaxy.formats.tables import escaped, table
from iscc_galaxy.galaxy.datasets import datasets_from_job
from iscc_galaxy.galaxy.job import JobError, run, shown, write_output
from iscc_galaxy.iscc.bulk_hashing import hash_all
from iscc_galaxy.iscc.iscc_codes import canonical, data_code_distance, is_narrow, narrowed
from iscc_galaxy.similarity.verification import name_hint, Outcome, STATUSES, verify

COLUMNS = ('name', 'status', 'expected_code', 'computed_code', 'distance', 'found_as')
# Rows of the report that the message of a failed job shows.
ROWS_IN_MESSAGE = 10


def main(options: dict[str, Any], report: Path, summary: Path) -> None:
    """Write report and summary; a mismatch is an error if the user says so, an error in hashing always is."""
    expected = read_named_codes(options['manifest'])
    computed = _computed_codes(options['datasets'], options['computed'])
    outcomes = verify(expected, computed)
    allowed = {'OK', 'UNLISTED'} if options['allow_unlisted'] else {'OK'}
    counts = Counter(outcome.status for outcome in outcomes)
    is_match = counts.keys() <= allowed
    text = ''.join([
        'OK\n' if is_match else 'FAILED\n',
        *(f'{status}\t{counts[status]}\n' for status in STATUSES),
        name_hint(expected, computed),
    ])
    if not is_match and options['on_mismatch'] == 'fail':
        odd = [row(outcome) for outcome in outcomes if outcome.status not in allowed]
        raise JobError('\n'.join([
            f'The datasets do not match the manifest {shown(options["manifest"]["name"])}.', text,
            f'The first of {len(odd)} row(s) that tell why:', '\t'.join(COLUMNS), *odd[:ROWS_IN_MESSAGE],
        ]))
    write_output(report, table(COLUMNS, map(row, outcomes)))
    write_output(summary, [text])


def row(outcome: Outcome) -> str:
    """Return the row of the report on one outcome; a distance is in bits of the Data-Codes, of 64 if one is narrow."""
    expected, computed = outcome.expected, outcome.computed
    computed_code = computed.code if computed else ''
    distance = ''
    if expected and computed:
        distance = str(data_code_distance(expected.code, computed.code)[0])
        if is_narrow(expected.code):
            computed_code = narrowed(computed.code)
    return '\t'.join([
        escaped((expected or computed).name), outcome.status, canonical(expected.code) if expected else '',
        canonical(computed_code) if computed else '', distance,
        escaped(computed.name) if outcome.status == 'RENAMED' else '',
    ])


def _computed_codes(datasets: list[dict[str, Any]], computed: dict[str, Any] | None) -> list[ListedCode]:
    """Return the codes to check, from datasets to hash or from a file; raise JobError where both are given."""
    if datasets and computed is not None:
        raise JobError('Give either datasets to hash, or a manifest of codes computed before, not both.')
    if computed is not None:
        return read_named_codes(computed)
    found = datasets_from_job(datasets)
    fingerprints = hash_all(found)
    return [
        ListedCode(fingerprint.code, number, dataset.name)
        for number, (dataset, fingerprint) in enumerate(zip(found, fingerprints), start=1)
    ]


if __name__ == '__main__':
    run(main)
