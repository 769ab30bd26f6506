"""The search for similar codes, beside the search by numpy alone, and beside faiss: seconds, ratios, peak memory.

Each measurement is a process of its own on two threads, made codes included in its memory, but not in its seconds. What
would take too long is measured for some codes against all, and scaled up.
"""

import subprocess
import sys
import time
from collections.abc import Callable

import faiss
import numpy as np

from iscc_galaxy.similarity.arrays import different_rows
from iscc_galaxy.similarity.near_pairs import BACK_ENDS, choose_plan, find_near_pairs, task_of
from iscc_galaxy.similarity.search.numpy_back_end import NumpyBackEnd
from iscc_galaxy.similarity.search.plans import BackEnd, Pairs
from measuring import plot, print_table

THREADS = 2
# More pairs than these are not all compared one by one by numpy, and faiss looks for no longer.
MOST_PAIRS = 10 ** 10
MOST_SECONDS = 20
LOOKED_UP_AT_A_TIME = 100
# A method that takes longer than these seconds is stopped.
PATIENCE = 120
# Bits, threshold: hashes of faiss, and bits that are flipped in each, with which it misses no pair.
MULTI_HASH = {(128, 12): (7, 1), (128, 32): (11, 2), (256, 48): (17, 2)}
# Codes, bits, kind, threshold.
CASES = [
    *((count, 128, kind, 12) for kind in ('random', 'clustered', 'equal in tens', 'skewed') for count in (
        10 ** 3, 10 ** 4, 10 ** 5, 10 ** 6)),
    (10 ** 7, 128, 'random', 12),
    *((count, 128, 'random', 32) for count in (10 ** 3, 10 ** 4, 10 ** 5, 10 ** 6)),
    *((count, 256, 'random', 48) for count in (10 ** 3, 10 ** 4, 10 ** 5)),
]


def make_codes(count: int, bits: int, kind: str) -> np.ndarray:
    random = np.random.default_rng(1)
    codes = random.integers(0, 2 ** 64, (count, bits // 64), dtype=np.uint64)
    if kind == 'equal in tens':
        return np.repeat(codes[:count // 10], 10, axis=0)
    if kind == 'clustered':
        # Ten codes around each centre, up to four bits away from it.
        codes = np.repeat(codes[:count // 10], 10, axis=0)
        for _ in range(4):
            bit = random.integers(0, bits, len(codes))
            codes[np.arange(len(codes)), bit // 64] ^= np.uint64(1) << (bit % 64).astype(np.uint64)
    if kind == 'skewed':
        codes[:, 0] = codes[0, 0]
    return codes


# The seconds of a method, scaled up to all codes, and the share of the codes for which they were measured.
Done = tuple[float, float]


def search(codes: np.ndarray, limit: int, back_ends: tuple[BackEnd, ...] = BACK_ENDS) -> Done:
    """Search as the tools do."""
    begin = time.perf_counter()
    plan = choose_plan(task_of(codes, None, limit), THREADS, back_ends)
    compares_all = not plan.blocks[0].bits and isinstance(plan.back_end, NumpyBackEnd)
    share = min(1, MOST_PAIRS / len(codes) ** 2) if compares_all else 1
    if share == 1:
        find_near_pairs(codes, None, limit, THREADS, ignore, back_ends)
    else:
        find_near_pairs(codes[:int(share * len(codes))], codes, limit, THREADS, ignore, back_ends)
        # Both codes of a pair look for each other.
        share *= 2
    return (time.perf_counter() - begin) / share, share


def ignore(pairs: Pairs) -> None:
    """Take pairs that are found."""


def search_by_numpy(codes: np.ndarray, limit: int) -> Done:
    """Search without the compiled loops."""
    return search(codes, limit, (NumpyBackEnd(),))


def faiss_flat(codes: np.ndarray, limit: int) -> Done:
    """Compare all with all in faiss, which finds each pair twice, and each code itself."""
    return _range_search(faiss.IndexBinaryFlat(64 * codes.shape[1]), codes, limit)


def faiss_multi_hash(codes: np.ndarray, limit: int) -> Done:
    """Look up all codes in several hashes of faiss."""
    bits = 64 * codes.shape[1]
    hashes, flipped = MULTI_HASH[bits, limit]
    index = faiss.IndexBinaryMultiHash(bits, hashes, bits // hashes)
    index.nflip = flipped
    return _range_search(index, codes, limit)


def _range_search(index: faiss.IndexBinary, codes: np.ndarray, limit: int) -> Done:
    """Look for what is near the codes, for all or for some seconds."""
    faiss.omp_set_num_threads(THREADS)
    begin = time.perf_counter()
    index.add(codes.view(np.uint8))
    added, done = time.perf_counter(), 0
    while done < len(codes) and time.perf_counter() - added < MOST_SECONDS:
        index.range_search(codes[done:done + LOOKED_UP_AT_A_TIME].view(np.uint8), limit + 1)
        done = min(done + LOOKED_UP_AT_A_TIME, len(codes))
    share = done / len(codes)
    return added - begin + (time.perf_counter() - added) / share, share


def prepare(codes: np.ndarray, limit: int) -> float:
    """Return the seconds in which the search gets ready: those of the compiler, where it is used."""
    plan = choose_plan(task_of(codes, None, limit), THREADS, BACK_ENDS)
    begin = time.perf_counter()
    plan.back_end.prepare(plan.task.words)
    return time.perf_counter() - begin


METHODS: dict[str, Callable[[np.ndarray, int], Done]] = {
    'search': search, 'numpy': search_by_numpy, 'faiss flat': faiss_flat, 'faiss multi-hash': faiss_multi_hash}


def measure(case: tuple[int, int, str, int], method: str) -> list[float] | None:
    """Return the seconds (scaled up), the share that was done, the seconds to get ready, and the peak memory (MB).

    Return None for a method that was stopped.
    """
    command = [sys.executable, __file__, *map(str, case), method]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=PATIENCE,
            env={'PYTHONPATH': ':'.join(sys.path)})
    except subprocess.TimeoutExpired:
        return None
    return list(map(float, done.stdout.split()))


def measured_here(count: int, bits: int, kind: str, limit: int, method: str) -> None:
    # The tools take equal codes together.
    codes, _ = different_rows(make_codes(count, bits, kind))
    ready = prepare(codes, limit) if method == 'search' else 0
    seconds, share = METHODS[method](codes, limit)
    memory = next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM')) // 1024
    print(seconds, share, ready, memory)


def ratio(result: list[float] | None, own: float) -> str:
    """Return how many times as long as the search itself a method takes, in words."""
    if result is None:
        return f'over {PATIENCE / own:.0f}'
    seconds, share, *_ = result
    times = seconds / own
    return f'{times:.{1 if times < 10 else 0}f}{" (scaled)" if share != 1 else ""}'


def main() -> None:
    rows = []
    growth: dict[str, list[tuple[float, float]]] = {}
    for case in CASES:
        count, bits, kind, limit = case
        results = {method: measure(case, method) for method in METHODS}
        own, _, ready, memory = results['search']
        rows.append([
            f'{count:.0e}'.replace('e+0', 'e'), str(bits), kind, str(limit), f'{own:.2f}', f'{ready:.1f}',
            f'{memory:.0f}', *(ratio(result, own) for result in list(results.values())[1:]),
        ])
        growth.setdefault(f'{kind}, {limit} of {bits} bits', []).append((count, own + ready))
        print(' '.join(rows[-1]), file=sys.stderr, flush=True)
    print_table(f'All pairs of codes within a threshold, {THREADS} threads; other searches: times as long', [
        'Codes', 'Bits', 'Kind', 'Threshold', 'Seconds', 'and for the compiler', 'Memory (MB)', 'numpy alone',
        'faiss IndexBinaryFlat', 'faiss IndexBinaryMultiHash',
    ], rows)
    plot('search_pairs', ('Codes', 'Seconds, with those of the compiler'), growth)


if __name__ == '__main__':
    if len(sys.argv) > 1:
        count, bits, kind, limit, method = sys.argv[1:]
        measured_here(int(count), int(bits), kind, int(limit), method)
    else:
        main()
