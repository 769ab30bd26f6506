"""Which codes are within the threshold of which others, counted, and kept as far as they can be listed."""

import threading
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from iscc_galaxy.similarity.data_codes import DataCodes
from iscc_galaxy.similarity.near_pairs import find_near_pairs, Pairs

# More rows than this are not listed: they would be several gigabytes.
MOST_ROWS = 20_000_000
# Links between groups that are kept before they are joined.
PENDING_LINKS = 2 ** 20


@dataclass
class Matches:
    """The pairs of codes within the threshold, by their places; codes of a reference come after those of the datasets.

    `counts` is the number of datasets of each code. `rows` counts the pairs of datasets that the pairs of codes stand
    for: of datasets with each other in both directions, of datasets with a reference in one. Where it passes MOST_ROWS,
    no pairs are kept. `matches_of` counts the matches of each dataset with a code, `group_of` numbers its group.
    """

    counts: np.ndarray
    is_self: bool
    rows: int = 0
    matches_of: np.ndarray = field(init=False)
    group_of: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.matches_of = np.zeros(len(self.counts), np.int64)
        self.group_of = np.arange(len(self.counts))
        self._kept: list[Pairs] = []
        self._links: list[np.ndarray] = []
        self._pending = 0
        self._lock = threading.Lock()

    @property
    def too_many(self) -> bool:
        """Whether there are more than can be listed."""
        return self.rows > MOST_ROWS

    @property
    def pairs(self) -> int:
        """The number of pairs of datasets."""
        return self.rows // 2 if self.is_self else self.rows

    def add(self, one: np.ndarray, other: np.ndarray, distance: np.ndarray) -> None:
        """Take up some pairs of codes; threads may call this at the same time."""
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
        """Put codes that are linked, directly or through others, into one group."""
        if self._pending:
            one, other = self.group_of[np.concatenate(self._links, axis=1)]
            shape = (len(self.counts), len(self.counts))
            graph = coo_array((np.ones(len(one), bool), (one, other)), shape)
            self.group_of = connected_components(graph, directed=False)[1][self.group_of]
        self._links.clear()
        self._pending = 0

    def neighbours(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the neighbours of all codes, their distances in bits, and where those of each code begin.

        Among datasets that are compared with each other, a code is a neighbour of itself.
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


def find_matches(codes: DataCodes, reference: DataCodes | None, threshold: int, threads: int) -> Matches:
    """Return all pairs within `threshold` of 128 bits; where a code is narrow, within half of it of 64 bits.

    Without a reference, the codes are compared with each other.
    """
    if reference is None:
        matches = Matches(codes.counts, is_self=True)
        # Datasets with equal codes are pairs, too.
        matches.rows += int(codes.counts @ (codes.counts - 1))
        matches.matches_of += codes.counts - 1
        others, behind = codes, 0
    else:
        matches = Matches(np.concatenate([codes.counts, reference.counts]), is_self=False)
        others, behind = reference, len(codes)
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
