"""The lines of a list of groups: each dataset with its name, how it is related to another, and a colour for that."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
    kind = groups.comparison.kind
    for place, name, compared in zip(places, names, groups.bits_compared(places).tolist(), strict=True):
        original = first_of.setdefault(groups.identical[place], place)
        bits = int(groups.distance[place]) * kind.bits // compared
        shade = kinds(np.array(bits), np.array(original != place), threshold)
        if place == groups.representative[place]:
            shade = np.array(SELF)
        members[place] = Member(
            place, name, _relation(groups, place, original, compared),
            colours(shade, np.array(bits), threshold, kind.unrelated))
    return members


def _relation(groups: Groups, place: int, original: int, compared: int) -> str:
    """Return how a dataset is related to that which it is a copy of, or to the representative of its group.

    `compared` is of how many bits the distance to the representative is.
    """
    kind, representative, bits = groups.comparison.kind, groups.representative[place], groups.distance[place]
    if place == representative:
        return 'representative'
    if original not in (place, representative):
        return f'{kind.identical_to} {original + 1}'
    if original == representative or bits == 0:
        return kind.relation(original == representative, 0)
    return f'{bits} bit{"" if bits == 1 else "s"}' if compared == kind.bits else f'{bits} of {compared} bits'
