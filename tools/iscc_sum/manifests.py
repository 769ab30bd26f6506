"""An ISCC-CODE manifest: a table of datasets with their names, codes, sizes and hashes."""

from collections.abc import Iterable

import codes
from datasets import Dataset
from hashing import BLAKE3_MULTIHASH, Fingerprint
from table_names import escaped

COLUMNS = ('name', 'iscc_code', 'size', 'datahash', 'kind')
KINDS = ('file', 'directory')


def manifest(datasets: Iterable[Dataset], fingerprints: Iterable[Fingerprint]) -> str:
    """Give the manifest of some datasets: a header, and a row for each in their order; sizes are in bytes."""
    rows = (_row(dataset, fingerprint) for dataset, fingerprint in zip(datasets, fingerprints, strict=True))
    return '\n'.join(['\t'.join(COLUMNS), *rows]) + '\n'


def _row(dataset: Dataset, fingerprint: Fingerprint) -> str:
    return '\t'.join([
        escaped(dataset.name), codes.canonical(fingerprint.code), str(fingerprint.size), fingerprint.datahash,
        KINDS[dataset.is_directory],
    ])


def check_row(row: dict[str, str], code: str) -> None:
    """Raise ValueError if a row with all columns of a manifest contradicts itself, or ends too early."""
    if not set(COLUMNS) <= row.keys():
        return
    if row['kind'] not in KINDS:
        raise ValueError(f'ends in {row["kind"]!r} where {" or ".join(KINDS)} was expected')
    if not row['datahash'].startswith(BLAKE3_MULTIHASH + codes.halves(code)[1].hex()):
        raise ValueError('has a code that does not belong to its datahash')
