"""The search for scenes with views that are near: from pairs of views to pairs of scenes."""

import threading

import numpy as np

from iscc_galaxy.iscc.image_units import BITS
from iscc_galaxy.similarity.matches import Matches
from iscc_galaxy.similarity.near_pairs import find_near_pairs
from iscc_galaxy.similarity.scene_codes import SceneCodes
from iscc_galaxy.similarity.search.plans import Pairs

# Pairs of views that are held at a time, some 200 MB.
MOST_PAIRS = 2 ** 21


class _TooManyPairs(Exception):
    """More pairs of views than can be held at a time."""


def find_scene_matches(codes: SceneCodes, reference: SceneCodes | None, threshold: int, threads: int) -> Matches:
    """Return all pairs of scenes that have views within `threshold` bits; views of one scene are no pair.

    Without a reference, the scenes are compared with each other. As many views of two scenes may be near, their pairs
    are found first, for all scenes at once or, where there are too many pairs, for a half of the scenes after another.
    """
    matches = Matches(codes.classes, None if reference is None else reference.classes)
    waiting = [(0, len(codes))]
    while waiting:
        begin, end = waiting.pop()
        try:
            matches.add(*_near_scenes(codes, reference, begin, end, threshold, threads))
        except _TooManyPairs:
            middle = (begin + end) // 2
            waiting += [(middle, end), (begin, middle)]
    matches.join_groups()
    return matches


def _near_scenes(
    codes: SceneCodes, reference: SceneCodes | None, begin: int, end: int, threshold: int, threads: int,
) -> Pairs:
    """Return the pairs of the classes from `begin` up to `end` with later ones or those of the reference, each once.

    Raise _TooManyPairs unless there is but one class to find pairs of.
    """
    first, last = codes.starts[begin], codes.starts[end]
    others, first_other, behind = (codes, first, 0) if reference is None else (reference, 0, len(codes))
    is_self = reference is None and end == len(codes)
    one, other, distance = _near_views(
        codes.words[first:last], None if is_self else others.words[first_other:], threshold, threads,
        MOST_PAIRS if end - begin > 1 else None)
    one, other = codes.class_of_view[one + first], others.class_of_view[other + first_other] + behind
    is_later = one < other
    return _closest(one[is_later], other[is_later], distance[is_later], behind + len(others))


def _near_views(
    words: np.ndarray, others: np.ndarray | None, threshold: int, threads: int, most: int | None,
) -> Pairs:
    """Return the pairs of views within the threshold; raise _TooManyPairs for more than `most`."""
    kept: list[Pairs] = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))]
    count, lock = 0, threading.Lock()

    def collect(pairs: Pairs) -> None:
        nonlocal count
        with lock:
            count += len(pairs[0])
            if most is not None and count > most:
                raise _TooManyPairs
            kept.append(pairs)

    find_near_pairs(words, others, threshold, threads, collect)
    one, other, distance = map(np.concatenate, zip(*kept))
    return one, other, distance


def _closest(one: np.ndarray, other: np.ndarray, distance: np.ndarray, classes: int) -> Pairs:
    """Return each pair of classes once, with the smallest of its distances."""
    keys = np.sort((one * classes + other) * (BITS + 1) + distance)
    pair, distance = np.divmod(keys, BITS + 1)
    is_first = np.diff(pair, prepend=-1) > 0
    return (*np.divmod(pair[is_first], classes), distance[is_first].astype(np.uint16))
