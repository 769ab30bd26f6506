"""Generate ISCC-CODE manifest: hash many datasets in one job, and list their codes."""

from collections import Counter
from pathlib import Path
from typing import Any

import job
from bulk_hashing import hash_all
from code_files import element_identifiers, write_code_files
from contents import listed
from datasets import Dataset, datasets_from_job
from manifests import manifest
from output_forms import check_checksum_name, checksum_line


def main(options: dict[str, Any], output: Path, checksums: Path | None = None) -> None:
    """Write the outputs once all datasets are hashed, so that none of them is ever a part that passes for the whole.

    Names that an output can't carry are found before the hashing, which may take hours.
    """
    datasets = datasets_from_job(options.pop('datasets'))
    if checksums:
        for dataset in datasets:
            check_checksum_name(dataset)
    identifiers = element_identifiers(datasets) if options['codes'] else []
    note_repeated_names(datasets)
    fingerprints = hash_all(datasets, options['narrow'])
    output.write_text(manifest(datasets, fingerprints), encoding='utf-8', newline='\n')
    if checksums:
        lines = map(checksum_line, fingerprints, datasets)
        checksums.write_text(''.join(lines), encoding='utf-8', newline='\n')
    if options['codes']:
        write_code_files(identifiers, fingerprints)


def note_repeated_names(datasets: list[Dataset]) -> None:
    """Say which names stand in several rows."""
    counts = Counter(dataset.name for dataset in datasets)
    repeated = [name for name, count in counts.items() if count > 1]
    if repeated:
        print(f'{len(repeated)} name(s) are given to several datasets, and all are listed: {listed(repeated)}')


if __name__ == '__main__':
    job.run(main)
