"""The lines of a list of groups: each dataset with its name, how it is related to another, and a colour for that."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from iscc_galaxy.iscc.iscc_codes import is_narrow
from iscc_galaxy.similarity.data_codes import BITS
from iscc_galaxy.similarity.groups import Groups
from iscc_galaxy.similarity.picture.shades import colours, kinds, SELF


@dataclass(frozen=True)
class Member:
    """The place of a dataset, from 0, its name, its relation in words, and its colour."""

    place: int
    name: str
    relation: str
    colour: np.ndarray

    @property
    def number(self) -> str:
        """The row of the groups table."""
        return str(self.place + 1)


def members_at(groups: Groups, places: Sequence[int], names: Sequence[str], threshold: int) -> dict[int, Member]:
    """Return the lines of datasets, by their places; of each group these must be the first ones."""
    first_of: dict[int, int] = {}
    members = {}
    for place, name in zip(places, names, strict=True):
        original = first_of.setdefault(groups.identical[place], place)
        bits = int(groups.distance[place]) * BITS // _bits_compared(groups, place)
        kind = kinds(np.array(bits), np.array(original != place), threshold)
        if place == groups.representative[place]:
            kind = np.array(SELF)
        members[place] = Member(
            place, name, _relation(groups, place, original), colours(kind, np.array(bits), threshold))
    return members


def _relation(groups: Groups, place: int, original: int) -> str:
    """Return how a dataset is related to that which it is a copy of, or to the representative of its group."""
    representative, bits = groups.representative[place], groups.distance[place]
    if place == representative:
        return 'representative'
    if original != place:
        return 'bit-identical' if original == representative else f'identical to {original + 1}'
    if bits == 0:
        return 'equal Data-Code'
    compared = _bits_compared(groups, place)
    return f'{bits} bit{"" if bits == 1 else "s"}' if compared == BITS else f'{bits} of {compared} bits'


def _bits_compared(groups: Groups, place: int) -> int:
    """Return how many bits of a dataset's code are compared with that of the representative."""
    codes = [groups.datasets[each].code for each in (place, groups.representative[place])]
    return BITS // 2 if any(map(is_narrow, codes)) else BITS
