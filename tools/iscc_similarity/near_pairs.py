"""All pairs of codes within a Hamming distance: every one, and no other.

A code is a row of 64-bit words. Two ways lead to the same pairs, and the cheaper one is taken:

- comparing all with all;
- multi-index hashing (Norouzi, Punjani, Fleet: Fast exact search in Hamming space with multi-index hashing, 2014):
  the bits are dealt out to blocks; two codes within the limit are close in at least one block (pigeonhole principle),
  so the codes are sorted by each block, and compared with those whose block differs in few bits.
"""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ranges import cut_points, places_of_ranges

# What is done at a time, in codes or pairs: enough that threads work side by side, little enough for the cache.
ROWS = 2 ** 18
CANDIDATES = 2 ** 19
TILE = (64, 2 ** 12)
# Nanoseconds (measured): to compare two codes of one word; to find the codes of a block, to compare with one of them;
# to plan.
COMPARE, LOOK_UP, TRY = 0.4, 6, 7
PLANNING = 5 * 10 ** 7
# A table of all values of a block takes at most 64 MB.
LARGEST_BLOCK = 24
# With smaller blocks the codes of a block's value are too many.
SMALLEST_BLOCK = 8
MOST_LOOK_UPS = 20_000
SAMPLE = 2 ** 16

# Places in the first and in the second array of codes, and distances.
Pairs = tuple[np.ndarray, np.ndarray, np.ndarray]


def find_near_pairs(
    codes: np.ndarray, others: np.ndarray | None, limit: int, threads: int, collect: Callable[[Pairs], None],
) -> None:
    """Call `collect` with all pairs within `limit` bits, some at a time, from several threads.

    Pairs are those of a code with another of `codes` (each once, the first place before the second), or if `others` is
    given, of a code with one of those.
    """
    if not len(codes) or others is not None and not len(others):
        return
    # Words in which all codes are equal say nothing.
    words = sorted({bit // 64 for bit in _varying_bits(codes, codes if others is None else others)}) or [0]
    left = codes[:, words]
    search = _Search(left, left if others is None else others[:, words], others is None, limit, collect)
    blocks = search.plan()
    with ThreadPoolExecutor(threads) as pool:
        if blocks is None:
            steps = range(0, len(search.left), TILE[0])
            _wait_for(pool.map(search.compare_rows, steps))
            return
        for number in range(len(blocks)):
            index = search.index(blocks, number)
            _wait_for(pool.map(lambda mask: search.try_mask(index, mask), blocks[number].masks()))


def _wait_for(results: Iterator[None]) -> None:
    for _ in results:
        pass


@dataclass(frozen=True)
class Block:
    """Some bits of a code, by their places, and in how many of them two codes that are compared may differ."""

    bits: tuple[int, ...]
    limit: int

    def values(self, codes: np.ndarray) -> np.ndarray:
        """Give these bits of each code as a number."""
        values = np.zeros(len(codes), np.uint32)
        for place, bit in enumerate(self.bits):
            word, shift = divmod(bit, 64)
            values |= ((codes[:, word] >> np.uint64(shift)) & np.uint64(1)).astype(np.uint32) << np.uint32(place)
        return values

    def words(self, width: int) -> np.ndarray:
        """Give the code in which just these bits are set."""
        numbers = [sum(1 << bit % 64 for bit in self.bits if bit // 64 == word) for word in range(width)]
        return np.array(numbers, np.uint64)

    def masks(self) -> list[int]:
        """Give all differences of two numbers that are within the limit."""
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


@dataclass
class _Search:
    """One search: codes of the left are paired with codes of the right, which may be the same ones."""

    left: np.ndarray
    right: np.ndarray
    is_self: bool
    limit: int
    collect: Callable[[Pairs], None]

    def plan(self) -> list[Block] | None:
        """Choose the blocks for the least work, as a sample of the codes shows it; None if that is comparing all."""
        width = self.left.shape[1]
        varying = _varying_bits(self.left, self.right)
        share = 0.5 if self.is_self else 1
        least, best = share * len(self.left) * len(self.right) * width * COMPARE, None
        if least < PLANNING:
            return None
        sample = self.right[::max(1, len(self.right) // SAMPLE)]
        for count in range(1, min(self.limit + 1, len(varying) // SMALLEST_BLOCK) + 1):
            blocks = _blocks(varying, count, self.limit)
            look_ups = sum(block.mask_count for block in blocks)
            if len(blocks[0].bits) > LARGEST_BLOCK or look_ups > MOST_LOOK_UPS:
                continue
            cost = 0.0
            for block in blocks:
                counts = np.unique(block.values(sample), return_counts=True)[1].astype(float)
                # The chance that two codes have the same value of the block.
                chance = (counts * (counts - 1)).sum() / len(sample) / max(1, len(sample) - 1)
                tried = len(self.left) * (LOOK_UP + share * len(self.right) * chance * TRY)
                cost += block.mask_count * tried
            if cost < least:
                least, best = cost, blocks
        return best

    def compare_rows(self, first: int) -> None:
        """Compare some codes with all others."""
        rows = slice(first, first + TILE[0])
        for column in range(first if self.is_self else 0, len(self.right), TILE[1]):
            columns = slice(column, column + TILE[1])
            distance = np.bitwise_count(self.left[rows, None, 0] ^ self.right[None, columns, 0])
            for word in range(1, self.left.shape[1]):
                distance += np.bitwise_count(self.left[rows, None, word] ^ self.right[None, columns, word])
            found = np.flatnonzero(distance <= self.limit)
            if found.size:
                left, right = np.divmod(found, distance.shape[1])
                left, right, distance = left + first, right + column, distance.ravel()[found]
                if self.is_self:
                    keep = left < right
                    left, right, distance = left[keep], right[keep], distance[keep]
                self.collect((left, right, distance))

    def index(self, blocks: list[Block], number: int) -> Index:
        """Sort the codes by a block."""
        block, width = blocks[number], self.left.shape[1]
        values = block.values(self.right)
        right_order = np.argsort(values)
        right = np.ascontiguousarray(self.right[right_order].T)
        counts = np.bincount(values, minlength=1 << len(block.bits))
        starts = np.concatenate([[0], np.cumsum(counts)])
        left_order, left_values, left = right_order, values[right_order], right
        if not self.is_self:
            left_values = block.values(self.left)
            left_order = np.argsort(left_values)
            left_values, left = left_values[left_order], np.ascontiguousarray(self.left[left_order].T)
        earlier = [(block.words(width), block.limit) for block in blocks[:number]]
        return Index(earlier, left_order, left_values, left, right_order, right, starts)

    def try_mask(self, index: Index, mask: int) -> None:
        """Compare all codes with those whose value of the block differs in just the bits of the mask."""
        # Of two values that differ, only the one without the highest bit of the difference looks up the other.
        highest = np.uint32(1 << mask.bit_length() >> 1) if self.is_self else np.uint32(0)
        for first in range(0, len(index.left_values), ROWS):
            values = index.left_values[first:first + ROWS]
            partners = values ^ np.uint32(mask)
            start, end = index.starts[partners], index.starts[partners + np.uint32(1)]
            if self.is_self and not mask:
                start = np.arange(first + 1, first + 1 + len(values))
            count = end - start
            if highest:
                count[(values & highest) != 0] = 0
            self._try_candidates(index, first, start, count)

    def _try_candidates(self, index: Index, first: int, start: np.ndarray, count: np.ndarray) -> None:
        """Compare each row from `first` on with `count` codes of the right from place `start` on."""
        bounds = cut_points(count, CANDIDATES)
        for low, high in zip(bounds, bounds[1:]):
            counts = count[low:high]
            right = places_of_ranges(start[low:high], counts)
            difference = np.repeat(index.left[0, first + low:first + high], counts) ^ index.right[0][right]
            near = np.flatnonzero(np.bitwise_count(difference) <= self.limit)
            if not near.size:
                continue
            left = np.repeat(np.arange(first + low, first + high), counts)[near]
            self._keep_near(index, left, right[near])

    def _keep_near(self, index: Index, left: np.ndarray, right: np.ndarray) -> None:
        """Hand over the pairs that are within the limit and were not found by an earlier block."""
        difference = index.left[:, left] ^ index.right[:, right]
        distance = np.bitwise_count(difference).sum(axis=0, dtype=np.uint8)
        keep = distance <= self.limit
        for words, limit in index.earlier:
            keep &= np.bitwise_count(difference & words[:, None]).sum(axis=0) > limit
        left, right = index.left_order[left[keep]], index.right_order[right[keep]]
        if left.size:
            if self.is_self:
                left, right = np.minimum(left, right), np.maximum(left, right)
            self.collect((left, right, distance[keep]))


def _varying_bits(*sides: np.ndarray) -> list[int]:
    """Give the bits in which not all codes are equal; the others say nothing."""
    first = sides[0][0]
    varying = np.zeros_like(first)
    for codes in sides:
        varying |= np.bitwise_or.reduce(codes ^ first, axis=0)
    return [bit for bit in range(64 * len(varying)) if int(varying[bit // 64]) >> bit % 64 & 1]


def _blocks(bits: list[int], count: int, limit: int) -> list[Block]:
    """Deal out bits to blocks, and the limit so that two codes within it are within the limit of at least one block.

    Neighbouring bits go to different blocks, so that codes which share a part differ in every block. Were all blocks of
    two codes beyond their limits, the codes would be `limit + 1` bits apart.
    """
    spare = limit + 1 - count
    return [Block(tuple(bits[number::count]), spare // count + (number < spare % count)) for number in range(count)]
