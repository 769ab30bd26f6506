"""Loops over codes that numba compiles while the job runs; nothing is kept on disk.

Places are unsigned: with signed ones, numba tests for negative ones, and no loop becomes one of vector instructions.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numba import boolean, njit, types, uint16, uint32, uint64
from numba.extending import intrinsic


@intrinsic
def _popcount(context, word):
    """Return the number of bits that are set, by the instruction of the processor."""
    def generate(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return uint64(uint64), generate


def _array(element: types.Type, dimensions: int = 1, readonly: bool = True) -> types.Array:
    return types.Array(element, dimensions, 'C', readonly=readonly)


@cache
def near_pairs_of(words: int) -> Callable[..., int]:
    """Return the compiled loop for codes of so many words."""
    signature = uint64(
        _array(uint64, 2), _array(uint32), _array(uint64, 2), _array(uint32), uint64, boolean, uint64, uint64,
        uint64, _array(uint64, 2), _array(uint64), _array(uint64, readonly=False), _array(uint32, readonly=False),
        _array(uint32, readonly=False), _array(uint16, readonly=False),
    )
    distance, is_new = _distance_of(words), _is_new_of(words)

    @njit(signature, nogil=True, error_model='numpy')
    def near_pairs(
        left, values, right, starts, mask, is_self, limit, last, tile, earlier, earlier_limits, state, rows, columns,
        distances,
    ):
        """Write near pairs to `rows`, `columns` and `distances`, and return how many; stop where these are full.

        All rows are compared with a `tile` of columns at a time, which stays in the processor's cache. `state` is where
        to go on: the first row of those with the same value, the column within those that are compared with them, and
        the row. All is done when the first row is `last`.
        """
        one = np.uint64(1)
        filled, room = np.uint64(0), np.uint64(len(rows))
        top, offset, row = state[0], state[1], state[2]
        while top < last:
            value = values[top]
            bottom = top + one
            while bottom < last and values[bottom] == value:
                bottom += one
            partner = value ^ mask
            # Of two values that differ, only the smaller one is compared with the other.
            begin, end = np.uint64(starts[partner]), np.uint64(starts[partner + one])
            if is_self and partner < value:
                end = begin
            while begin + offset < end:
                tile_end = min(begin + offset + tile, end)
                while row < bottom:
                    start = begin + offset
                    if is_self and mask == 0:
                        start = max(start, row + one)
                    # First only counted: a loop that writes does not become one of vector instructions.
                    hits = np.uint64(0)
                    for column in range(start, tile_end):
                        hits += np.uint64(distance(left, row, right, column) <= limit)
                    if hits:
                        if filled + hits > room:
                            state[0], state[1], state[2] = top, offset, row
                            return filled
                        for column in range(start, tile_end):
                            apart = distance(left, row, right, column)
                            if apart <= limit and is_new(left, row, right, column, earlier, earlier_limits):
                                rows[filled], columns[filled], distances[filled] = row, column, apart
                                filled += one
                    row += one
                row = top
                offset += tile
            top, offset, row = bottom, np.uint64(0), bottom
        state[0] = last
        return filled

    return near_pairs


def _distance_of(words: int) -> Callable[..., int]:
    """Return the compiled Hamming distance of two codes of so many words, without a loop."""
    last = words - 1
    if not last:
        @njit(inline='always')
        def distance(left, row, right, column):
            return _popcount(left[0, row] ^ right[0, column])
        return distance
    others = _distance_of(last)

    @njit(inline='always')
    def distance(left, row, right, column):
        return others(left, row, right, column) + _popcount(left[last, row] ^ right[last, column])

    return distance


def _is_new_of(words: int) -> Callable[..., bool]:
    """Return the compiled test of whether two codes of so many words are near in none of the earlier blocks."""
    @njit
    def is_new(left, row, right, column, earlier, earlier_limits):
        for block in range(len(earlier_limits)):
            apart = np.uint64(0)
            for word in range(words):
                apart += _popcount((left[word, row] ^ right[word, column]) & earlier[block, word])
            if apart <= earlier_limits[block]:
                return False
        return True

    return is_new


@cache
def sort_by_counting() -> Callable[..., None]:
    """Return the compiled sort of codes by a block, whose bits are given by their words and their places in those.

    It writes to four arrays: the values, where those of each begin, the places that the codes had, and the codes.
    """
    signature = types.void(
        _array(uint64, 2), _array(uint64), _array(uint64), _array(uint32, readonly=False),
        _array(uint32, readonly=False), _array(uint32, readonly=False), _array(uint64, 2, readonly=False),
    )

    @njit(signature, nogil=True, error_model='numpy')
    def sort(codes, bit_words, bit_places, values, starts, places, sorted_codes):
        count = np.uint64(codes.shape[1])
        unsorted = np.zeros(count, np.uint32)
        for bit in range(np.uint64(len(bit_words))):
            word, place = bit_words[bit], bit_places[bit]
            for code in range(count):
                unsorted[code] |= np.uint32((codes[word, code] >> place & np.uint64(1)) << bit)
        for code in range(count):
            starts[unsorted[code] + np.uint64(1)] += np.uint32(1)
        for value in range(np.uint64(1), np.uint64(len(starts))):
            starts[value] += starts[value - np.uint64(1)]
        free = starts.copy()
        for code in range(count):
            value = unsorted[code]
            to = np.uint64(free[value])
            free[value] += np.uint32(1)
            values[to], places[to] = value, code
            for word in range(np.uint64(len(codes))):
                sorted_codes[word, to] = codes[word, code]

    return sort
