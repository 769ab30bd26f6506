"""Verify datasets against an ISCC-CODE manifest: hash them in one job, or take codes computed before, and compare."""

from collections import Counter
from pathlib import Path
from typing import Any

import codes
import job
from bulk_hashing import hash_all
from comparison import compare, Finding, name_hint, STATUSES
from datasets import datasets_from_job
from references import Entry, read_list
from table_names import escaped

COLUMNS = ('name', 'status', 'expected_code', 'computed_code', 'distance', 'found_as')
# Rows of the report that the message of a failed job shows.
ROWS_IN_MESSAGE = 10


def main(options: dict[str, Any], report: Path, summary: Path) -> None:
    """Write report and summary; a mismatch is an error if the user says so, an error in hashing always is."""
    expected = _entries_of(options['manifest'])
    computed = _computed_entries(options['datasets'], options['computed'])
    findings = compare(expected, computed)
    allowed = {'OK', 'UNLISTED'} if options['allow_unlisted'] else {'OK'}
    counts = Counter(finding.status for finding in findings)
    is_match = counts.keys() <= allowed
    text = ''.join([
        'OK\n' if is_match else 'FAILED\n',
        *(f'{status}\t{counts[status]}\n' for status in STATUSES),
        name_hint(expected, computed),
    ])
    if not is_match and options['on_mismatch'] == 'fail':
        odd = [row(finding) for finding in findings if finding.status not in allowed]
        raise job.JobError('\n'.join([
            f'The datasets do not match the manifest {job.shown(options["manifest"]["name"])}.', text,
            f'The first of {len(odd)} row(s) that tell why:', '\t'.join(COLUMNS), *odd[:ROWS_IN_MESSAGE],
        ]))
    rows = ['\t'.join(COLUMNS), *map(row, findings)]
    report.write_text('\n'.join(rows) + '\n', encoding='utf-8', newline='\n')
    summary.write_text(text, encoding='utf-8', newline='\n')


def row(finding: Finding) -> str:
    """Give the row of the report on one finding; a distance is in bits of the Data-Codes, of 64 if one is narrow."""
    expected, computed = finding.expected, finding.computed
    computed_code = computed.code if computed else ''
    distance = ''
    if expected and computed:
        distance = str(codes.data_code_distance(expected.code, computed.code)[0])
        if codes.is_narrow(expected.code):
            computed_code = codes.narrowed(computed.code)
    return '\t'.join([
        escaped((expected or computed).name), finding.status, codes.canonical(expected.code) if expected else '',
        codes.canonical(computed_code) if computed else '', distance,
        escaped(computed.name) if finding.status == 'RENAMED' else '',
    ])


def _computed_entries(datasets: list[dict[str, Any]], computed: dict[str, Any] | None) -> list[Entry]:
    """Give the codes to check, from exactly one of the two sources."""
    if datasets and computed:
        raise job.JobError('Give either datasets to hash, or a manifest of codes computed before, not both.')
    if computed:
        return _entries_of(computed)
    found = datasets_from_job(datasets)
    fingerprints = hash_all(found)
    return [
        Entry(fingerprint.code, number, dataset.name)
        for number, (dataset, fingerprint) in enumerate(zip(found, fingerprints), start=1)
    ]


def _entries_of(file: dict[str, Any]) -> list[Entry]:
    return read_list(Path(file['path']), f'Dataset {job.shown(file["name"])}')


if __name__ == '__main__':
    job.run(main)
