"""How all near pairs are found: over which blocks, in which steps, and at what cost."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from iscc_galaxy.similarity.search.blocks import Block

# Places in the first and in the second array of codes, and distances in bits.
Pairs = tuple[np.ndarray, np.ndarray, np.ndarray]
Collect = Callable[[Pairs], None]
# A step finds some of the pairs and hands them over. Those of a round may run at the same time.
Step = Callable[[Collect], None]

# Distances of so many words, and of fewer, fit into a byte.
BYTE_WORDS = 3


@dataclass(frozen=True)
class Costs:
    """What the steps of a search cost in nanoseconds, and how much is done at a time, as measured to be best.

    `compare` is the cost for two codes of one word, `index` that of sorting a code by a block, `look_up` that of
    finding the codes of a block's value, or of noting where they begin, `candidate` that of comparing a word with one
    of them, `start` what passes before the first step. A piece of `rows` codes, or of a `tile` (codes, codes), is large
    enough that threads work side by side; a tile and so many `pairs`, no fewer than a tile is wide, are small enough
    for the processor's cache. More than `most_masks` differences of values are never tried.
    """

    compare: float
    index: float
    look_up: float
    candidate: float
    start: float
    tile: tuple[int, int]
    pairs: int
    rows: int = 2 ** 18
    most_masks: int = 20_000


@dataclass(frozen=True)
class Task:
    """Codes of the left, shape (words, codes), to be paired with codes of the right, which may be the same ones."""

    left: np.ndarray
    right: np.ndarray
    is_self: bool
    limit: int

    @property
    def words(self) -> int:
        """The number of words of a code."""
        return len(self.left)

    @property
    def pairs(self) -> float:
        """The number of pairs that could be compared."""
        return self.left.shape[1] * self.right.shape[1] * (0.5 if self.is_self else 1)

    @property
    def distance_type(self) -> type:
        """The smallest type that holds any distance."""
        return np.uint8 if self.words <= BYTE_WORDS else np.uint16


@dataclass(frozen=True)
class SortedCodes:
    """Codes in the order of a block's values, shape (words, codes).

    For each code there are its value and its place before; codes of each value begin at its place in `starts`, which
    has one more for the end.
    """

    codes: np.ndarray
    values: np.ndarray
    places: np.ndarray
    starts: np.ndarray


@dataclass(frozen=True)
class Index:
    """The codes of both sides, sorted by a block.

    `earlier` are the bits of the blocks before, shape (blocks, words), and `earlier_limits` their limits: what is near
    in one of those was found there.
    """

    task: Task
    block: Block
    left: SortedCodes
    right: SortedCodes
    earlier: np.ndarray
    earlier_limits: np.ndarray

    def placed(self, left: np.ndarray, right: np.ndarray, distance: np.ndarray) -> Pairs:
        """Return pairs of sorted codes by the places that the codes had before."""
        left, right = self.left.places[left], self.right.places[right]
        if self.task.is_self:
            left, right = np.minimum(left, right), np.maximum(left, right)
        return left, right, distance.astype(self.task.distance_type)


@dataclass(frozen=True)
class BackEnd(ABC):
    """What sorts and compares codes."""

    costs: Costs

    @abstractmethod
    def compared_words(self, task: Task) -> int:
        """Return how many of the words of two candidates are compared, before the others of those that may be near."""

    @abstractmethod
    def prepare(self, words: int) -> None:
        """Get ready to compare codes of so many words."""

    @abstractmethod
    def sort(self, codes: np.ndarray, block: Block) -> SortedCodes:
        """Sort codes of the shape (words, codes) by a block."""

    @abstractmethod
    def compare(self, index: Index, mask: int, first: int, last: int, collect: Collect) -> None:
        """Collect the near pairs of the left codes from `first` up to `last`.

        They are compared with the right codes whose values differ from theirs in just the bits of the mask. Each pair
        is collected once, unless it is near in an earlier block.
        """


@dataclass(frozen=True)
class Plan:
    """Blocks by which the pairs of a task are found, and the back end that compares."""

    task: Task
    blocks: Sequence[Block]
    back_end: BackEnd

    def cost(self, chances: Sequence[float], threads: int) -> float:
        """Return the nanoseconds that it takes; `chances` are those of two codes to have the same value of a block."""
        return self.back_end.costs.start + sum(map(self._cost_of, self.blocks, chances)) / threads

    @property
    def is_possible(self) -> bool:
        """Whether there are not too many differences to be tried."""
        return sum(block.mask_count for block in self.blocks) <= self.back_end.costs.most_masks

    def _cost_of(self, block: Block, chance: float) -> float:
        task, costs = self.task, self.back_end.costs
        if not block.bits:
            return task.pairs * task.words * costs.compare
        candidate = costs.candidate * self.back_end.compared_words(task)
        count = task.left.shape[1]
        compare = count * costs.look_up + task.pairs * chance * candidate
        return block.mask_count * compare + count * costs.index + (1 << len(block.bits)) * costs.look_up

    def rounds(self) -> Iterator[Iterable[Step]]:
        """Yield a round for each block, with steps for each difference of its values."""
        self.back_end.prepare(self.task.words)
        for number, block in enumerate(self.blocks):
            index = self._index(number)
            rows = self.back_end.costs.rows if block.bits else self.back_end.costs.tile[0]
            pieces = range(0, self.task.left.shape[1], rows)
            yield [self._step(index, mask, first, rows) for mask in block.masks() for first in pieces]

    def _index(self, number: int) -> Index:
        task, block, before = self.task, self.blocks[number], self.blocks[:number]
        right = self.back_end.sort(task.right, block)
        left = right if task.is_self else self.back_end.sort(task.left, block)
        earlier = np.array([each.words(task.words) for each in before], np.uint64).reshape(number, task.words)
        return Index(task, block, left, right, earlier, np.array([each.limit for each in before], np.uint64))

    def _step(self, index: Index, mask: int, first: int, rows: int) -> Step:
        last = min(first + rows, self.task.left.shape[1])
        return lambda collect: self.back_end.compare(index, mask, first, last, collect)
