"""The search for near pairs, against brute force: every pair within the limit, and no other, each once."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from iscc_galaxy.similarity.near_pairs import (
    AllPairs, choose_search, Costs, deal_out, find_near_pairs, MEASURED, MultiIndex, Pairs, Task,
)


def random_codes(random: np.random.Generator, width: int, count: int) -> np.ndarray:
    return random.integers(0, 2 ** 64, (count, width), dtype=np.uint64)


def with_bits_flipped(random: np.random.Generator, codes: np.ndarray, most: int) -> np.ndarray:
    """Change up to `most` bits of each code."""
    changed = codes.copy()
    for code in changed:
        for bit in random.choice(64 * len(code), random.integers(0, most + 1), replace=False):
            code[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    return changed


def clustered_codes(random: np.random.Generator, width: int, count: int) -> np.ndarray:
    centres = random_codes(random, width, 6)
    return with_bits_flipped(random, centres[random.integers(0, 6, count)], 20 * width)


def codes_in_a_ball(random: np.random.Generator, width: int, count: int) -> np.ndarray:
    """Codes that all differ in few bits of their first word, and one far away."""
    codes = np.repeat(random_codes(random, width, 1), count, axis=0)
    codes[:, :1] = with_bits_flipped(random, codes[:, :1], 9)
    codes[-1] = ~codes[-1]
    return codes


def codes_that_share_a_half(random: np.random.Generator, width: int, count: int) -> np.ndarray:
    codes = with_bits_flipped(random, random_codes(random, width, count), 64)
    codes &= np.uint64(0xffffffff)
    return codes


def equal_codes(random: np.random.Generator, width: int, count: int) -> np.ndarray:
    return np.repeat(random_codes(random, width, 2), count // 2, axis=0)


KINDS = [random_codes, clustered_codes, codes_in_a_ball, codes_that_share_a_half, equal_codes]


def search(
    codes: np.ndarray, others: np.ndarray | None, limit: int, costs: Costs = MEASURED, threads: int = 2,
) -> list[tuple[int, int, int]]:
    found, lock = [], threading.Lock()

    def collect(pairs: Pairs) -> None:
        with lock:
            found.extend(zip(*(each.tolist() for each in pairs)))

    find_near_pairs(codes, others, limit, threads, collect, costs)
    return sorted(found)


def brute_force(codes: np.ndarray, others: np.ndarray | None, limit: int) -> list[tuple[int, int, int]]:
    apart = np.bitwise_count(codes[:, None] ^ (codes if others is None else others)[None]).sum(axis=-1)
    pairs = np.argwhere(apart <= limit).tolist()
    return [(one, other, apart[one, other]) for one, other in pairs if others is not None or one < other]


# Nanoseconds to compare two codes: at 0 all are compared with all, at the most the index is used wherever it can be.
EXTREMES = [Costs(compare=0, most_look_ups=300), Costs(compare=1e12, most_look_ups=300)]
in_both_ways = pytest.mark.parametrize('costs', EXTREMES, ids=['all pairs', 'index'])


@in_both_ways
@pytest.mark.parametrize('width, step', [(1, 1), (2, 1), (4, 8)])
@pytest.mark.parametrize('make', KINDS)
def test_every_threshold_against_brute_force(costs, make, width, step):
    random = np.random.default_rng(width)
    codes, others = make(random, width, 40), make(random, width, 20)
    others[:10] = with_bits_flipped(random, codes[:10], 12)
    # As far apart as codes can be.
    others[10] = ~codes[10]
    codes[11] = ~codes[10]
    for limit in [*range(0, 64 * width, step), 64 * width - 1, 64 * width]:
        assert search(codes, None, limit, costs) == brute_force(codes, None, limit)
        assert search(codes, others, limit, costs) == brute_force(codes, others, limit)


@in_both_ways
@pytest.mark.parametrize('threads, width', [(1, 2), (2, 2), (5, 2), (2, 4)])
@pytest.mark.parametrize('make', KINDS)
def test_larger_sets_in_small_pieces(costs, make, threads, width):
    """Pieces of a few codes and candidates give the same pairs as large ones."""
    costs = replace(costs, rows=100, candidates=50, tile=(7, 100))
    random = np.random.default_rng(threads)
    codes = make(random, width, 1000)
    for limit in (0, 5, 12):
        assert search(codes, None, limit, costs, threads) == brute_force(codes, None, limit)
        assert search(codes[:300], codes[300:], limit, costs, threads) == brute_force(
            codes[:300], codes[300:], limit)


@in_both_ways
@pytest.mark.parametrize('counts', [(0, None), (1, None), (0, 0), (0, 3), (3, 0), (1, 1)])
def test_few_codes(costs, counts):
    random = np.random.default_rng(0)
    codes, others = (None if count is None else random_codes(random, 2, count) for count in counts)
    assert search(codes, others, 128, costs) == brute_force(codes, others, 128)


def test_an_error_in_a_thread_is_not_lost():
    def collect(pairs: Pairs) -> None:
        raise MemoryError
    for count in (10, 3000):
        with pytest.raises(MemoryError):
            find_near_pairs(equal_codes(np.random.default_rng(0), 2, count), None, 12, 2, collect)


@pytest.mark.parametrize('make, is_index', [
    (random_codes, True), (codes_that_share_a_half, True), (codes_in_a_ball, False),
])
def test_the_cheaper_way_is_chosen(make, is_index):
    codes = make(np.random.default_rng(0), 2, 30_000)
    assert isinstance(choose_search(Task(codes, codes, True, 12)), MultiIndex if is_index else AllPairs)


@pytest.mark.parametrize('limit', range(0, 129, 7))
@pytest.mark.parametrize('count', [1, 5, 128])
def test_two_codes_within_the_limit_are_near_in_a_block(limit, count):
    """The pigeonhole principle: the limits of the blocks, each raised by one, add up to more than the limit."""
    if count > limit + 1:
        return
    blocks = deal_out(list(range(128)), count, limit)
    assert sum(block.limit + 1 for block in blocks) == limit + 1
    assert sorted(bit for block in blocks for bit in block.bits) == list(range(128))
