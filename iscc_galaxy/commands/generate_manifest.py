"""Generate ISCC-CODE manifest: hash many datasets in one job, and list their codes."""

from collections import Counter
from pathlib import Path
from typing import Any

from iscc_galaxy.formats.code_lines import check_checksum_name, checksum_line, code_lines
from iscc_galaxy.formats.manifests import manifest
from iscc_galaxy.galaxy.datasets import Dataset, named_datasets_from_job
from iscc_galaxy.galaxy.job import run, shown_list, write_output
from iscc_galaxy.galaxy.outputs import element_identifiers, write_collection
from iscc_galaxy.iscc.bulk_hashing import hash_all

# The output of the tool that is a collection, by its name in the XML.
CODE_COLLECTION = 'codes'


def main(options: dict[str, Any], output: Path, checksums: Path | None = None) -> None:
    """Write the outputs once all datasets are hashed, so that none of them is ever a part that passes for the whole.

    Names that an output can't carry are found before the hashing, which may take hours.
    """
    datasets = named_datasets_from_job(options.pop('datasets'))
    names = [dataset.name for dataset in datasets]
    if checksums:
        for dataset in datasets:
            check_checksum_name(dataset)
    identifiers = element_identifiers(names, CODE_COLLECTION) if options['codes'] else []
    log_repeated_names(datasets)
    fingerprints = hash_all(datasets, options['narrow'])
    write_output(output, manifest(datasets, fingerprints))
    if checksums:
        write_output(checksums, map(checksum_line, fingerprints, datasets))
    if options['codes']:
        texts = (code_lines(fingerprint, units=False).encode() for fingerprint in fingerprints)
        write_collection(CODE_COLLECTION, 'txt', zip(identifiers, texts, strict=True))


def log_repeated_names(datasets: list[Dataset]) -> None:
    """Print which names stand in several rows."""
    counts = Counter(dataset.name for dataset in datasets)
    repeated = [name for name, count in counts.items() if count > 1]
    if repeated:
        print(f'{len(repeated)} name(s) are given to several datasets, and all are listed: {shown_list(repeated)}')


if __name__ == '__main__':
    run(main)
