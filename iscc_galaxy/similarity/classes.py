"""Datasets that are equal for a search, taken together in classes: only one of each class is compared."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Classes:
    """The number of each dataset's class, and the places of the datasets of each class: `members`, cut at `starts`."""

    class_of: np.ndarray
    members: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def counts(self) -> np.ndarray:
        """How many datasets each class has."""
        return np.diff(self.starts)


def classes(class_of: np.ndarray, count: int) -> Classes:
    """Return `count` classes, of which each dataset has one."""
    members = np.argsort(class_of, kind='stable')
    return Classes(class_of, members, np.searchsorted(class_of[members], np.arange(count + 1)))
