"""Scenes of images, compared by their views: two are as near as their closest two views."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from iscc_galaxy.images.views import View
from iscc_galaxy.similarity.compared_scenes import ComparedScene
from iscc_galaxy.similarity.comparison import Comparison
from iscc_galaxy.similarity.kinds import IMAGES
from iscc_galaxy.similarity.scene_codes import closest_views, joined, scene_codes, SceneCodes
from iscc_galaxy.similarity.scene_matches import find_scene_matches

# Pairs of scenes that are put together at a time.
PAIRS = 2 ** 16


@dataclass(frozen=True, eq=False)
class SceneComparison(Comparison):
    """Scenes that are near if any of their views are; one without views to compare is near to none."""

    kind = IMAGES

    sides: Sequence[SceneCodes]

    def distances(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return the distances in bits of pairs of scenes, those of the closest two views.

        A scene without views is as far from others as codes can be.
        """
        return self._closest(one, other)[2]

    def bits_compared(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return of how many bits the distances of pairs are: all Image-Codes have as many."""
        return np.full(len(one), IMAGES.bits)

    def closest_views(self) -> Iterator[tuple[View, View]]:
        """Yield, for the matches of each scene in order, the closest two views: of the scene, and of its match.

        Of equally close ones it is the first of the scene, and of those the first of the match.
        """
        scenes, other_scenes = self.matched.dataset, self.matched.match + self.first_other
        for start in range(0, len(scenes), PAIRS):
            one, other = scenes[start:start + PAIRS], other_scenes[start:start + PAIRS]
            left, right, _ = self._closest(one, other)
            for place, view, match, match_view in zip(*(each.tolist() for each in (one, left, other, right))):
                yield self.all_datasets[place].views[view], self.all_datasets[match].views[match_view]

    def _closest(self, one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return closest_views(*joined(self.sides), self.matches.class_of[one], self.matches.class_of[other])

    def _identical(self) -> np.ndarray:
        """Return a number for each scene that those with the same pixels share."""
        numbers: dict[Hashable, int] = {}
        return np.array([
            numbers.setdefault(place if scene.pixels is None else scene.pixels, len(numbers))
            for place, scene in enumerate(self.all_datasets)
        ])


def compare_scenes(
    scenes: Sequence[ComparedScene], reference: Sequence[ComparedScene] | None, threshold: int, threads: int,
) -> SceneComparison:
    """Compare scenes with a reference or, where that is None, with each other; `threshold` is in bits of 256."""
    codes = scene_codes(scenes)
    reference_codes = None if reference is None else scene_codes(reference)
    matches = find_scene_matches(codes, reference_codes, threshold, threads)
    sides = [codes] if reference_codes is None else [codes, reference_codes]
    return SceneComparison(scenes, reference, matches, sides)
