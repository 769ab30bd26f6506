"""A limit on memory, so that a few bytes of a malicious image can't unpack to all the memory of a machine.

Decoders seldom ask how much they will make. So the system is told what this process may have: it then refuses more.
"""

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import clear_frames

import numpy as np

# What libraries take beside the pixels.
_ROOM = 2 ** 28
# Decoders of JPEG 2000 and JPEG XL take up to nine times the pixels, others up to five.
_TIMES_A_CHUNK, _TIMES_A_REGION = 16, 4
# Lists of strips take up to 14 times their bytes in the file, lists of pages five times.
_TIMES_A_FILE = 20


def to_decode(chunk: int, region: int) -> int:
    """Return how many bytes of memory are enough to read a region by chunks, both given in bytes of pixels."""
    return _ROOM + _TIMES_A_CHUNK * chunk + _TIMES_A_REGION * region


def to_open(stored: int) -> int:
    """Return how many bytes of memory are enough for all that an image tells of itself, by its bytes on disk."""
    return _ROOM + _TIMES_A_FILE * stored


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """Let this process take so many more bytes of memory; raise ValueError, with the end of a sentence, for more.

    Raise MemoryError where the job itself has less. Other systems than Linux set no limit.
    """
    if sys.platform != 'linux':
        yield
        return
    before = soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = _taken() + size
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (limit if soft == resource.RLIM_INFINITY else min(limit, soft), hard))
        yield
    except MemoryError as error:
        resource.setrlimit(resource.RLIMIT_DATA, before)
        # What was unpacked is in their variables.
        clear_frames(error.__traceback__)
        if _is_there(size):
            raise ValueError(f'reading it takes more than {size:,} bytes of memory') from error
        raise
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _taken() -> int:
    """Return the bytes that the limit counts, which this process has already; see proc(5), statm."""
    with open('/proc/self/statm', 'rb') as file:
        return int(file.read().split()[5]) * resource.getpagesize()


def _is_there(size: int) -> bool:
    """Return whether there is so much memory; it is not used, and so costs nothing."""
    try:
        np.empty(size, np.uint8)
    except MemoryError:
        return False
    return True
