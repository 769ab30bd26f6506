"""The Image-Codes of the views of scenes as numbers, with equal scenes taken together: what the search compares."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from iscc_galaxy.iscc.image_units import BITS, digest_of
from iscc_galaxy.similarity.arrays import cut_points, places_of_ranges
from iscc_galaxy.similarity.classes import Classes, classes
from iscc_galaxy.similarity.compared_scenes import ComparedScene

# Pairs of views that are compared at a time.
VIEW_PAIRS = 2 ** 19


@dataclass(frozen=True)
class SceneCodes:
    """The views of the different scenes: `words`, shape (views, 4), are those of one class after another.

    Scenes with the same views in the same order are a class; a scene without views is one by itself. The views of each
    class begin at `starts`.
    """

    words: np.ndarray
    starts: np.ndarray
    classes: Classes

    def __len__(self) -> int:
        return len(self.classes)

    @property
    def class_of_view(self) -> np.ndarray:
        """The class of each view."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))


def scene_codes(scenes: Sequence[ComparedScene]) -> SceneCodes:
    """Return the views of scenes as numbers."""
    numbers: dict[Hashable, int] = {}
    class_of, views = [], []
    for place, scene in enumerate(scenes):
        codes = tuple(view.code for view in scene.views)
        number = numbers.setdefault(codes or place, len(numbers))
        class_of.append(number)
        if number == len(views):
            views.append(codes)
    digests = b''.join(digest_of(code) for codes in views for code in codes)
    words = np.frombuffer(digests, '>u8').astype(np.uint64).reshape(-1, BITS // 64)
    starts = np.concatenate([[0], np.cumsum([len(codes) for codes in views])])
    return SceneCodes(words, starts, classes(np.array(class_of, np.int64), len(views)))


def joined(sides: Sequence[SceneCodes]) -> tuple[np.ndarray, np.ndarray]:
    """Return the words of all sides, one behind another, and where those of each class begin."""
    words = np.concatenate([side.words for side in sides])
    counts = np.concatenate([np.diff(side.starts) for side in sides])
    return words, np.concatenate([[0], np.cumsum(counts)])


def closest_views(
    words: np.ndarray, starts: np.ndarray, one: np.ndarray, other: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the closest two views of pairs of classes: their numbers in either class, from 0, and their distance.

    Of equally close ones it is the first of the one class, and of those the first of the other. The distance of a class
    without views is BITS to others, and 0 to itself.
    """
    counts = np.diff(starts)
    pairs = counts[one] * counts[other]
    left, right = np.zeros((2, len(one)), np.int64)
    distance = np.where(one == other, 0, BITS)
    bounds = cut_points(pairs + 1, VIEW_PAIRS)
    for low, high in zip(bounds, bounds[1:]):
        piece = low + np.flatnonzero(pairs[low:high])
        if piece.size:
            left[piece], right[piece], distance[piece] = _closest(words, starts, one[piece], other[piece])
    return left, right, distance


def _closest(
    words: np.ndarray, starts: np.ndarray, one: np.ndarray, other: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the closest two views of pairs of classes that have views."""
    width = starts[other + 1] - starts[other]
    pairs = (starts[one + 1] - starts[one]) * width
    number = places_of_ranges(np.zeros(len(one), np.int64), pairs)
    left, right = np.divmod(number, np.repeat(width, pairs))
    differing = words[np.repeat(starts[one], pairs) + left] ^ words[np.repeat(starts[other], pairs) + right]
    # The smallest number is that of the smallest distance, and of equal ones the first.
    most = int(pairs.max())
    smallest = np.minimum.reduceat(
        np.bitwise_count(differing).sum(axis=1, dtype=np.int64) * most + number, np.cumsum(pairs) - pairs)
    distance, number = np.divmod(smallest, most)
    return (*np.divmod(number, width), distance)
