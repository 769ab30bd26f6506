"""The search for similar codes against brute force in numpy and in faiss: seconds, ratios, peak memory.

Each measurement is a process of its own on two threads, made codes included in its memory, but not in its seconds. From
1e6 codes on, brute force (and the search at a threshold where it compares all with all) is measured for 10,000 codes
against all, and scaled up.
"""

import subprocess
import sys
import threading
import time

import faiss
import numpy as np

from iscc_galaxy.similarity.arrays import different_rows
from iscc_galaxy.similarity.near_pairs import Costs, find_near_pairs, MEASURED, Pairs
from measuring import plot, print_table

THREADS = 2
QUERIES = 10_000
LARGEST_WHOLE = 100_000
LARGEST_INDEXED = 20
CASES = [
    *((kind, count, 12) for kind in ('random', 'clustered', 'equal in tens', 'skewed') for count in (
        10 ** 3, 10 ** 4, 10 ** 5, 10 ** 6)),
    ('random', 10 ** 7, 12),
    *((kind, count, 32) for kind in ('random', 'clustered') for count in (10 ** 3, 10 ** 4, 10 ** 5, 10 ** 6)),
]


def make_codes(kind: str, count: int) -> np.ndarray:
    """Make codes of 128 bits."""
    random = np.random.default_rng(1)
    codes = random.integers(0, 2 ** 64, (count, 2), dtype=np.uint64)
    if kind == 'equal in tens':
        return np.repeat(codes[:count // 10], 10, axis=0)
    if kind == 'clustered':
        # Ten codes around each centre, up to four bits away from it.
        codes = np.repeat(codes[:count // 10], 10, axis=0)
        for _ in range(4):
            bits = random.integers(0, 128, len(codes))
            codes[np.arange(len(codes)), bits // 64] ^= np.uint64(1) << (bits % 64).astype(np.uint64)
    if kind == 'skewed':
        codes[:, 0] = codes[0, 0]
    return codes


def search(codes: np.ndarray, limit: int) -> tuple[float, int]:
    """Search as the tool does; return the factor to scale up with, and the pairs of different codes."""
    codes, _ = different_rows(codes)
    # Above, the search compares all with all.
    queries = None if limit <= LARGEST_INDEXED else sample(codes)
    return collected(codes if queries is None else queries, None if queries is None else codes, limit, len(codes))


def brute_force(codes: np.ndarray, limit: int) -> tuple[float, int]:
    """Compare all with all in numpy, in the same tiles."""
    queries = sample(codes)
    return collected(
        codes if queries is None else queries, None if queries is None else codes, limit, len(codes), Costs(compare=0))


def faiss_flat(codes: np.ndarray, limit: int) -> tuple[float, int]:
    """Compare all with all in faiss, which finds each pair twice, and each code itself."""
    faiss.omp_set_num_threads(THREADS)
    index = faiss.IndexBinaryFlat(128)
    index.add(codes.view(np.uint8).reshape(len(codes), 16))
    queries = codes[:QUERIES] if len(codes) > LARGEST_WHOLE else codes
    found = 0
    for first in range(0, len(queries), 1000):
        part = queries[first:first + 1000]
        limits, _, _ = index.range_search(part.view(np.uint8).reshape(len(part), 16), limit + 1)
        found += int(limits[-1])
    return len(codes) / len(queries), (found - len(queries)) // 2


def sample(codes: np.ndarray) -> np.ndarray | None:
    """Return the codes to compare with all, where comparing all with all would take too long."""
    return codes[:QUERIES].copy() if len(codes) > LARGEST_WHOLE else None


def collected(
    codes: np.ndarray, others: np.ndarray | None, limit: int, count: int, costs: Costs = MEASURED,
) -> tuple[float, int]:
    found, lock = [0], threading.Lock()

    def collect(pairs: Pairs) -> None:
        with lock:
            found[0] += len(pairs[0])

    find_near_pairs(codes, others, limit, THREADS, collect, costs)
    return 1 if others is None else count / len(codes) / 2, found[0]


METHODS = {'search': search, 'numpy': brute_force, 'faiss': faiss_flat}


def measure(kind: str, count: int, limit: int, method: str) -> tuple[float, float, int, int]:
    """Measure in a new process: seconds (scaled up), the factor, the pairs found, and the peak memory (MB)."""
    command = [sys.executable, __file__, kind, str(count), str(limit), method]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={'PYTHONPATH': ':'.join(sys.path)})
    seconds, factor, pairs, memory = done.stdout.split()
    return float(seconds), float(factor), int(pairs), int(memory)


def measured_here(kind: str, count: int, limit: int, method: str) -> None:
    codes = make_codes(kind, count)
    begin = time.perf_counter()
    factor, pairs = METHODS[method](codes, limit)
    seconds = (time.perf_counter() - begin) * factor
    memory = next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM')) // 1024
    print(seconds, factor, pairs, memory)


def main() -> None:
    rows = []
    growth: dict[str, list[tuple[float, float]]] = {}
    for kind, count, limit in CASES:
        results = {method: measure(kind, count, limit, method) for method in METHODS}
        own, factor, pairs, memory = results['search']
        marks = {method: ' (scaled)' if result[1] > 1 else '' for method, result in results.items()}
        rows.append([
            f'{count:.0e}'.replace('e+0', 'e'), kind, str(limit), f'{own:.2f}{marks["search"]}', str(memory),
            *(f'{results[method][0] / own:.3g}{marks[method]}' for method in ('numpy', 'faiss')),
        ])
        growth.setdefault(f'{kind}, threshold {limit}', []).append((count, own))
        print(' '.join(rows[-1]), file=sys.stderr, flush=True)
    print_table(f'All pairs of codes within a threshold, {THREADS} threads', [
        'Codes', 'Kind', 'Threshold', 'Seconds', 'Memory (MB)', 'numpy, all with all: times as long',
        'faiss IndexBinaryFlat: times as long',
    ], rows)
    plot('search_pairs', ('Codes', 'Seconds'), growth)


if __name__ == '__main__':
    if len(sys.argv) > 1:
        measured_here(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    else:
        main()
