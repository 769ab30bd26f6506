"""The limit on memory: what is below it is there, what is above is refused, and afterwards all is as before."""

import resource

import numpy as np
import pytest

from iscc_galaxy.images.memory import at_most

MIB = 2 ** 20


def limit() -> tuple[int, int]:
    return resource.getrlimit(resource.RLIMIT_DATA)


@pytest.fixture
def job_with():
    """Let this process have so much memory in all, as the limit of a job would."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    yield lambda size: resource.setrlimit(resource.RLIMIT_AS, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_AS, before)


def test_what_is_below_the_limit_is_there():
    before = limit()
    with at_most(64 * MIB):
        assert before != limit()
        assert np.ones(48 * MIB, np.uint8).all()
    assert limit() == before


# Some parts may come from what this process has freed before and kept, but never all (mallopt(3), M_MMAP_THRESHOLD).
@pytest.mark.parametrize('sizes', [[128], [33] * 32], ids=['at once', 'in parts'])
def test_what_is_above_the_limit_is_refused(sizes):
    before = limit()
    with pytest.raises(ValueError, match='^reading it takes more than 67,108,864 bytes of memory$'):
        with at_most(64 * MIB):
            assert all(held.all() for held in [np.ones(size * MIB, np.uint8) for size in sizes])
    assert limit() == before
    assert np.ones(128 * MIB, np.uint8).all()


def test_a_limit_of_the_job_is_another_fault(job_with):
    """It has less memory than reading may take."""
    job_with(3 * 2 ** 30)
    with pytest.raises(MemoryError):
        with at_most(2 ** 40):
            np.empty(4 * 2 ** 30, np.uint8)


def test_a_lower_limit_of_the_job_stays():
    before = limit()
    resource.setrlimit(resource.RLIMIT_DATA, (2 ** 30, before[1]))
    try:
        with at_most(2 ** 40):
            assert limit() == (2 ** 30, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def test_other_errors_pass():
    before = limit()
    with pytest.raises(KeyError), at_most(64 * MIB):
        raise KeyError
    assert limit() == before
