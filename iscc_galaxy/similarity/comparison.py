"""A comparison: datasets with each other or with a reference, and which of them are within the threshold.

What is compared of two datasets is up to the kind of comparison: their Data-Codes, or the views of images. In all that
follows, the place of a dataset is that among all datasets: those of the reference come behind the others.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol

import numpy as np

from iscc_galaxy.similarity.kinds import Kind
from iscc_galaxy.similarity.matches import MatchedDatasets, Matches


class Compared(Protocol):
    """What is compared: its id in Galaxy or where it is listed, its name, and its bare code."""

    file_id: str
    name: str
    code: str


@dataclass(frozen=True, eq=False)
class Comparison(ABC):
    """Datasets, those of the reference if there is one, and what matches what."""

    kind: ClassVar[Kind]

    datasets: Sequence[Compared]
    reference: Sequence[Compared] | None
    matches: Matches

    @abstractmethod
    def distances(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return the distances in bits of pairs of datasets, which are given by their places."""

    @abstractmethod
    def bits_compared(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return of how many bits the distances of pairs are."""

    @abstractmethod
    def _identical(self) -> np.ndarray:
        """Return a number for each dataset that all share which are equal but for their names."""

    @property
    def others(self) -> Sequence[Compared]:
        """What the datasets are compared with: the reference, or they themselves."""
        return self.datasets if self.reference is None else self.reference

    @property
    def first_other(self) -> int:
        """The place of the first of the others."""
        return 0 if self.reference is None else len(self.datasets)

    @cached_property
    def all_datasets(self) -> Sequence[Compared]:
        """The datasets, and behind them those of the reference."""
        return [*self.datasets, *(self.reference or ())]

    @cached_property
    def identical(self) -> np.ndarray:
        """A number for each of all datasets that those share which are equal but for their names."""
        return self._identical()

    @cached_property
    def matched(self) -> MatchedDatasets:
        """The matches of each dataset, counted among the others."""
        return self.matches.of_datasets()

    @property
    def match_counts(self) -> np.ndarray:
        """How many matches each of all datasets has."""
        return self.matches.matches_of[self.matches.class_of]

    @property
    def group_of(self) -> np.ndarray:
        """A number for each of all datasets that those share which are linked by matches."""
        return self.matches.group_of[self.matches.class_of]

    def all_distances(self, places: np.ndarray) -> np.ndarray:
        """Return the distances of all pairs of some datasets as a square matrix, in bits of `kind.bits`.

        Where fewer bits are compared, each counts for several.
        """
        one, other = np.triu_indices(len(places), 1)
        pairs = places[one], places[other]
        matrix = np.zeros((len(places), len(places)), int)
        matrix[one, other] = self.distances(*pairs) * (self.kind.bits // self.bits_compared(*pairs))
        return matrix + matrix.T
