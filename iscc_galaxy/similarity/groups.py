"""Groups of datasets that are linked by similarity, and which of them are bit-identical."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from iscc_galaxy.formats.tables import escaped, table
from iscc_galaxy.iscc.iscc_codes import halves_of
from iscc_galaxy.similarity.compared import ComparedDataset
from iscc_galaxy.similarity.comparison import Comparison

COLUMNS = (
    'group', 'group_size', 'filename', 'relation', 'distance', 'representative', 'identical_group', 'iscc_code',
    'file_id',
)


@dataclass(frozen=True)
class Groups:
    """The datasets, group by group: the largest first, in each the representative first, then by distance to it.

    For each dataset there are the number of its group (from 1), the size of that, the place of the representative among
    the datasets, the distance to it in bits, and a number that equal Instance-Codes share.
    """

    datasets: Sequence[ComparedDataset]
    group: np.ndarray
    size: np.ndarray
    representative: np.ndarray
    distance: np.ndarray
    identical: list[int]


def group_datasets(comparison: Comparison) -> Groups:
    """Return the groups of the datasets, and of what matches one of them in the reference.

    The representative is the dataset with the most matches, the first of several.
    """
    matches, code_of = comparison.matches, comparison.code_of_all
    is_dataset = np.arange(len(code_of)) < len(comparison.datasets)
    listed = np.flatnonzero(is_dataset | (matches.matches_of[code_of] > 0))
    code_of = code_of[listed]
    _, first, label, size = np.unique(
        matches.group_of[code_of], return_index=True, return_inverse=True, return_counts=True)
    number = np.empty(len(size), np.int64)
    number[np.lexsort((first, -size))] = np.arange(1, len(size) + 1)
    most = np.lexsort((-matches.matches_of[code_of], label))
    representative = most[np.searchsorted(label[most], np.arange(len(size)))][label]
    distance = comparison.distances(code_of, code_of[representative])
    order = np.lexsort((np.arange(len(listed)), distance, representative != np.arange(len(listed)), number[label]))
    place = np.empty(len(listed), np.int64)
    place[order] = np.arange(len(listed))
    known = comparison.all_datasets
    in_order = [known[listed[each]] for each in order]
    return Groups(
        in_order, number[label][order], size[label][order], place[representative[order]], distance[order],
        identical_groups(in_order),
    )


def group_table(groups: Groups) -> Iterator[str]:
    """Yield the lines of the table of groups."""
    return table(COLUMNS, _rows(groups))


def identical_groups(datasets: Sequence[ComparedDataset]) -> list[int]:
    """Return a number for each dataset that equal Instance-Codes share, from 1 in the order of the datasets.

    A narrow Instance-Code equals the wide ones that begin with it.
    """
    checksums = [halves_of(dataset.code)[1] for dataset in datasets]
    narrow = {checksum for checksum in checksums if len(checksum) == 8}
    numbers: dict[bytes, int] = {}
    return [
        numbers.setdefault(checksum[:8] if checksum[:8] in narrow else checksum, len(numbers) + 1)
        for checksum in checksums
    ]


def relation(is_identical: bool, distance: int) -> str:
    """Return in words how alike two datasets are."""
    if is_identical:
        return 'bit-identical'
    return 'similar' if distance else 'equal Data-Code'


def _rows(groups: Groups) -> Iterator[str]:
    columns = (each.tolist() for each in (groups.group, groups.size, groups.representative, groups.distance))
    for place, (group, size, representative, distance) in enumerate(zip(*columns)):
        dataset, first, identical = groups.datasets[place], groups.datasets[representative], groups.identical[place]
        how = 'representative' if place == representative else relation(
            identical == groups.identical[representative], distance)
        yield (
            f'{group}\t{size}\t{escaped(dataset.name)}\t{how}\t{distance}\t{escaped(first.name)}\t{identical}\t'
            f'{dataset.code}\t{dataset.file_id}'
        )
