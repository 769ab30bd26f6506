"""Data-Codes as numbers, with equal ones taken together: what the search compares."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from iscc_galaxy.iscc.iscc_codes import halves_of, is_narrow
from iscc_galaxy.similarity.arrays import different_rows
from iscc_galaxy.similarity.classes import Classes, classes


@dataclass(frozen=True)
class DataCodes:
    """The different Data-Codes of some datasets, in rows of 64-bit words: first the wide ones, then the narrow ones.

    `wide` has the shape (codes, 2), `narrow` (codes, 1). Datasets of one code are a class.
    """

    wide: np.ndarray
    narrow: np.ndarray
    classes: Classes

    def __len__(self) -> int:
        return len(self.wide) + len(self.narrow)

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
    return DataCodes(*forms, classes(code_of, before))
