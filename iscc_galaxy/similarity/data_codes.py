"""Data-Codes as numbers, with equal ones taken together: what the search compares."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from iscc_galaxy.iscc.iscc_codes import HEADER_BYTES, is_narrow, rows_of
from iscc_galaxy.similarity.arrays import different_rows
from iscc_galaxy.similarity.classes import Classes, classes

# Codes that are decoded at a time.
CODES = 2 ** 14


@dataclass(frozen=True)
class DataCodes:
    """The different Data-Codes of some datasets, in rows of 64-bit words: first the wide ones, then the narrow ones.

    `wide` has the shape (codes, 2), `narrow` (codes, 1). Datasets of one code are a class. `checksums` are the
    Instance-Codes of all datasets, shape (datasets, 2), and `has_narrow` says which of them have a narrow code.
    """

    wide: np.ndarray
    narrow: np.ndarray
    classes: Classes
    checksums: np.ndarray
    has_narrow: np.ndarray

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


def _halves(iscc_codes: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the Data-Codes and the Instance-Codes, each in two 64-bit words, and which codes are narrow.

    The second word of a narrow code is zero.
    """
    has_narrow = np.fromiter(map(is_narrow, iscc_codes), bool, len(iscc_codes))
    words = np.zeros((len(iscc_codes), 4), np.uint64)
    for narrow, used in ((False, [0, 1, 2, 3]), (True, [0, 2])):
        of_form = np.flatnonzero(has_narrow == narrow)
        body = slice(HEADER_BYTES, HEADER_BYTES + 8 * len(used))
        for start in range(0, len(of_form), CODES):
            places = of_form[start:start + CODES]
            rows = rows_of([iscc_codes[place] for place in places.tolist()])
            bodies = np.frombuffer(rows, np.uint8).reshape(len(places), -1)[:, body]
            words[np.ix_(places, used)] = np.ascontiguousarray(bodies).view('>u8')
    return words[:, :2], words[:, 2:], has_narrow


def data_codes(iscc_codes: Sequence[str]) -> DataCodes:
    """Return the Data-Codes of wide and narrow codes, one code for each dataset."""
    data, checksums, has_narrow = _halves(iscc_codes)
    wide, of_wide = different_rows(data[~has_narrow])
    narrow, of_narrow = different_rows(data[has_narrow, :1])
    code_of = np.empty(len(iscc_codes), np.int64)
    code_of[~has_narrow], code_of[has_narrow] = of_wide, of_narrow + len(wide)
    return DataCodes(wide, narrow, classes(code_of, len(wide) + len(narrow)), checksums, has_narrow)
