"""All pairs of codes within a Hamming distance: every one, and no other.

A code is a row of 64-bit words. Two ways lead to the same pairs, and the cheaper one is taken:

- `AllPairs` compares all codes with all;
- `MultiIndex` looks up candidates first (Norouzi, Punjani, Fleet: Fast exact search in Hamming space with multi-index
  hashing, 2014): the bits are dealt out to blocks; two codes within the limit are close in at least one block
  (pigeonhole principle), so the codes are sorted by each block, and compared with those whose block differs in few
  bits.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from iscc_galaxy.similarity.arrays import cut_points, places_of_ranges

# A table of all values of a block takes at most 64 MB.
LARGEST_BLOCK = 24
# With smaller blocks, too many codes have the same value.
SMALLEST_BLOCK = 8
# So many codes stand for all where the work is estimated.
SAMPLE = 2 ** 16
# Distances of so many words, and of fewer, fit into a byte.
BYTE_WORDS = 3

# Places in the first and in the second array of codes, and distances in bits.
Pairs = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Costs:
    """What the steps of a search cost in nanoseconds, and how much is done at a time, as measured to be best.

    `compare` is the cost for two codes of one word, `look_up` that of finding the codes of a block's value, `candidate`
    that of comparing a word with one of them, `planning` that of a plan. A piece of `rows` codes, `candidates` pairs or
    `tile` (codes, codes) is large enough that threads work side by side, and small enough for the processor's cache.
    """

    compare: float = 0.4
    look_up: float = 6
    candidate: float = 7
    planning: float = 5e7
    rows: int = 2 ** 18
    candidates: int = 2 ** 19
    tile: tuple[int, int] = (64, 2 ** 12)
    most_look_ups: int = 20_000


MEASURED = Costs()


@dataclass(frozen=True)
class Task:
    """Codes of the left, shape (codes, words), to be paired with codes of the right, which may be the same ones."""

    left: np.ndarray
    right: np.ndarray
    is_self: bool
    limit: int
    costs: Costs = MEASURED

    @property
    def pairs(self) -> float:
        """The number of pairs that could be compared."""
        return len(self.left) * len(self.right) * (0.5 if self.is_self else 1)

    @property
    def distance_type(self) -> type:
        """The smallest type that holds any distance."""
        return np.uint8 if self.left.shape[1] <= BYTE_WORDS else np.uint16

    @property
    def first_words(self) -> int:
        """How many words of two candidates are compared first: in so many, most of those differ that are not near."""
        return max(1, self.left.shape[1] // 2)


def find_near_pairs(
    codes: np.ndarray, others: np.ndarray | None, limit: int, threads: int, collect: Callable[[Pairs], None],
    costs: Costs = MEASURED,
) -> None:
    """Call `collect` with all pairs within `limit` bits, some at a time, from several threads.

    Pairs are those of a code with another of `codes` (each once, the first place before the second), or if `others` is
    given, of a code with one of those.
    """
    right = codes if others is None else others
    if not len(codes) or not len(right):
        return
    # Words in which all codes are equal say nothing.
    words = sorted({bit // 64 for bit in varying_bits(codes, right)}) or [0]
    left = codes[:, words]
    task = Task(left, left if others is None else right[:, words], others is None, limit, costs)
    search = choose_search(task)
    with ThreadPoolExecutor(threads) as pool:
        for steps in search.rounds():
            # Reading the results raises what a step has raised.
            for _ in pool.map(lambda step: step(collect), steps):
                pass


# A step finds some of the pairs and hands them over. Those of a round may run at the same time.
Step = Callable[[Callable[[Pairs], None]], None]


class AllPairs:
    """Compares all codes with all."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.cost = task.pairs * task.left.shape[1] * task.costs.compare

    def rounds(self) -> Iterator[Iterable[Step]]:
        """Yield one round, with a step for some rows of codes each."""
        rows = self.task.costs.tile[0]
        yield [self._step(first) for first in range(0, len(self.task.left), rows)]

    def _step(self, first: int) -> Step:
        return lambda collect: self._compare_rows(first, collect)

    def _compare_rows(self, first: int, collect: Callable[[Pairs], None]) -> None:
        """Compare the codes from `first` on, as many as a tile has rows, with all others."""
        task, (height, width) = self.task, self.task.costs.tile
        rows = slice(first, first + height)
        for column in range(first if task.is_self else 0, len(task.right), width):
            columns = slice(column, column + width)
            distance = np.bitwise_count(task.left[rows, None, 0] ^ task.right[None, columns, 0])
            distance = distance.astype(task.distance_type, copy=False)
            for word in range(1, task.left.shape[1]):
                distance += np.bitwise_count(task.left[rows, None, word] ^ task.right[None, columns, word])
            near = np.flatnonzero(distance <= task.limit)
            if near.size:
                left, right = np.divmod(near, distance.shape[1])
                left, right, distance = left + first, right + column, distance.ravel()[near]
                if task.is_self:
                    keep = left < right
                    left, right, distance = left[keep], right[keep], distance[keep]
                collect((left, right, distance))


@dataclass(frozen=True)
class Block:
    """Some bits of a code, by their places, and in how many of them two codes that are compared may differ."""

    bits: tuple[int, ...]
    limit: int

    def values(self, codes: np.ndarray) -> np.ndarray:
        """Return these bits of each code as a number."""
        values = np.zeros(len(codes), np.uint32)
        for place, bit in enumerate(self.bits):
            word, shift = divmod(bit, 64)
            values |= ((codes[:, word] >> np.uint64(shift)) & np.uint64(1)).astype(np.uint32) << np.uint32(place)
        return values

    def words(self, width: int) -> np.ndarray:
        """Return the code, of `width` words, in which just these bits are set."""
        numbers = [sum(1 << bit % 64 for bit in self.bits if bit // 64 == word) for word in range(width)]
        return np.array(numbers, np.uint64)

    def masks(self) -> list[int]:
        """Return all differences of two values that are within the limit."""
        return [
            sum(1 << place for place in places)
            for count in range(self.limit + 1) for places in combinations(range(len(self.bits)), count)
        ]

    @property
    def mask_count(self) -> int:
        """The number of differences within the limit."""
        return sum(math.comb(len(self.bits), count) for count in range(self.limit + 1))


@dataclass(frozen=True)
class Index:
    """The codes of both sides in the order of a block's values, and where the codes of each value begin.

    `earlier` are the bits and the limits of the blocks before: what is near in one of those was found there.
    """

    earlier: list[tuple[np.ndarray, int]]
    left_order: np.ndarray
    left_values: np.ndarray
    left: np.ndarray
    right_order: np.ndarray
    right: np.ndarray
    starts: np.ndarray


class MultiIndex:
    """Compares the codes that are near in one of some blocks of bits."""

    def __init__(self, task: Task, blocks: list[Block], sample: np.ndarray) -> None:
        """The sample is some codes of the right, by which the cost is estimated."""
        self.task = task
        self.blocks = blocks
        self.cost = sum(block.mask_count * self._cost_of_mask(block, sample) for block in blocks)

    def rounds(self) -> Iterator[Iterable[Step]]:
        """Yield a round for each block, with a step for each difference of its values; one index is held at a time."""
        for number, block in enumerate(self.blocks):
            index = self._index(number)
            yield [self._step(index, mask) for mask in block.masks()]

    def _cost_of_mask(self, block: Block, sample: np.ndarray) -> float:
        """Return the cost of one difference, from the chance that two codes have the same value of the block."""
        task, costs = self.task, self.task.costs
        counts = np.unique(block.values(sample), return_counts=True)[1].astype(float)
        chance = (counts * (counts - 1)).sum() / len(sample) / max(1, len(sample) - 1)
        return len(task.left) * costs.look_up + task.pairs * chance * costs.candidate * task.first_words

    def _index(self, number: int) -> Index:
        """Sort the codes by a block."""
        task, block = self.task, self.blocks[number]
        values = block.values(task.right)
        right_order = np.argsort(values)
        right = np.ascontiguousarray(task.right[right_order].T)
        counts = np.bincount(values, minlength=1 << len(block.bits))
        starts = np.concatenate([[0], np.cumsum(counts)])
        left_order, left_values, left = right_order, values[right_order], right
        if not task.is_self:
            left_values = block.values(task.left)
            left_order = np.argsort(left_values)
            left_values, left = left_values[left_order], np.ascontiguousarray(task.left[left_order].T)
        earlier = [(before.words(task.left.shape[1]), before.limit) for before in self.blocks[:number]]
        return Index(earlier, left_order, left_values, left, right_order, right, starts)

    def _step(self, index: Index, mask: int) -> Step:
        return lambda collect: self._try_mask(index, mask, collect)

    def _try_mask(self, index: Index, mask: int, collect: Callable[[Pairs], None]) -> None:
        """Compare all codes with those whose value of the block differs in just the bits of the mask."""
        is_self = self.task.is_self
        # Of two values that differ, only the one without the highest bit of the difference looks up the other.
        highest = np.uint32(1 << mask.bit_length() >> 1) if is_self else np.uint32(0)
        for first in range(0, len(index.left_values), self.task.costs.rows):
            values = index.left_values[first:first + self.task.costs.rows]
            partners = values ^ np.uint32(mask)
            start, end = index.starts[partners], index.starts[partners + np.uint32(1)]
            if is_self and not mask:
                start = np.arange(first + 1, first + 1 + len(values))
            count = end - start
            if highest:
                count[(values & highest) != 0] = 0
            self._try_candidates(index, first, start, count, collect)

    def _try_candidates(
        self, index: Index, first: int, start: np.ndarray, count: np.ndarray, collect: Callable[[Pairs], None],
    ) -> None:
        """Compare each row from `first` on with `count` codes of the right from place `start` on."""
        bounds = cut_points(count, self.task.costs.candidates)
        for low, high in zip(bounds, bounds[1:]):
            counts = count[low:high]
            right = places_of_ranges(start[low:high], counts)
            distance = np.uint8(0)
            for word in range(self.task.first_words):
                difference = np.repeat(index.left[word, first + low:first + high], counts) ^ index.right[word][right]
                distance = np.bitwise_count(difference) + distance
            near = np.flatnonzero(distance <= self.task.limit)
            if near.size:
                left = np.repeat(np.arange(first + low, first + high), counts)[near]
                self._collect_near(index, left, right[near], collect)

    def _collect_near(
        self, index: Index, left: np.ndarray, right: np.ndarray, collect: Callable[[Pairs], None],
    ) -> None:
        """Hand over the pairs that are within the limit and were not found by an earlier block."""
        difference = index.left[:, left] ^ index.right[:, right]
        distance = np.bitwise_count(difference).sum(axis=0, dtype=self.task.distance_type)
        keep = distance <= self.task.limit
        for words, limit in index.earlier:
            keep &= np.bitwise_count(difference & words[:, None]).sum(axis=0) > limit
        left, right = index.left_order[left[keep]], index.right_order[right[keep]]
        if left.size:
            if self.task.is_self:
                left, right = np.minimum(left, right), np.maximum(left, right)
            collect((left, right, distance[keep]))


def choose_search(task: Task) -> AllPairs | MultiIndex:
    """Return the search of the least cost, as a sample of the codes shows it."""
    best: AllPairs | MultiIndex = AllPairs(task)
    if best.cost < task.costs.planning:
        return best
    bits = varying_bits(task.left, task.right)
    sample = task.right[::max(1, len(task.right) // SAMPLE)]
    for count in range(1, min(task.limit + 1, len(bits) // SMALLEST_BLOCK) + 1):
        blocks = deal_out(bits, count, task.limit)
        look_ups = sum(block.mask_count for block in blocks)
        if len(blocks[0].bits) <= LARGEST_BLOCK and look_ups <= task.costs.most_look_ups:
            best = min(best, MultiIndex(task, blocks, sample), key=lambda search: search.cost)
    return best


def varying_bits(*sides: np.ndarray) -> list[int]:
    """Return the bits in which not all codes are equal; the others say nothing."""
    first = sides[0][0]
    varying = np.zeros_like(first)
    for codes in sides:
        varying |= np.bitwise_or.reduce(codes ^ first, axis=0)
    return [bit for bit in range(64 * len(varying)) if int(varying[bit // 64]) >> bit % 64 & 1]


def deal_out(bits: list[int], count: int, limit: int) -> list[Block]:
    """Return `count` blocks with limits, so that two codes within `limit` are within the limit of at least one block.

    Neighbouring bits go to different blocks, so that codes which share a part differ in every block. Were all blocks of
    two codes beyond their limits, the codes would be `limit + 1` bits apart.
    """
    spare = limit + 1 - count
    return [Block(tuple(bits[number::count]), spare // count + (number < spare % count)) for number in range(count)]
