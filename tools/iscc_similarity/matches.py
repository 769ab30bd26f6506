"""Which codes are within the threshold of which others, counted, and kept as far as they can be listed."""

import threading
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from code_sets import CodeSet
from near_pairs import find_near_pairs, Pairs

# More rows than this are not listed: they would be several gigabytes.
MOST_ROWS = 20_000_000
# Links between groups that are kept before they are joined.
PENDING_LINKS = 2 ** 20


@dataclass
class Matches:
    """The pairs of codes within the threshold, by their places; codes of the reference come after those of the entries.

    `rows` counts the pairs of entries that these stand for: of entries with each other in both directions, of entries
    with the reference in one. Where it passes MOST_ROWS, no pairs are kept.
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
        """The number of pairs of entries."""
        return self.rows // 2 if self.is_self else self.rows

    def add(self, one: np.ndarray, other: np.ndarray, distance: np.ndarray) -> None:
        """Take up some pairs of codes."""
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
        """Give the codes that are linked, directly or by others, one group."""
        if self._pending:
            one, other = self.group_of[np.concatenate(self._links, axis=1)]
            shape = (len(self.counts), len(self.counts))
            graph = coo_array((np.ones(len(one), bool), (one, other)), shape)
            self.group_of = connected_components(graph, directed=False)[1][self.group_of]
        self._links.clear()
        self._pending = 0

    def neighbours(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give the neighbours of all codes and their distances, and where those of each code begin.

        Among entries that are compared with each other, a code is a neighbour of itself.
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


def find_matches(entries: CodeSet, reference: CodeSet | None, threshold: int, threads: int) -> Matches:
    """Find all pairs within `threshold` of 128 bits; where a code is narrow, within half of it of 64 bits."""
    others = reference or entries
    counts = entries.counts if reference is None else np.concatenate([entries.counts, reference.counts])
    matches = Matches(counts, is_self=reference is None)
    if reference is None:
        matches.rows += int(counts @ (counts - 1))
        matches.matches_of += counts - 1
    behind = len(entries) if reference else 0
    narrow, narrow_others = len(entries.wide), behind + len(others.wide)

    def search(one: np.ndarray, first: int, other: np.ndarray | None, first_other: int, limit: int) -> None:
        find_near_pairs(one, other, limit, threads, lambda pairs: matches.add(
            pairs[0] + first, pairs[1] + first_other, pairs[2]))

    search(entries.wide, 0, reference and reference.wide, behind, threshold)
    search(entries.narrow, narrow, reference and reference.narrow, narrow_others, threshold // 2)
    search(entries.narrow, narrow, others.cut, behind, threshold // 2)
    if reference:
        search(entries.cut, 0, reference.narrow, narrow_others, threshold // 2)
    matches.join_groups()
    return matches
