"""The distances of all pairs of a few datasets, on one scale, whether their codes are wide or narrow."""

from collections.abc import Sequence

import numpy as np

from iscc_galaxy.iscc.iscc_codes import is_narrow
from iscc_galaxy.similarity.compared import ComparedDataset
from iscc_galaxy.similarity.data_codes import data_codes, distances

BITS = 128
# Two unrelated datasets are mostly about this far apart: half of the bits are equal by chance.
UNRELATED = 64


def all_distances(datasets: Sequence[ComparedDataset]) -> np.ndarray:
    """Return the distances of all pairs as a square matrix, in bits of 128; those of narrow codes count double."""
    codes = data_codes([dataset.code for dataset in datasets])
    size = len(datasets)
    one, other = np.divmod(np.arange(size * size), size)
    apart = distances([codes], codes.code_of[one], codes.code_of[other]).astype(int)
    narrow = np.array([is_narrow(dataset.code) for dataset in datasets])
    return (apart * np.where(narrow[one] | narrow[other], 2, 1)).reshape(size, size)
