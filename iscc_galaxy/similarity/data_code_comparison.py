"""Datasets, compared by their Data-Codes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from iscc_galaxy.similarity.arrays import different_rows
from iscc_galaxy.similarity.compared import ComparedDataset
from iscc_galaxy.similarity.comparison import Comparison
from iscc_galaxy.similarity.data_codes import data_codes, DataCodes
from iscc_galaxy.similarity.kinds import DATASETS
from iscc_galaxy.similarity.matches import Matches
from iscc_galaxy.similarity.near_pairs import find_near_pairs


@dataclass(frozen=True, eq=False)
class DataCodeComparison(Comparison):
    """Datasets that are near if their Data-Codes are; where one is narrow, the first half of both is compared."""

    kind = DATASETS

    sides: Sequence[DataCodes]

    def distances(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return the distances in bits of pairs of datasets; of 64 bits if one code is narrow."""
        one, other = self.matches.class_of[one], self.matches.class_of[other]
        forms = [words for side in self.sides for words in side.forms]
        words = np.concatenate([np.pad(words, ((0, 0), (0, 2 - words.shape[1]))) for words in forms])
        differing = np.bitwise_count(words[one] ^ words[other])
        return differing[:, 0] + differing[:, 1] * (self._is_wide[one] & self._is_wide[other])

    def bits_compared(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return of how many bits the distances of pairs are."""
        are_wide = self._is_wide[self.matches.class_of[one]] & self._is_wide[self.matches.class_of[other]]
        return np.where(are_wide, DATASETS.bits, DATASETS.bits // 2)

    @property
    def _is_wide(self) -> np.ndarray:
        """Whether the code of each class is wide."""
        return np.concatenate([np.repeat([True, False], list(map(len, side.forms))) for side in self.sides])

    def _identical(self) -> np.ndarray:
        """Return a number for each dataset that equal Instance-Codes share.

        A narrow Instance-Code equals the wide ones that begin with it.
        """
        checksums = np.concatenate([side.checksums for side in self.sides])
        has_narrow = np.concatenate([side.has_narrow for side in self.sides])
        begins_as_narrow = np.isin(checksums[:, 0], checksums[has_narrow, 0])
        checksums[begins_as_narrow, 1] = 0
        return different_rows(checksums)[1]


def compare_datasets(
    datasets: Sequence[ComparedDataset], reference: Sequence[ComparedDataset] | None, threshold: int, threads: int,
) -> DataCodeComparison:
    """Compare datasets with a reference or, where that is None, with each other; `threshold` is in bits of 128.

    Where a code is narrow, half of the threshold applies to 64 bits.
    """
    sides = [data_codes([dataset.code for dataset in side]) for side in (datasets, reference) if side is not None]
    matches = find_matches(*sides, threshold=threshold, threads=threads)
    return DataCodeComparison(datasets, reference, matches, sides)


def find_matches(codes: DataCodes, reference: DataCodes | None = None, *, threshold: int, threads: int) -> Matches:
    """Return all pairs within `threshold` of 128 bits; where a code is narrow, within half of it of 64 bits."""
    matches = Matches(codes.classes, None if reference is None else reference.classes)
    others, behind = (codes, 0) if reference is None else (reference, len(codes))
    narrow, narrow_others = len(codes.wide), behind + len(others.wide)

    def search(one: np.ndarray, first: int, other: np.ndarray | None, first_other: int, limit: int) -> None:
        find_near_pairs(one, other, limit, threads, lambda pairs: matches.add(
            pairs[0] + first, pairs[1] + first_other, pairs[2]))

    search(codes.wide, 0, None if reference is None else reference.wide, behind, threshold)
    search(codes.narrow, narrow, None if reference is None else reference.narrow, narrow_others, threshold // 2)
    search(codes.narrow, narrow, others.cut, behind, threshold // 2)
    if reference is not None:
        search(codes.cut, 0, reference.narrow, narrow_others, threshold // 2)
    matches.join_groups()
    return matches
