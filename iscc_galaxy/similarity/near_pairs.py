"""All pairs of codes within a Hamming distance: every one, and no other.

A code is a row of 64-bit words. All codes are compared with all, or with those that are near in a block of bits, by
numpy or by compiled loops: several ways to the same pairs, of which the cheapest is taken.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from iscc_galaxy.similarity.search.blocks import Block, deal_out, varying_bits
from iscc_galaxy.similarity.search.compiled_back_end import CompiledBackEnd
from iscc_galaxy.similarity.search.numpy_back_end import NumpyBackEnd
from iscc_galaxy.similarity.search.plans import BackEnd, Collect, Plan, Task

# A table of all values of a block takes at most 64 MB.
LARGEST_BLOCK = 24
# With smaller blocks, too many codes have the same value.
SMALLEST_BLOCK = 8
# So many codes stand for all where the work is estimated.
SAMPLE = 2 ** 14
# To weigh the plans takes so many nanoseconds.
WEIGHING = 5e7

BACK_ENDS = (NumpyBackEnd(), CompiledBackEnd())


def find_near_pairs(
    codes: np.ndarray, others: np.ndarray | None, limit: int, threads: int, collect: Collect,
    back_ends: tuple[BackEnd, ...] = BACK_ENDS,
) -> None:
    """Call `collect` with all pairs within `limit` bits, some at a time, from several threads.

    Pairs are those of a code with another of `codes` (each once, the first place before the second), or if `others` is
    given, of a code with one of those.
    """
    right = codes if others is None else others
    if not len(codes) or not len(right):
        return
    plan = choose_plan(task_of(codes, others, limit), threads, back_ends)
    rounds = plan.rounds()
    with ThreadPoolExecutor(threads) as pool:
        steps = next(rounds, None)
        while steps is not None:
            # Codes are sorted for the next round while those of this one are compared.
            upcoming = pool.submit(next, rounds, None)
            # Reading the results raises what a step has raised.
            for _ in pool.map(lambda step: step(collect), steps):
                pass
            steps = upcoming.result()


def task_of(codes: np.ndarray, others: np.ndarray | None, limit: int) -> Task:
    """Return what is to be found, without the words in which all codes are equal: they say nothing."""
    sides = [side.T for side in (codes, others) if side is not None]
    words = sorted({bit // 64 for bit in varying_bits(*sides)}) or [0]
    sides = [np.ascontiguousarray(side[words]) for side in sides]
    return Task(sides[0], sides[-1], others is None, limit)


def choose_plan(task: Task, threads: int, back_ends: tuple[BackEnd, ...]) -> Plan:
    """Return the plan of the least cost, as a sample of the codes shows it."""
    def cheapest(ways: list[list[Block]]) -> tuple[float, Plan]:
        weighed = []
        for blocks in ways:
            plans = [plan for plan in (Plan(task, blocks, back_end) for back_end in back_ends) if plan.is_possible]
            chances = [block.chance(sample) for block in blocks] if plans else []
            weighed += [(plan.cost(chances, threads), plan) for plan in plans]
        return min(weighed, key=lambda each: each[0])

    sample = task.right[:, ::max(1, task.right.shape[1] // SAMPLE)]
    ways = [[Block((), task.limit)]]
    cost, plan = cheapest(ways)
    if cost > WEIGHING:
        bits = varying_bits(task.left, task.right)
        counts = range(max(1, -(-len(bits) // LARGEST_BLOCK)), min(task.limit + 1, len(bits) // SMALLEST_BLOCK) + 1)
        cost, plan = cheapest([*ways, *(deal_out(bits, count, task.limit) for count in counts)])
    return plan
