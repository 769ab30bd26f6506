"""What numpy leaves to its users: ranges of places one behind another, and the different rows of an array."""

import numpy as np


def places_of_ranges(begin: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return the places of all ranges, one behind another: `count` places from `begin` on for each."""
    total = int(count.sum())
    before = np.cumsum(count) - count
    return np.arange(total) + np.repeat(begin - before, count)


def cut_points(weights: np.ndarray, most: int) -> list[int]:
    """Return where to cut an array so that the weights of each piece sum up to `most` or little more.

    The ends of the array are among the points; pieces are not empty.
    """
    ends = np.cumsum(weights)
    total = int(ends[-1]) if len(ends) else 0
    cuts = np.searchsorted(ends, np.arange(most, total, most)) + 1
    return np.unique(np.concatenate([[0], cuts, [len(weights)]])).tolist()


def different_rows(words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different rows, sorted, and for each row the place of its equal among them."""
    order = np.argsort(words[:, 0])
    # Most codes differ in their first words: only the others are sorted by all of them, which takes longer.
    is_equal = np.diff(words[order, 0]) == 0
    equal = np.flatnonzero(np.append(is_equal, False) | np.append(False, is_equal))
    order[equal] = order[equal][np.lexsort(words[order[equal]].T[::-1])]
    rows = words[order]
    is_new = np.append(True, (rows[1:] != rows[:-1]).any(axis=1))[:len(rows)]
    which = np.empty(len(words), np.int64)
    which[order] = np.cumsum(is_new) - 1
    return rows[is_new], which
