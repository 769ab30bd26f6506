"""The table to read first: one row for each pair of similar datasets, the closest first."""

from collections.abc import Iterator

import numpy as np

from iscc_galaxy.formats.tables import escaped, table
from iscc_galaxy.similarity.comparison import Comparison

COLUMNS = ('dataset', 'similar_to', 'relation', 'distance')
# Rows that are put together at a time.
ROWS = 2 ** 16


def findings_table(comparison: Comparison) -> Iterator[str]:
    """Yield the lines of the table; pairs that are equally close are in the order of the datasets."""
    return table(COLUMNS, _rows(comparison))


def _rows(comparison: Comparison) -> Iterator[str]:
    names = [escaped(dataset.name) for dataset in comparison.all_datasets]
    dataset, match, distance = _pairs(comparison)
    is_identical = comparison.identical[dataset] == comparison.identical[match]
    order = np.lexsort((match, dataset, distance, ~is_identical))
    for start in range(0, len(order), ROWS):
        piece = order[start:start + ROWS]
        columns = (each[piece].tolist() for each in (dataset, match, is_identical, distance))
        for one, other, same, apart in zip(*columns):
            yield f'{names[one]}\t{names[other]}\t{comparison.kind.relation(same, apart)}\t{apart}'


def _pairs(comparison: Comparison) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the places of the datasets and of their matches, each pair once, and the distances."""
    matched = comparison.matched
    dataset, match = matched.dataset, matched.match + comparison.first_other
    # Compared with each other, each of two datasets is a match of the other.
    once = match > dataset
    return dataset[once], match[once], matched.distance[once]
