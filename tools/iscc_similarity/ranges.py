"""Many ranges of places in an array, one behind another."""

import numpy as np


def places_of_ranges(begin: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Give `count` places from `begin` on for each range."""
    total = int(count.sum())
    before = np.cumsum(count) - count
    return np.arange(total) + np.repeat(begin - before, count)


def cut_points(weights: np.ndarray, most: int) -> list[int]:
    """Cut an array so that the weights of each piece sum up to `most` or little more; pieces are not empty."""
    ends = np.cumsum(weights)
    total = int(ends[-1]) if len(ends) else 0
    cuts = np.searchsorted(ends, np.arange(most, total, most)) + 1
    return np.unique(np.concatenate([[0], cuts, [len(weights)]])).tolist()
