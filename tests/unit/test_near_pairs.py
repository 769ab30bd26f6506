"""The search for near pairs, against brute force: every pair within the limit, and no other, each once."""

import subprocess
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

from iscc_galaxy.similarity.near_pairs import BACK_ENDS, choose_plan, find_near_pairs, task_of
from iscc_galaxy.similarity.search.blocks import deal_out
from iscc_galaxy.similarity.search.compiled_back_end import CompiledBackEnd
from iscc_galaxy.similarity.search.numpy_back_end import NumpyBackEnd
from iscc_galaxy.similarity.search.plans import BackEnd, Pairs, Task


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
    codes: np.ndarray, others: np.ndarray | None, limit: int, back_end: BackEnd, threads: int = 2,
) -> list[tuple[int, int, int]]:
    found, lock = [], threading.Lock()

    def collect(pairs: Pairs) -> None:
        with lock:
            found.extend(zip(*(each.tolist() for each in pairs)))

    find_near_pairs(codes, others, limit, threads, collect, (back_end,))
    return sorted(found)


def brute_force(codes: np.ndarray, others: np.ndarray | None, limit: int) -> list[tuple[int, int, int]]:
    apart = np.bitwise_count(codes[:, None] ^ (codes if others is None else others)[None]).sum(axis=-1)
    pairs = np.argwhere(apart <= limit).tolist()
    return [(one, other, apart[one, other]) for one, other in pairs if others is not None or one < other]


def ways(**sizes: object) -> pytest.MarkDecorator:
    """Run a test in all ways: comparing all pairs, where that costs nothing, and an index, where it costs too much."""
    return pytest.mark.parametrize('back_end', [
        pytest.param(make(replace(costs, compare=compare, most_masks=300, **sizes)), id=f'{make.__name__}, {name}')
        for make, costs in ((NumpyBackEnd, NumpyBackEnd().costs), (CompiledBackEnd, CompiledBackEnd().costs))
        for compare, name in ((0, 'all pairs'), (1e12, 'index'))
    ])


@ways()
@pytest.mark.parametrize('width, step', [(1, 1), (2, 1), (4, 8)])
@pytest.mark.parametrize('make', KINDS)
def test_every_threshold_against_brute_force(back_end, make, width, step):
    random = np.random.default_rng(width)
    codes, others = make(random, width, 40), make(random, width, 20)
    others[:10] = with_bits_flipped(random, codes[:10], 12)
    # As far apart as codes can be.
    others[10] = ~codes[10]
    codes[11] = ~codes[10]
    for limit in [*range(0, 64 * width, step), 64 * width - 1, 64 * width]:
        assert search(codes, None, limit, back_end) == brute_force(codes, None, limit)
        assert search(codes, others, limit, back_end) == brute_force(codes, others, limit)


@ways(rows=30, pairs=30, tile=(7, 30))
@pytest.mark.parametrize('threads, width', [(1, 2), (2, 2), (5, 2), (2, 4)])
@pytest.mark.parametrize('make', KINDS)
def test_larger_sets_in_small_pieces(back_end, make, threads, width):
    """Pieces of a few codes and pairs give the same pairs as large ones."""
    random = np.random.default_rng(threads)
    codes = make(random, width, 300)
    for limit in (0, 5, 12):
        assert search(codes, None, limit, back_end, threads) == brute_force(codes, None, limit)
        assert search(codes[:100], codes[100:], limit, back_end, threads) == brute_force(
            codes[:100], codes[100:], limit)


@ways()
@pytest.mark.parametrize('counts', [(0, None), (1, None), (0, 0), (0, 3), (3, 0), (1, 1)])
def test_few_codes(back_end, counts):
    random = np.random.default_rng(0)
    codes, others = (None if count is None else random_codes(random, 2, count) for count in counts)
    assert search(codes, others, 128, back_end) == brute_force(codes, others, 128)


@pytest.mark.parametrize('back_end', BACK_ENDS)
def test_an_error_in_a_thread_is_not_lost(back_end):
    def collect(pairs: Pairs) -> None:
        raise MemoryError
    for count in (10, 3000):
        with pytest.raises(MemoryError):
            find_near_pairs(equal_codes(np.random.default_rng(0), 2, count), None, 12, 2, collect, (back_end,))


@pytest.mark.parametrize('make, is_index', [
    (random_codes, True), (codes_that_share_a_half, True), (codes_in_a_ball, False),
])
@pytest.mark.parametrize('back_end', BACK_ENDS)
def test_the_cheaper_way_is_chosen(make, is_index, back_end):
    codes = make(np.random.default_rng(0), 2, 30_000)
    plan = choose_plan(task_of(codes, None, 12), 2, (back_end,))
    assert bool(plan.blocks[0].bits) is is_index


@pytest.mark.parametrize('count, limit, back_end', [
    (1000, 12, NumpyBackEnd), (30_000, 12, NumpyBackEnd), (10_000, 48, NumpyBackEnd), (1_000_000, 12, CompiledBackEnd),
    (300_000, 32, CompiledBackEnd),
])
def test_the_compiler_is_started_where_it_pays(count, limit, back_end):
    plan = choose_plan(task_of(random_codes(np.random.default_rng(0), 2, count), None, limit), 2, BACK_ENDS)
    assert isinstance(plan.back_end, back_end)


def test_a_small_search_does_not_import_the_compiler():
    program = (
        'import sys, numpy; from iscc_galaxy.similarity.near_pairs import find_near_pairs; '
        'find_near_pairs(numpy.arange(2000, dtype=numpy.uint64).reshape(1000, 2), None, 12, 2, print); '
        'assert "numba" not in sys.modules'
    )
    subprocess.run([sys.executable, '-c', program], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize('limit', range(0, 129, 7))
@pytest.mark.parametrize('count', [1, 5, 128])
def test_two_codes_within_the_limit_are_near_in_a_block(limit, count):
    """The pigeonhole principle: the limits of the blocks, each raised by one, add up to more than the limit."""
    if count > limit + 1:
        return
    blocks = deal_out(list(range(128)), count, limit)
    assert sum(block.limit + 1 for block in blocks) == limit + 1
    assert sorted(bit for block in blocks for bit in block.bits) == list(range(128))


@pytest.mark.parametrize('words, limit', [(2, 12), (2, 22), (2, 32), (3, 40), (4, 48), (4, 64), (4, 90), (1, 40)])
def test_numpy_compares_so_many_words_first_that_few_candidates_are_left(words, limit):
    """With fewer, it would compare most candidates twice; with more, it would do in vain what one word tells."""
    codes = np.random.default_rng(1).integers(0, 2 ** 64, (words, 4000), dtype=np.uint64)
    compared = NumpyBackEnd().compared_words(Task(codes, codes, True, limit))
    differing = np.bitwise_count(codes[:compared, ::2] ^ codes[:compared, 1::2]).sum(axis=0, dtype=int)
    assert compared == words or (differing <= limit).mean() < 0.02
    fewer = np.bitwise_count(codes[:compared - 1, ::2] ^ codes[:compared - 1, 1::2]).sum(axis=0, dtype=int)
    assert compared == 1 or (fewer <= limit).mean() > 0.001
