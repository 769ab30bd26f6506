"""Blocks of bits: two codes that are near are near in one of them, so that few codes need be compared.

Norouzi, Punjani, Fleet: Fast exact search in Hamming space with multi-index hashing, 2014.
"""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np


@dataclass(frozen=True)
class Block:
    """Some bits of a code, by their places, and in how many of them two codes that are compared may differ.

    A block without bits has one value: all codes are compared with all.
    """

    bits: tuple[int, ...]
    limit: int

    def values(self, codes: np.ndarray) -> np.ndarray:
        """Return these bits of each code as a number; codes have the shape (words, codes)."""
        values = np.zeros(codes.shape[1], np.uint32)
        for place, bit in enumerate(self.bits):
            word, shift = divmod(bit, 64)
            values |= ((codes[word] >> np.uint64(shift)) & np.uint64(1)).astype(np.uint32) << np.uint32(place)
        return values

    def chance(self, codes: np.ndarray) -> float:
        """Return how likely it is that two of the codes have the same value."""
        counts = np.unique(self.values(codes), return_counts=True)[1].astype(float)
        return (counts * (counts - 1)).sum() / codes.shape[1] / max(1, codes.shape[1] - 1)

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


def varying_bits(*sides: np.ndarray) -> list[int]:
    """Return the bits in which not all codes are equal; the others say nothing. Sides have the shape (words, codes)."""
    first = sides[0][:, :1]
    varying = np.zeros(len(first), np.uint64)
    for codes in sides:
        varying |= np.bitwise_or.reduce(codes ^ first, axis=1)
    return [bit for bit in range(64 * len(varying)) if int(varying[bit // 64]) >> bit % 64 & 1]


def deal_out(bits: list[int], count: int, limit: int) -> list[Block]:
    """Return `count` blocks with limits, so that two codes within `limit` are within the limit of at least one block.

    Neighbouring bits go to different blocks, so that codes which share a part differ in every block. Were all blocks of
    two codes beyond their limits, the codes would be `limit + 1` bits apart (pigeonhole principle).
    """
    spare = limit + 1 - count
    return [Block(tuple(bits[number::count]), spare // count + (number < spare % count)) for number in range(count)]
