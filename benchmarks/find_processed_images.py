"""What Image-Codes find again: a plane and the picture that somebody made of it, by what was done to it.

The planes are fields of a microscope that `images_of_fields.py` makes up (16 bit), and the photographs that
scikit-image ships (8 bit, as gray values). The tool's own code makes the views of each, and of the pictures made of it.
Two are found if no more bits differ than a threshold allows; featureless views are left out, as in the tool.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, permutations
from statistics import mean

import numpy as np
from PIL import Image
from skimage import data

from images_of_fields import field_of, KINDS, recorded, thin_cells, uneven_light
from iscc_galaxy.images.pictures import scene_of
from iscc_galaxy.images.views import SceneViews
from iscc_galaxy.iscc.image_units import BITS, digest_of
from measuring import print_table
from processed_pictures import PROCESSINGS

FIELDS = 40
# How many bits may differ.
THRESHOLDS = (48, 64)
# Its light makes it the worst kind of all; it has a column of its own.
UNEVEN = 'brightfield'
PHOTOGRAPHS = (
    'astronaut', 'brick', 'camera', 'cell', 'chelsea', 'clock', 'coffee', 'coins', 'grass', 'gravel',
    'hubble_deep_field', 'immunohistochemistry', 'microaneurysms', 'moon', 'page', 'retina', 'rocket', 'text',
)


@dataclass(frozen=True)
class Coded:
    """A plane and the pictures that were made of it, by their names in PROCESSINGS, as codes: the shape (views, 4)."""

    plane: np.ndarray
    pictures: dict[str, np.ndarray]


def main() -> None:
    fields = {kind: [coded(field_of(kind, seed)) for seed in range(FIELDS)] for kind in KINDS}
    photographs = [coded(photograph(name)) for name in PHOTOGRAPHS]
    print_table(
        f'Found again in %: {FIELDS} fields of each of {len(KINDS)} kinds, and {len(PHOTOGRAPHS)} photographs',
        ['Picture', *(f'{column}, {limit} bits' for limit in THRESHOLDS for column in (
            'Mean of kinds', f'Worst kind but {UNEVEN}', UNEVEN.capitalize(), 'Photographs'))],
        [[name, *(cell for limit in THRESHOLDS for cell in recalls(name, limit, fields, photographs))]
         for name in PROCESSINGS])
    everything = [*(each for of_kind in fields.values() for each in of_kind), *photographs]
    print_table(
        f'Pairs that are not related, of {len(everything)} planes and their pictures',
        ['Pairs', 'Compared', *(f'Found, {limit} bits' for limit in THRESHOLDS), 'Bits between the nearest'], [
            ['two planes', *counts(planes_apart(everything))],
            ['a plane, and a picture of another', *counts(pictures_apart(everything))],
            [f'two planes, {UNEVEN}, one lamp', *counts(planes_apart(under_one_lamp(thin_cells)))],
            ['two planes, empty, one lamp', *counts(planes_apart(under_one_lamp(lambda _: 1)))],
        ])
    print(f'Without a view that is not featureless: {sum(not len(each.plane) for each in everything)} planes and '
          f'{sum(not len(codes) for each in everything for codes in each.pictures.values())} pictures')


def coded(plane: np.ndarray) -> Coded:
    """Return a plane and all pictures of it as codes."""
    return Coded(codes_of(plane), {name: codes_of(process(plane)) for name, process in PROCESSINGS.items()})


def codes_of(pixels: np.ndarray) -> np.ndarray:
    """Return the views of an image that are not featureless as codes: the shape (views, 4)."""
    scene = scene_of(pixels, 0)
    views = SceneViews(scene)
    for band in scene.bands():
        views.add(band)
    digests = [digest_of(view.code) for view in views.result()[0] if not view.is_featureless]
    return np.frombuffer(b''.join(digests), np.uint64).reshape(-1, 4)


def photograph(name: str) -> np.ndarray:
    """Return a picture that scikit-image ships, as gray values."""
    return np.asarray(Image.fromarray(getattr(data, name)()).convert('L'))


def under_one_lamp(sample: Callable[[np.random.Generator], np.ndarray | float]) -> list[Coded]:
    """Return fields of samples that the same uneven light shines through; each is what it leaves of the light."""
    lamp, random = uneven_light(np.random.default_rng(0)), np.random.default_rng(1)
    return [Coded(codes_of(recorded(lamp * sample(random), random)), {}) for _ in range(FIELDS)]


def recalls(name: str, limit: int, fields: dict[str, list[Coded]], photographs: list[Coded]) -> Iterator[str]:
    """Yield how much is found again, in %: the mean of all kinds, the worst but one, this one, and photographs."""
    by_kind = {kind: recall(name, limit, of_kind) for kind, of_kind in fields.items()}
    worst = min(by_kind.keys() - {UNEVEN}, key=lambda kind: (by_kind[kind], kind))
    yield f'{mean(by_kind.values()):.0f}'
    yield f'{by_kind[worst]:.0f}' + (f' ({worst})' if 0 < by_kind[worst] < 100 else '')
    yield f'{by_kind[UNEVEN]:.0f}'
    yield f'{recall(name, limit, photographs):.0f}'


def recall(name: str, limit: int, all_coded: list[Coded]) -> float:
    return 100 * mean(nearest(each.plane, each.pictures[name]) <= limit for each in all_coded)


def nearest(codes: np.ndarray, others: np.ndarray) -> int:
    """Return how many bits differ between the nearest two of two images' views; all, if one has no view."""
    return int(distances(codes, others).min(initial=BITS))


def distances(codes: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.bitwise_count(codes[:, None] ^ others).sum(axis=-1)


def planes_apart(all_coded: list[Coded]) -> Iterator[np.ndarray]:
    """Yield the bits that differ between the planes of any two images."""
    return (distances(one.plane, other.plane) for one, other in combinations(all_coded, 2))


def pictures_apart(all_coded: list[Coded]) -> Iterator[np.ndarray]:
    """Yield the bits that differ between any plane and the pictures of any other."""
    pictures = {id(each): np.concatenate(list(each.pictures.values())) for each in all_coded}
    return (distances(one.plane, pictures[id(other)]) for one, other in permutations(all_coded, 2))


def counts(bits: Iterable[np.ndarray]) -> list[str]:
    """Return the number of distances, how many are within each threshold, and the smallest."""
    apart = np.concatenate([each.ravel() for each in bits])
    return [f'{apart.size:,}', *(f'{np.count_nonzero(apart <= limit):,}' for limit in THRESHOLDS), str(apart.min())]


if __name__ == '__main__':
    main()
