"""Comparing codes by numpy: ready at once, so the way for some ten thousand codes."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from iscc_galaxy.similarity.arrays import cut_points, places_of_ranges
from iscc_galaxy.similarity.search.blocks import Block
from iscc_galaxy.similarity.search.plans import BackEnd, Collect, Costs, Index, SortedCodes, Task

COSTS = Costs(compare=1, index=100, look_up=32, candidate=5, start=0, tile=(64, 2 ** 12), pairs=2 ** 19)


@dataclass(frozen=True)
class NumpyBackEnd(BackEnd):
    """Compares arrays as wholes, piece by piece."""

    costs: Costs = COSTS

    def compared_words(self, task: Task) -> int:
        """Return so many words that in these alone, hardly any codes that are not related are within the limit.

        They differ in half of 64 bits in each, with a standard deviation of 4 bits in one.
        """
        few = (words for words in range(1, task.words) if task.limit <= 32 * words - 10 * sqrt(words))
        return next(few, task.words)

    def prepare(self, words: int) -> None:
        """Do nothing: numpy is ready."""

    def sort(self, codes: np.ndarray, block: Block) -> SortedCodes:
        """Sort codes of the shape (words, codes) by a block."""
        values = block.values(codes)
        places = np.argsort(values) if block.bits else np.arange(len(values))
        starts = np.concatenate([[0], np.cumsum(np.bincount(values, minlength=1 << len(block.bits)))])
        return SortedCodes(np.take(codes, places, axis=1), values[places], places, starts)

    def compare(self, index: Index, mask: int, first: int, last: int, collect: Collect) -> None:
        """Collect the near pairs of the left codes from `first` up to `last`."""
        if index.block.bits:
            self._compare_candidates(index, mask, first, last, collect)
        else:
            self._compare_all(index, slice(first, last), collect)

    def _compare_all(self, index: Index, rows: slice, collect: Collect) -> None:
        """Compare some rows with all codes of the right, tile by tile."""
        task, width = index.task, self.costs.tile[1]
        left = index.left.codes[:, rows, None]
        for column in range(rows.start if task.is_self else 0, index.right.codes.shape[1], width):
            right = index.right.codes[:, None, column:column + width]
            distance = np.bitwise_count(left[0] ^ right[0]).astype(task.distance_type, copy=False)
            for word in range(1, task.words):
                distance += np.bitwise_count(left[word] ^ right[word])
            near = np.flatnonzero(distance <= task.limit)
            if near.size:
                row, place = np.divmod(near, distance.shape[1])
                row, place, distance = row + rows.start, place + column, distance.ravel()[near]
                if task.is_self:
                    keep = row < place
                    row, place, distance = row[keep], place[keep], distance[keep]
                collect(index.placed(row, place, distance))

    def _compare_candidates(self, index: Index, mask: int, first: int, last: int, collect: Collect) -> None:
        """Compare some codes with those whose value of the block differs in just the bits of the mask."""
        values = index.left.values[first:last]
        partners = values ^ np.uint32(mask)
        start, end = index.right.starts[partners], index.right.starts[partners + np.uint32(1)]
        if index.task.is_self and not mask:
            start = np.arange(first + 1, last + 1)
        count = end - start
        if index.task.is_self and mask:
            # Of two values that differ, only the smaller one looks up the other.
            count[partners < values] = 0
        bounds = cut_points(count, self.costs.pairs)
        for low, high in zip(bounds, bounds[1:]):
            rows, counts = slice(first + low, first + high), count[low:high]
            right = places_of_ranges(start[low:high], counts)
            distance = np.uint8(0)
            for word in range(self.compared_words(index.task)):
                difference = np.repeat(index.left.codes[word, rows], counts) ^ index.right.codes[word][right]
                distance = np.bitwise_count(difference) + distance
            near = np.flatnonzero(distance <= index.task.limit)
            if near.size:
                left = np.repeat(np.arange(rows.start, rows.stop), counts)[near]
                self._collect_near(index, left, right[near], collect)

    def _collect_near(self, index: Index, left: np.ndarray, right: np.ndarray, collect: Collect) -> None:
        """Collect those of some pairs that are near and were not found by an earlier block."""
        difference = index.left.codes[:, left] ^ index.right.codes[:, right]
        distance = np.bitwise_count(difference).sum(axis=0, dtype=index.task.distance_type)
        keep = distance <= index.task.limit
        for words, limit in zip(index.earlier, index.earlier_limits):
            keep &= np.bitwise_count(difference & words[:, None]).sum(axis=0) > limit
        if keep.any():
            collect(index.placed(left[keep], right[keep], distance[keep]))
