"""What datasets are made of where any content will do."""

import hashlib


def some_bytes(size: int, seed: str = 'iscc') -> bytes:
    """Return bytes without any pattern, for each seed others, and the same ones each time."""
    return hashlib.shake_128(seed.encode()).digest(size)
