"""What is done with arrays, against numpy's slower ways."""

import numpy as np
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from iscc_galaxy.similarity.arrays import different_rows

# Few different words, so that rows are equal in some of them or in all.
words = arrays(np.uint64, array_shapes(min_dims=2, max_dims=2, max_side=20), elements=st.sampled_from([0, 1, 2 ** 63]))


@given(words)
def test_the_different_rows(words):
    rows, which = different_rows(words)
    expected, expected_which = np.unique(words, axis=0, return_inverse=True)
    assert rows.tolist() == expected.tolist()
    assert which.tolist() == expected_which.tolist()


def test_no_rows():
    rows, which = different_rows(np.zeros((0, 2), np.uint64))
    assert rows.shape == (0, 2) and which.shape == (0,)
