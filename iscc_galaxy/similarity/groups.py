"""Groups of datasets that are linked by similarity, and which of them are equal but for their names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from iscc_galaxy.formats.tables import escaped, table
from iscc_galaxy.similarity.comparison import Compared, Comparison

COLUMNS = (
    'group', 'group_size', 'filename', 'relation', 'distance', 'representative', 'identical_group', 'iscc_code',
    'file_id',
)
# Rows that are put together at a time.
ROWS = 2 ** 16


@dataclass(frozen=True, eq=False)
class Groups:
    """The datasets, group by group: the largest first, in each the representative first, then by distance to it.

    For each dataset there are its place in the comparison, the number of its group (from 1), the size of that, the
    place of the representative among these datasets, the distance to it in bits, and a number (from 1) that datasets
    share which are equal but for their names.
    """

    comparison: Comparison
    places: np.ndarray
    datasets: Sequence[Compared]
    group: np.ndarray
    size: np.ndarray
    representative: np.ndarray
    distance: np.ndarray
    identical: np.ndarray

    def bits_compared(self, places: Sequence[int]) -> np.ndarray:
        """Return of how many bits the distances of some datasets to their representatives are."""
        places = np.array(places, int)
        return self.comparison.bits_compared(self.places[places], self.places[self.representative[places]])


def group_datasets(comparison: Comparison) -> Groups:
    """Return the groups of the datasets, and of what matches one of them in the reference.

    The representative is the dataset with the most matches, the first of several.
    """
    matches = comparison.match_counts
    is_dataset = np.arange(len(matches)) < len(comparison.datasets)
    listed = np.flatnonzero(is_dataset | (matches > 0))
    _, first, label, size = np.unique(
        comparison.group_of[listed], return_index=True, return_inverse=True, return_counts=True)
    number = np.empty(len(size), np.int64)
    number[np.lexsort((first, -size))] = np.arange(1, len(size) + 1)
    most = np.lexsort((-matches[listed], label))
    representative = most[np.searchsorted(label[most], np.arange(len(size)))][label]
    distance = comparison.distances(listed, listed[representative])
    order = np.lexsort((np.arange(len(listed)), distance, representative != np.arange(len(listed)), number[label]))
    place = np.empty(len(listed), np.int64)
    place[order] = np.arange(len(listed))
    places = listed[order]
    return Groups(
        comparison, places, [comparison.all_datasets[each] for each in places.tolist()], number[label][order],
        size[label][order], place[representative[order]], distance[order],
        _numbered(comparison.identical[places]),
    )


def group_table(groups: Groups) -> Iterator[str]:
    """Yield the lines of the table of groups."""
    return table(COLUMNS, _rows(groups))


def _numbered(labels: np.ndarray) -> np.ndarray:
    """Return a number for each label, from 1 in the order in which they come."""
    _, first, which = np.unique(labels, return_index=True, return_inverse=True)
    number = np.empty(len(first), np.int64)
    number[np.argsort(first)] = np.arange(1, len(first) + 1)
    return number[which]


def _rows(groups: Groups) -> Iterator[str]:
    kind = groups.comparison.kind
    is_copy = groups.identical == groups.identical[groups.representative]
    for start in range(0, len(groups.datasets), ROWS):
        piece = slice(start, start + ROWS)
        columns = (each[piece].tolist() for each in (
            groups.group, groups.size, groups.representative, is_copy, groups.distance, groups.identical))
        for place, (group, size, representative, same, distance, identical) in enumerate(zip(*columns), start):
            dataset, first = groups.datasets[place], groups.datasets[representative]
            how = 'representative' if place == representative else kind.relation(same, distance)
            yield (
                f'{group}\t{size}\t{escaped(dataset.name)}\t{how}\t{distance}\t{escaped(first.name)}\t{identical}\t'
                f'{dataset.code}\t{dataset.file_id}'
            )
