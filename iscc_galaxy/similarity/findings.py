"""The table to read first: one row for each pair of similar datasets, the closest first."""

from array import array
from collections.abc import Iterator

import numpy as np

from iscc_galaxy.formats.tables import escaped, table
from iscc_galaxy.similarity.comparison import Comparison
from iscc_galaxy.similarity.groups import identical_groups, relation

COLUMNS = ('dataset', 'similar_to', 'relation', 'distance')


def findings_table(comparison: Comparison) -> Iterator[str]:
    """Yield the lines of the table; pairs that are equally close are in the order of the datasets."""
    return table(COLUMNS, _rows(comparison))


def _rows(comparison: Comparison) -> Iterator[str]:
    identical = np.array(identical_groups(comparison.all_datasets))
    # Where the others are the datasets themselves, they have the same places; else they come after them.
    first_other = 0 if comparison.reference is None else len(comparison.datasets)
    names = [escaped(dataset.name) for dataset in comparison.all_datasets]
    dataset, match, distance = _pairs(comparison)
    match += first_other
    is_identical = identical[dataset] == identical[match]
    order = np.lexsort((match, dataset, distance, ~is_identical))
    columns = (each[order].tolist() for each in (dataset, match, is_identical, distance))
    for one, other, same, apart in zip(*columns):
        yield f'{names[one]}\t{names[other]}\t{relation(same, apart)}\t{apart}'


def _pairs(comparison: Comparison) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the places of the datasets and of their matches among the others, each pair once, and the distances."""
    dataset, matched, distances = array('q'), array('q'), array('B')
    for place, pairs in enumerate(comparison.matches_of_datasets()):
        for match, distance in zip(*pairs):
            # Compared with each other, each of two datasets is a match of the other.
            if comparison.reference is not None or match > place:
                dataset.append(place)
                matched.append(match)
                distances.append(distance)
    return np.array(dataset), np.array(matched), np.array(distances)
