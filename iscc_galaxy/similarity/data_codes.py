"""Data-Codes as numbers, with equal ones taken together: what the search compares."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from iscc_galaxy.iscc.iscc_codes import halves_of, is_narrow
from iscc_galaxy.similarity.arrays import different_rows

BITS = 128
# Two unrelated datasets are mostly about this far apart: half of the bits are equal by chance.
UNRELATED = 64


@dataclass(frozen=True)
class DataCodes:
    """The different Data-Codes of some datasets, in rows of 64-bit words: first the wide ones, then the narrow ones.

    `wide` has the shape (codes, 2), `narrow` (codes, 1). `code_of` is the place of each dataset's code among all of
    them; `datasets`, cut at `starts`, are the places of the datasets of each code.
    """

    wide: np.ndarray
    narrow: np.ndarray
    code_of: np.ndarray
    datasets: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.wide) + len(self.narrow)

    @property
    def counts(self) -> np.ndarray:
        """How many datasets have each code."""
        return np.diff(self.starts)

    @property
    def forms(self) -> tuple[np.ndarray, np.ndarray]:
        """The wide and the narrow codes."""
        return self.wide, self.narrow

    @property
    def cut(self) -> np.ndarray:
        """The wide codes, cut to the 64 bits that a narrow one has."""
        return self.wide[:, :1]


def data_codes(iscc_codes: Sequence[str]) -> DataCodes:
    """Return the Data-Codes of wide and narrow codes, one code for each dataset."""
    has_narrow = np.fromiter(map(is_narrow, iscc_codes), bool, len(iscc_codes))
    code_of = np.empty(len(iscc_codes), np.int64)
    forms, before = [], 0
    for narrow, width in ((False, 2), (True, 1)):
        places = np.flatnonzero(has_narrow == narrow)
        data = b''.join(halves_of(iscc_codes[place])[0] for place in places)
        words = np.frombuffer(data, '>u8').astype(np.uint64).reshape(-1, width)
        different, code_of[places] = different_rows(words)
        code_of[places] += before
        before += len(different)
        forms.append(different)
    datasets = np.argsort(code_of, kind='stable')
    starts = np.searchsorted(code_of[datasets], np.arange(before + 1))
    return DataCodes(*forms, code_of, datasets, starts)


def distances(sides: Sequence[DataCodes], one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the distances in bits between codes at some places of the sides, joined; of 64 bits if one is narrow."""
    forms = [words for side in sides for words in side.forms]
    words = np.concatenate([np.pad(words, ((0, 0), (0, 2 - words.shape[1]))) for words in forms])
    is_wide = np.concatenate([np.full(len(words), words.shape[1] == 2) for words in forms])
    differing = np.bitwise_count(words[one] ^ words[other])
    return differing[:, 0] + differing[:, 1] * (is_wide[one] & is_wide[other])


def all_distances(iscc_codes: Sequence[str]) -> np.ndarray:
    """Return the distances of all pairs as a square matrix, in bits of 128; those of narrow codes count double."""
    codes = data_codes(iscc_codes)
    size = len(iscc_codes)
    one, other = np.divmod(np.arange(size * size), size)
    apart = distances([codes], codes.code_of[one], codes.code_of[other]).astype(int)
    narrow = np.array([is_narrow(code) for code in iscc_codes])
    return (apart * np.where(narrow[one] | narrow[other], 2, 1)).reshape(size, size)
