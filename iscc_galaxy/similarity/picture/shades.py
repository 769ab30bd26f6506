"""How alike two datasets are, as a colour: one break at the maximum distance, another at bit-identical copies.

Bit-identical copies stand out in orange, similar datasets have shades of blue (the darker, the more similar), and
whatever is further apart than the maximum distance has a light grey. The colour-blind can tell the three apart.
"""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb

SELF, IDENTICAL, SIMILAR, FAR = range(4)
WHITE, COPY = '#ffffff', '#d55e00'
BLUES = LinearSegmentedColormap.from_list('similar', ['#08306b', '#2171b5', '#6baed6'])
GREYS = LinearSegmentedColormap.from_list('not similar', ['#d6d6d6', '#f3f3f3'])


def kinds(distances: np.ndarray, is_identical: np.ndarray, threshold: int) -> np.ndarray:
    """Return IDENTICAL, SIMILAR or FAR for pairs; `threshold` and the distances are in bits of the same code."""
    return np.where(is_identical, IDENTICAL, np.where(distances <= threshold, SIMILAR, FAR))


def colours(kinds: np.ndarray, distances: np.ndarray, threshold: int, unrelated: int) -> np.ndarray:
    """Return red, green and blue, from 0 to 1, of pairs; the last axis is the colour.

    What is `unrelated` bits apart has nearly nothing in common.
    """
    within = distances / max(threshold, 1)
    beyond = (distances - threshold) / max(unrelated - threshold, 1)
    kinds = kinds[..., None]
    return np.select(
        [kinds == SELF, kinds == IDENTICAL, kinds == SIMILAR], [to_rgb(WHITE), to_rgb(COPY), _of(BLUES, within)],
        _of(GREYS, beyond),
    )


def text_colour(background: np.ndarray) -> str:
    """Return the colour of text that is readable on a colour."""
    return 'white' if background @ (0.3, 0.59, 0.11) < 0.6 else '#333333'


def _of(scale: LinearSegmentedColormap, share: np.ndarray) -> np.ndarray:
    return np.array(scale(np.clip(share, 0, 1).astype(float)))[..., :3]
