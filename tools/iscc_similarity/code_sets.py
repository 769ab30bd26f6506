"""Data-Codes as numbers, with equal ones taken together: what the search compares."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

import codes


@dataclass(frozen=True)
class CodeSet:
    """The different Data-Codes of some entries, first the wide (two 64-bit words), then the narrow ones (one word).

    `code_of` gives the place of each entry's code among them; `entries`, cut at `starts`, the entries of each code.
    """

    wide: np.ndarray
    narrow: np.ndarray
    code_of: np.ndarray
    entries: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.wide) + len(self.narrow)

    @property
    def counts(self) -> np.ndarray:
        """How many entries have each code."""
        return np.diff(self.starts)

    @property
    def forms(self) -> tuple[np.ndarray, np.ndarray]:
        """The wide and the narrow codes."""
        return self.wide, self.narrow

    @property
    def cut(self) -> np.ndarray:
        """The wide codes, cut to the 64 bits that a narrow one has."""
        return self.wide[:, :1]


def code_set(of_entries: Sequence[str]) -> CodeSet:
    """Take together the equal Data-Codes of wide and narrow codes, one code for each entry."""
    is_narrow = np.fromiter(map(codes.is_narrow, of_entries), bool, len(of_entries))
    code_of = np.empty(len(of_entries), np.int64)
    forms, found = [], 0
    for narrow, width in ((False, 2), (True, 1)):
        places = np.flatnonzero(is_narrow == narrow)
        data = b''.join(codes.halves(of_entries[place])[0] for place in places)
        words = np.frombuffer(data, '>u8').astype(np.uint64).reshape(-1, width)
        different, code_of[places] = different_rows(words)
        code_of[places] += found
        found += len(different)
        forms.append(different)
    entries = np.argsort(code_of, kind='stable')
    starts = np.searchsorted(code_of[entries], np.arange(found + 1))
    return CodeSet(*forms, code_of, entries, starts)


def distances(sets: Sequence[CodeSet], one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Give the distances between codes at some places of the joined sets, of 64 bits if one is narrow."""
    words = np.concatenate([np.pad(words, ((0, 0), (0, 2 - words.shape[1]))) for each in sets for words in each.forms])
    is_wide = np.concatenate([np.full(len(words), words.shape[1] == 2) for each in sets for words in each.forms])
    differing = np.bitwise_count(words[one] ^ words[other])
    return differing[:, 0] + differing[:, 1] * (is_wide[one] & is_wide[other])


def different_rows(words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the different rows, and which of them each row is."""
    order = np.lexsort(words.T)
    is_new = np.ones(len(words), bool)
    is_new[1:] = (words[order[1:]] != words[order[:-1]]).any(axis=1)
    which = np.empty(len(words), np.int64)
    which[order] = np.cumsum(is_new) - 1
    return words[order[is_new]], which
