"""Comparing codes by compiled loops: several times as fast as numpy, once the compiler has run."""

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from iscc_galaxy.similarity.search.blocks import Block
from iscc_galaxy.similarity.search.plans import BackEnd, Collect, Costs, Index, SortedCodes, Task

COSTS = Costs(compare=0.25, index=30, look_up=6, candidate=0.22, start=1.5e9, tile=(256, 2 ** 12), pairs=2 ** 16)


@dataclass(frozen=True)
class CompiledBackEnd(BackEnd):
    """Compares code by code; the loops release the lock of the interpreter."""

    costs: Costs = COSTS

    def compared_words(self, task: Task) -> int:
        """Return all words."""
        return task.words

    def prepare(self, words: int) -> None:
        """Compile the loops, once for each number of words."""
        _loops().near_pairs_of(words)
        _loops().sort_by_counting()

    def sort(self, codes: np.ndarray, block: Block) -> SortedCodes:
        """Sort codes of the shape (words, codes) by a block."""
        bits = np.array(block.bits, np.uint64)
        values, places = np.empty((2, codes.shape[1]), np.uint32)
        starts = np.zeros((1 << len(block.bits)) + 1, np.uint32)
        sorted_codes = np.empty_like(codes)
        _loops().sort_by_counting()(codes, bits // 64, bits % 64, values, starts, places, sorted_codes)
        return SortedCodes(sorted_codes, values, places, starts)

    def compare(self, index: Index, mask: int, first: int, last: int, collect: Collect) -> None:
        """Collect the near pairs of the left codes from `first` up to `last`."""
        task, left, right = index.task, index.left, index.right
        state = np.array([first, 0, first], np.uint64)
        rows, columns = np.empty((2, self.costs.pairs), np.uint32)
        distances = np.empty(self.costs.pairs, np.uint16)
        while state[0] < last:
            found = _loops().near_pairs_of(task.words)(
                left.codes, left.values, right.codes, right.starts, mask, task.is_self, task.limit, last,
                self.costs.tile[1], index.earlier, index.earlier_limits, state, rows, columns, distances)
            if found:
                collect(index.placed(rows[:found], columns[:found], distances[:found]))


def _loops() -> ModuleType:
    # Imported here: with the compiler it takes a second or two, and small searches need none of it.
    from iscc_galaxy.similarity.search import compiled_loops
    return compiled_loops
