"""An ISCC-CODE manifest: a table of datasets with their names, codes, sizes and hashes."""

import csv
from collections.abc import Iterable, Iterator

from iscc_galaxy.formats.tables import escaped, table, unescaped
from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.iscc.hashing import BLAKE3_MULTIHASH, Fingerprint
from iscc_galaxy.iscc.iscc_codes import canonical, halves_of

COLUMNS = ('name', 'iscc_code', 'size', 'datahash', 'kind')
_COLUMNS = frozenset(COLUMNS)
# What a code is of: the bytes of a dataset, or the pixels of an image (see `pixel_manifests`).
FILE, DIRECTORY, PIXELS = KINDS = ('file', 'directory', 'pixels')


def manifest(datasets: Iterable[Dataset], fingerprints: Iterable[Fingerprint]) -> Iterator[str]:
    """Yield the lines of a manifest: a header, and a row for each dataset in their order; sizes are in bytes."""
    rows = (_row(dataset, fingerprint) for dataset, fingerprint in zip(datasets, fingerprints, strict=True))
    return table(COLUMNS, rows)


def _row(dataset: Dataset, fingerprint: Fingerprint) -> str:
    return '\t'.join([
        escaped(dataset.name), canonical(fingerprint.code), str(fingerprint.size), fingerprint.datahash,
        DIRECTORY if dataset.is_directory else FILE,
    ])


def columns_of(first_line: str) -> tuple[list[str], bool]:
    """Return the columns of a manifest that begins with this line, and whether the line is a header.

    Without a header the columns are those of a manifest, or the first of them.
    """
    fields = [field.strip('"') for field in first_line.split('\t')]
    if fields.count('name') == fields.count('iscc_code') == 1:
        return fields, True
    return list(COLUMNS[:len(fields)]), False


def cells(line: str, columns: list[str]) -> list[str]:
    """Return the cells of a row.

    A spreadsheet may have put them in quotes. Where the code is, which needs none, all are, and the quotes are taken
    off; elsewhere they may be a part of the name, and stay.
    """
    found = line.split('\t')
    if len(found) == len(columns) and found[columns.index('iscc_code')].startswith('"'):
        try:
            return next(csv.reader([line], delimiter='\t'))
        except csv.Error:
            # A carriage return outside of quotes: no spreadsheet wrote this row, and its code can't be read.
            return found
    return found


def checked_name(row: dict[str, str], code: str) -> str:
    """Return the name in a row of a manifest, of which `code` is the code that was read.

    Raise ValueError, with the rest of a sentence, for an escape that no table has, and for a row with all columns that
    contradicts itself or ends too early.
    """
    name = unescaped(row['name'])
    if _COLUMNS <= row.keys():
        if row['kind'] not in KINDS:
            raise ValueError(f'ends in {row["kind"]!r} where {" or ".join(KINDS)} was expected')
        if not row['datahash'].startswith(BLAKE3_MULTIHASH + halves_of(code)[1].hex()):
            raise ValueError('has a code that does not belong to its datahash')
    return name
