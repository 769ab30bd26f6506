"""An ISCC-CODE manifest: a table of datasets with their names, codes, sizes and hashes."""

import csv
from collections.abc import Iterable, Iterator, Sequence

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


def header_of(line: str) -> list[str] | None:
    """Return the columns that a line names; None if it is not the header of a table with names and codes."""
    fields = [field.strip('"') for field in line.split('\t')]
    return fields if fields.count('name') == fields.count('iscc_code') == 1 else None


class Columns:
    """The columns of a table with names and codes, and where in the cells of a row is what."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self._places = {name: place for place, name in enumerate(names)}
        self._name, self._code = self._places['name'], self._places['iscc_code']
        self._kind, self._datahash = self._places.get('kind'), self._places.get('datahash')
        self._are_those_of_a_manifest = _COLUMNS <= self._places.keys()

    def cells(self, line: str) -> list[str]:
        """Return the cells of a row.

        A spreadsheet may have put them in quotes. Where the code is, which needs none, all are, and the quotes are
        taken off; elsewhere they may be a part of the name, and stay.
        """
        found = line.split('\t')
        if len(found) == len(self.names) and found[self._code].startswith('"'):
            try:
                return next(csv.reader([line], delimiter='\t'))
            except csv.Error:
                # A carriage return outside of quotes: no spreadsheet wrote this row, and its code can't be read.
                return found
        return found

    def code(self, cells: list[str]) -> str:
        """Return the code in a row, as it is written there."""
        return cells[self._code]

    def written_name(self, cells: list[str]) -> str:
        """Return the name in a row, as it is written there."""
        return cells[self._name]

    def name(self, cells: list[str], code: str) -> str:
        """Return the name in a row, of which `code` is the code that was read.

        Raise ValueError, with the rest of a sentence, for an escape that no table has, and for a row with all columns
        that contradicts itself or ends too early.
        """
        name = unescaped(cells[self._name])
        if self._are_those_of_a_manifest:
            if cells[self._kind] not in KINDS:
                raise ValueError(f'ends in {cells[self._kind]!r} where {" or ".join(KINDS)} was expected')
            if not cells[self._datahash].startswith(BLAKE3_MULTIHASH + halves_of(code)[1].hex()):
                raise ValueError('has a code that does not belong to its datahash')
        return name

    def is_of_pixels(self, cells: list[str]) -> bool:
        """Return whether a row is of the pixels of an image."""
        return self._kind is not None and cells[self._kind] == PIXELS

    def row(self, cells: list[str]) -> dict[str, str]:
        """Return the cells of a row by the names of their columns."""
        return {name: cells[place] for name, place in self._places.items()}
