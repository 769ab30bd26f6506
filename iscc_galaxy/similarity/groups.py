"""Groups of datasets that are linked by similarity, and which of them are equal but for their names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from iscc_galaxy.formats.tables import escaped, table
from iscc_galaxy.similarity.comparison import Compared, Comparison

COLUMNS = (
    'group', 'group_size', 'filename', 'relation', 'distance', 'representative', 'identical_group', 'iscc_code',
    'file_id',
)


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
    identical: list[int]

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
        _numbered(comparison.identical[places].tolist()),
    )


def group_table(groups: Groups) -> Iterator[str]:
    """Yield the lines of the table of groups."""
    return table(COLUMNS, _rows(groups))


def _numbered(labels: Iterable[int]) -> list[int]:
    """Return a number for each label, from 1 in the order in which they come."""
    numbers: dict[int, int] = {}
    return [numbers.setdefault(label, len(numbers) + 1) for label in labels]


def _rows(groups: Groups) -> Iterator[str]:
    kind = groups.comparison.kind
    columns = (each.tolist() for each in (groups.group, groups.size, groups.representative, groups.distance))
    for place, (group, size, representative, distance) in enumerate(zip(*columns)):
        dataset, first, identical = groups.datasets[place], groups.datasets[representative], groups.identical[place]
        how = 'representative' if place == representative else kind.relation(
            identical == groups.identical[representative], distance)
        yield (
            f'{group}\t{size}\t{escaped(dataset.name)}\t{how}\t{distance}\t{escaped(first.name)}\t{identical}\t'
            f'{dataset.code}\t{dataset.file_id}'
        )
