"""Groups of entries that are linked by similarity, and which of them are bit-identical."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

import codes
from code_sets import CodeSet, distances
from entries import Entry
from matches import Matches
from table_names import escaped

COLUMNS = (
    'group', 'group_size', 'file_id', 'filename', 'iscc_code', 'identical_group', 'representative', 'distance',
)


@dataclass(frozen=True)
class Groups:
    """The entries, group by group: the largest first, in each the representative first, then by distance to it.

    For each entry there are the number of its group (from 1), the size of that, the place of the representative among
    the entries, the distance to it, and a number that equal Instance-Codes share.
    """

    entries: Sequence[Entry]
    group: np.ndarray
    size: np.ndarray
    representative: np.ndarray
    distance: np.ndarray
    identical: list[int]

    def rows(self) -> Iterator[str]:
        """Give the rows of the table."""
        columns = (each.tolist() for each in (self.group, self.size, self.representative, self.distance))
        for entry, identical, group, size, representative, distance in zip(self.entries, self.identical, *columns):
            name = escaped(self.entries[representative].name)
            yield f'{group}\t{size}\t{entry.columns}\t{identical}\t{name}\t{distance}\n'


def groups(
    matches: Matches, entries: Sequence[Entry], found: CodeSet,
    reference: Sequence[Entry], in_reference: CodeSet | None,
) -> Groups:
    """Order the entries, and what matches one in the reference, by groups.

    The representative is the entry with the most matches, the first of several.
    """
    code_of = found.code_of
    if in_reference:
        code_of = np.concatenate([code_of, in_reference.code_of + len(found)])
    listed = np.flatnonzero((np.arange(len(code_of)) < len(entries)) | (matches.matches_of[code_of] > 0))
    code_of = code_of[listed]
    _, first, label, size = np.unique(
        matches.group_of[code_of], return_index=True, return_inverse=True, return_counts=True)
    number = np.empty(len(size), np.int64)
    number[np.lexsort((first, -size))] = np.arange(1, len(size) + 1)
    most = np.lexsort((-matches.matches_of[code_of], label))
    representative = most[np.searchsorted(label[most], np.arange(len(size)))][label]
    distance = distances([found, in_reference] if in_reference else [found], code_of, code_of[representative])
    order = np.lexsort((np.arange(len(listed)), distance, representative != np.arange(len(listed)), number[label]))
    place = np.empty(len(listed), np.int64)
    place[order] = np.arange(len(listed))
    known = [*entries, *reference]
    in_order = [known[listed[number]] for number in order]
    return Groups(
        in_order, number[label][order], size[label][order], place[representative[order]], distance[order],
        identical_groups(in_order),
    )


def identical_groups(entries: Sequence[Entry]) -> list[int]:
    """Number the different Instance-Codes in their order; a narrow one equals the wide ones that begin with it."""
    checksums = [codes.halves(entry.code)[1] for entry in entries]
    narrow = {checksum for checksum in checksums if len(checksum) == 8}
    numbers: dict[bytes, int] = {}
    return [
        numbers.setdefault(checksum[:8] if checksum[:8] in narrow else checksum, len(numbers) + 1)
        for checksum in checksums
    ]
