"""Find datasets with similar ISCC-CODEs: hash datasets, take up codes made before, and compare all of them."""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import job
from bulk_hashing import hash_all
from code_sets import code_set
from datasets import dataset_from_job
from entries import hashed_entries, listed_entries
from groups import COLUMNS as GROUP_COLUMNS, groups
from manifests import manifest as manifest_of
from matches import find_matches
from pair_table import COLUMNS, pair_rows


def main(
    options: dict[str, Any], output: Path, clusters: Path | None = None, plot: Path | None = None,
    manifest: Path | None = None,
) -> None:
    """Write the outputs that are asked for, once all is known."""
    listed = listed_entries(options['codes'])
    reference = listed_entries(options['reference'])
    datasets = [dataset_from_job(each) for each in options['datasets']]
    _check_numbers(len(listed) + len(datasets), bool(options['reference']), bool(datasets), bool(manifest))
    prints = hash_all(datasets) if datasets else []
    entries = hashed_entries(options['datasets'], datasets, prints) + listed
    found = code_set([entry.code for entry in entries])
    in_reference = code_set([entry.code for entry in reference]) if reference else None
    matches = find_matches(found, in_reference, options['threshold'], job.slots())
    sentence = f'{matches.pairs} pairs, not listed: see clusters'
    if matches.too_many and not clusters:
        raise job.JobError(f'{sentence}. Ask for the clusters, or choose a lower threshold.')
    if matches.too_many:
        rows: Iterable[str] = [f'# {sentence}\n']
    else:
        rows = pair_rows(matches, entries, found, reference or entries, in_reference or found)
    _write(output, COLUMNS, rows)
    if clusters or plot:
        in_groups = groups(matches, entries, found, reference, in_reference)
    if clusters:
        _write(clusters, GROUP_COLUMNS, in_groups.rows())
    if plot:
        # Imported here, because it takes half a second that other jobs need not wait for.
        from picture import draw
        draw(in_groups, options['threshold'], plot)
    if manifest:
        manifest.write_text(manifest_of(datasets, prints), encoding='utf-8', newline='\n')


def _check_numbers(entries: int, has_reference: bool, has_datasets: bool, wants_manifest: bool) -> None:
    """Raise JobError where there is nothing to compare, or nothing to list in a manifest."""
    if entries < (1 if has_reference else 2):
        raise job.JobError(
            f'There is nothing to compare: {entries or "no"} dataset or code was given. Choose at least two datasets '
            'or codes, or one and a reference.'
        )
    if wants_manifest and not has_datasets:
        raise job.JobError('A manifest lists the datasets that this job hashes, and none was given to hash.')


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[str]) -> None:
    with path.open('w', encoding='utf-8', newline='\n') as file:
        file.writelines(chain(['\t'.join(columns) + '\n'], rows))


if __name__ == '__main__':
    job.run(main)
