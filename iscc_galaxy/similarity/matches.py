"""Which classes of datasets are within the threshold of which others, counted, and kept if they can be listed."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from iscc_galaxy.similarity.arrays import cut_points, places_of_ranges
from iscc_galaxy.similarity.classes import Classes
from iscc_galaxy.similarity.search.plans import Pairs

# More rows than this are not listed: they would be several gigabytes.
MOST_ROWS = 20_000_000
# Links between groups that are kept before they are joined.
PENDING_LINKS = 2 ** 20
# Pairs of datasets that are put together at a time.
PAIRS = 2 ** 18


@dataclass(frozen=True)
class MatchedDatasets:
    """The matches of each dataset: `match`, cut at `starts`, are their places, and `distance` how many bits differ.

    The closest match comes first; equally close ones are in their order.
    """

    starts: np.ndarray
    match: np.ndarray
    distance: np.ndarray

    @property
    def dataset(self) -> np.ndarray:
        """The place of the dataset of each match."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def of_each(self) -> Iterator[tuple[list[int], list[int]]]:
        """Yield, for each dataset in order, the places of its matches, and the distances."""
        bounds = cut_points(np.diff(self.starts) + 1, PAIRS)
        for low, high in zip(bounds, bounds[1:]):
            starts = self.starts[low:high + 1]
            matches, distances = (each[starts[0]:starts[-1]].tolist() for each in (self.match, self.distance))
            places = (starts - starts[0]).tolist()
            for begin, end in zip(places, places[1:]):
                yield matches[begin:end], distances[begin:end]


@dataclass
class Matches:
    """The pairs of classes within the threshold, by their places; classes of a reference come after the others.

    `class_of` is the class of each dataset, also of the reference, and `counts` is how many each class has. `rows`
    counts the pairs of datasets that the pairs of classes stand for: of datasets with each other in both directions, of
    datasets with a reference in one. Where it passes MOST_ROWS, no pairs are kept. `matches_of` counts the matches of
    each dataset of a class, `group_of` numbers its group.
    """

    classes: Classes
    reference: Classes | None
    class_of: np.ndarray = field(init=False)
    counts: np.ndarray = field(init=False)
    rows: int = field(init=False, default=0)
    matches_of: np.ndarray = field(init=False)
    group_of: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.class_of, self.counts = self.classes.class_of, self.classes.counts
        if self.reference is not None:
            self.class_of = np.concatenate([self.class_of, self.reference.class_of + len(self.classes)])
            self.counts = np.concatenate([self.counts, self.reference.counts])
        self.matches_of = np.zeros(len(self.counts), np.int64)
        if self.is_self:
            # Datasets of one class are pairs, too.
            self.matches_of += self.counts - 1
            self.rows = int(self.counts @ self.matches_of)
        self.group_of = np.arange(len(self.counts))
        self._kept: list[Pairs] = []
        self._links: list[np.ndarray] = []
        self._pending = 0
        self._lock = threading.Lock()

    @property
    def is_self(self) -> bool:
        """Whether datasets are compared with each other."""
        return self.reference is None

    @property
    def too_many(self) -> bool:
        """Whether there are more than can be listed."""
        return self.rows > MOST_ROWS

    @property
    def pairs(self) -> int:
        """The number of pairs of datasets."""
        return self.rows // 2 if self.is_self else self.rows

    def add(self, one: np.ndarray, other: np.ndarray, distance: np.ndarray) -> None:
        """Take up some pairs of different classes, each once; threads may call this at the same time."""
        with self._lock:
            counts_one, counts_other = self.counts[one], self.counts[other]
            self.rows += int(counts_one @ counts_other) * (2 if self.is_self else 1)
            np.add.at(self.matches_of, one, counts_other)
            np.add.at(self.matches_of, other, counts_one)
            self._kept.append((one.astype(np.int32), other.astype(np.int32), distance))
            if self.too_many:
                self._kept.clear()
            link = self.group_of[one] != self.group_of[other]
            self._links.append(np.stack([one[link], other[link]]))
            self._pending += len(self._links[-1][0])
            if self._pending > max(PENDING_LINKS, len(self.counts)):
                self.join_groups()

    def join_groups(self) -> None:
        """Put classes that are linked, directly or through others, into one group."""
        if self._pending:
            one, other = self.group_of[np.concatenate(self._links, axis=1)]
            shape = (len(self.counts), len(self.counts))
            graph = coo_array((np.ones(len(one), bool), (one, other)), shape)
            self.group_of = connected_components(graph, directed=False)[1][self.group_of]
        self._links.clear()
        self._pending = 0

    def of_datasets(self) -> MatchedDatasets:
        """Return the matches of each dataset, among the others or in the reference."""
        bounds = cut_points(self.matches_of[self.classes.class_of] + 1, PAIRS)
        neighbours = self._neighbours()
        pieces = [self._piece(low, high, *neighbours) for low, high in zip(bounds, bounds[1:])]
        counts, match, distance = map(np.concatenate, zip(*pieces))
        return MatchedDatasets(np.concatenate([[0], np.cumsum(counts)]), match, distance)

    def _piece(
        self, low: int, high: int, neighbours: np.ndarray, apart: np.ndarray, begins: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return how many matches each dataset from `low` up to `high` has, the matches, and the distances."""
        others, first = (self.classes, 0) if self.reference is None else (self.reference, len(self.classes))
        # From datasets to the classes that match theirs, and on to the datasets of those classes.
        of_datasets = self.classes.class_of[low:high]
        count = begins[of_datasets + 1] - begins[of_datasets]
        near = places_of_ranges(begins[of_datasets], count)
        other = neighbours[near] - first
        counts = others.counts[other]
        match = others.members[places_of_ranges(others.starts[other], counts)]
        dataset = np.repeat(np.repeat(np.arange(low, high), count), counts)
        distance = np.repeat(apart[near], counts)
        if self.is_self:
            is_other = dataset != match
            dataset, match, distance = dataset[is_other], match[is_other], distance[is_other]
        order = np.lexsort((match, distance, dataset))
        return np.bincount(dataset - low, minlength=high - low), match[order].astype(np.int32), distance[order]

    def _neighbours(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the neighbours of all classes, their distances in bits, and where those of each class begin.

        Among datasets that are compared with each other, a class is a neighbour of itself.
        """
        size = len(self.counts)
        none = (np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.uint8))
        one, other, distance = map(np.concatenate, zip(none, *self._kept))
        if self.is_self:
            itself = np.arange(size, dtype=np.int32)
            one, other = np.concatenate([one, other, itself]), np.concatenate([other, one, itself])
            distance = np.concatenate([distance, distance, np.zeros(size, np.uint8)])
        order = np.argsort(one, kind='stable')
        return other[order], distance[order], np.searchsorted(one[order], np.arange(size + 1))
