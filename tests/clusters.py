"""Codes around a few centres, and how far apart they are by iscc-core."""

import iscc_core
import numpy as np

from iscc_galaxy.iscc import iscc_codes
from oracle import wide_code


def flipped(data: bytes, *bits: int) -> bytes:
    """Return bytes with some bits inverted; bit 0 is the last one."""
    number = int.from_bytes(data, 'big')
    for bit in bits:
        number ^= 1 << bit
    return number.to_bytes(len(data), 'big')


def clustered_codes(count: int, seed: int, narrow: float = 0) -> list[str]:
    """Make codes around a few centres, some of them equal, a share of them narrow."""
    random = np.random.default_rng(seed)
    centres = [random.bytes(16) for _ in range(max(1, count // 6))]
    made = []
    for _ in range(count):
        bits = random.choice(128, random.choice([0, 0, 3, 9, 20]), replace=False)
        code = wide_code(flipped(centres[random.integers(len(centres))], *map(int, bits)), random.bytes(16))
        made.append(iscc_codes.narrowed(code) if random.random() < narrow else code)
    return made


def iscc_core_distance(one: str, other: str) -> int:
    """Return the distance as iscc-core computes it, of 64 bits if either code is narrow."""
    size = min(len(iscc_codes.halves_of(code)[0]) for code in (one, other))
    return iscc_core.iscc_distance_bytes(iscc_codes.halves_of(one)[0][:size], iscc_codes.halves_of(other)[0][:size])


def is_near(one: str, other: str, threshold: int) -> bool:
    """Return whether two codes are within the maximum distance, which is that of 128 bits."""
    either_narrow = iscc_codes.is_narrow(one) or iscc_codes.is_narrow(other)
    return iscc_core_distance(one, other) <= (threshold // 2 if either_narrow else threshold)
