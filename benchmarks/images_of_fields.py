"""Fields of a microscope, made up: ten kinds, in 16 bits, with the noise and the offset of a camera.

A field is what a camera sees at one place of a sample. Each kind is a function that takes a generator of random numbers
and returns the light: an array of the shape (SIDE, SIDE), from 0 (no light) to about 1.
"""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

SIDE = 512
# Of the camera: what it shows without light, how many photons are one unit of light, and what they count for.
OFFSET, PHOTONS, COUNTS = 200, 400, 20
# The spread of its noise without light, in counts.
READ_NOISE = 12

_Y, _X = np.mgrid[:SIDE, :SIDE]


def field_of(kind: str, seed: int) -> np.ndarray:
    """Return the field of a kind (of KINDS) that a seed gives, as a camera records it: uint16."""
    random = np.random.default_rng([seed, *kind.encode()])
    return recorded(KINDS[kind](random), random)


def recorded(light: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return what a camera makes of light: photons that arrive by chance, its offset, and its own noise."""
    counts = random.poisson(np.maximum(light, 0) * PHOTONS) * COUNTS
    return np.clip(OFFSET + counts + random.normal(0, READ_NOISE, light.shape), 0, 65535).astype(np.uint16)


def nuclei(random: np.random.Generator) -> np.ndarray:
    light = np.full((SIDE, SIDE), 0.02)
    for x, y in _places(random, random.integers(25, 60)):
        long, short, turn = random.uniform(14, 24), random.uniform(10, 16), random.uniform(0, np.pi)
        along = (_X - x) * np.cos(turn) + (_Y - y) * np.sin(turn)
        across = (_Y - y) * np.cos(turn) - (_X - x) * np.sin(turn)
        light[(along / long) ** 2 + (across / short) ** 2 < 1] = random.uniform(0.3, 1)
    return gaussian_filter(light, 2) * (1 + 0.2 * _cloud(random, 3))


def filaments(random: np.random.Generator) -> np.ndarray:
    return 0.05 + _drawn([_walk(random, 400, 0.03) for _ in range(50)], 1.5)


def neurites(random: np.random.Generator) -> np.ndarray:
    light = np.full((SIDE, SIDE), 0.03)
    for body in _places(random, 6):
        light += 0.8 * np.exp(-((_X - body[0]) ** 2 + (_Y - body[1]) ** 2) / 120)
        light += _drawn([_walk(random, random.integers(100, 350), 0.08, body) for _ in range(5)], 1.5)
    return light


def membranes(random: np.random.Generator) -> np.ndarray:
    cells = cKDTree(_places(random, random.integers(60, 120)))
    distances, _ = cells.query(np.stack([_X, _Y], axis=-1), k=2)
    return 0.05 + np.exp(-((distances[..., 1] - distances[..., 0]) / 4) ** 2) * (0.6 + 0.2 * _cloud(random, 40))


def vesicles(random: np.random.Generator) -> np.ndarray:
    turns = np.linspace(0, 2 * np.pi, 60)
    circle = np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    centres = np.concatenate([_around(random, cell, 40, 30) for cell in _places(random, 10)])
    return 0.04 + _drawn([centre + random.uniform(3, 9) * circle for centre in centres], 1.3)


def tissue(random: np.random.Generator) -> np.ndarray:
    return np.clip(0.5 + sum(0.12 * _cloud(random, scale) for scale in (2, 5, 12, 30)), 0, None)


def spots(random: np.random.Generator) -> np.ndarray:
    # A bright spot is many at the same place.
    return 0.02 + _drawn([np.repeat(_places(random, 40), random.integers(4, 20, 40), axis=0)], 2)


def bacteria(random: np.random.Generator) -> np.ndarray:
    rods = [_walk(random, random.integers(14, 30), 0.01, place) for place in _places(random, 110)]
    return 0.04 + _drawn(rods, 2.5)


def granules(random: np.random.Generator) -> np.ndarray:
    cells = _places(random, 9)
    bodies = sum(np.exp(-((_X - x) ** 2 + (_Y - y) ** 2) / 2 / 45 ** 2) for x, y in cells)
    return 0.03 + 0.15 * bodies + 5 * _drawn([_around(random, cell, 120, 35) for cell in cells], 1.8)


def brightfield(random: np.random.Generator) -> np.ndarray:
    return uneven_light(random) * thin_cells(random)


def uneven_light(random: np.random.Generator) -> np.ndarray:
    """Return the light of a lamp that is not centred: bright at a place near the middle, a third at the far corner."""
    x, y = random.uniform(0.25, 0.75, 2) * SIDE
    return 1.2 / (1 + ((_X - x) ** 2 + (_Y - y) ** 2) / (0.6 * SIDE) ** 2)


def thin_cells(random: np.random.Generator) -> np.ndarray:
    """Return what cells that hardly take up light leave of it, as a factor: with a dark rim, and a bright one."""
    cells = np.zeros((SIDE, SIDE))
    for x, y in _places(random, 25):
        cells[(_X - x) ** 2 + (_Y - y) ** 2 < random.uniform(12, 26) ** 2] = 1
    return 1 - 0.5 * (gaussian_filter(cells, 2) - gaussian_filter(cells, 5)) - 0.03 * gaussian_filter(cells, 3)


# By what a reader calls them.
KINDS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    'nuclei': nuclei, 'filaments': filaments, 'neurites': neurites, 'membranes': membranes, 'vesicles': vesicles,
    'tissue': tissue, 'spots': spots, 'bacteria': bacteria, 'granules': granules, 'brightfield': brightfield,
}


def _places(random: np.random.Generator, count: int) -> np.ndarray:
    """Return so many places in the field, the shape (count, 2), x first."""
    return random.uniform(0, SIDE, (count, 2))


def _around(random: np.random.Generator, place: np.ndarray, count: int, spread: float) -> np.ndarray:
    return place + random.normal(0, spread, (count, 2))


def _walk(random: np.random.Generator, steps: int, bend: float, start: np.ndarray | None = None) -> np.ndarray:
    """Return the places of a walk of one pixel a step, which bends a little at each; from anywhere if not said."""
    begin = _places(random, 1)[0] if start is None else start
    turns = random.uniform(0, 2 * np.pi) + np.cumsum(random.normal(0, bend, steps))
    return begin + np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=-1), axis=0)


def _drawn(lines: list[np.ndarray], width: float) -> np.ndarray:
    """Return lines of places as the light of their points, each as wide as a Gaussian of this sigma.

    A line with a point in each pixel has a brightness of about 0.5.
    """
    light = np.zeros((SIDE, SIDE))
    x, y = np.rint(np.concatenate(lines)).astype(int).T
    inside = (x >= 0) & (x < SIDE) & (y >= 0) & (y < SIDE)
    np.add.at(light, (y[inside], x[inside]), 1)
    return gaussian_filter(light, width) * width * 1.25


def _cloud(random: np.random.Generator, scale: float) -> np.ndarray:
    """Return noise without details smaller than a scale in pixels, with the mean 0 and the spread 1."""
    noise = gaussian_filter(random.normal(0, 1, (SIDE, SIDE)), scale)
    return (noise - noise.mean()) / noise.std()
