"""Verify a manifest: what became of the datasets that it lists, by their names and codes, one to one."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from iscc_galaxy.formats.listed_codes import ListedCode
from iscc_galaxy.iscc.iscc_codes import is_same_code, narrowed

STATUSES = ('OK', 'MODIFIED', 'RENAMED', 'MISSING', 'UNLISTED')


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one dataset of the manifest, or that the manifest does not list one."""

    status: str
    expected: ListedCode | None
    computed: ListedCode | None


def verify(expected: list[ListedCode], computed: list[ListedCode]) -> list[Outcome]:
    """Return an outcome for each expected code, in their order, then for the computed ones that are not listed.

    Where a name or a code stands several times, each is paired with one of the other side at most: first equal names
    with equal codes, then equal names, then equal codes.
    """
    unpaired = _Unpaired(dict(enumerate(expected)), dict(enumerate(computed)))
    pairs = {
        'OK': unpaired.pair(lambda listed: (listed.name, narrowed(listed.code)), _is_same),
        'MODIFIED': unpaired.pair(lambda listed: listed.name, lambda one, other: True),
        'RENAMED': unpaired.pair(lambda listed: narrowed(listed.code), _is_same),
    }
    outcomes = {
        place: Outcome(status, expected[place], computed[partner])
        for status, partners in pairs.items() for place, partner in partners.items()
    }
    outcomes |= {place: Outcome('MISSING', listed, None) for place, listed in unpaired.expected.items()}
    in_order = [outcomes[place] for place in range(len(expected))]
    return in_order + [Outcome('UNLISTED', None, listed) for listed in unpaired.computed.values()]


@dataclass
class _Unpaired:
    """The codes of both sides that have no partner yet, by their places."""

    expected: dict[int, ListedCode]
    computed: dict[int, ListedCode]

    def pair(
        self, key: Callable[[ListedCode], Hashable], fits: Callable[[ListedCode, ListedCode], bool],
    ) -> dict[int, int]:
        """Pair codes of equal keys that fit, in their order, and return the places of the partners."""
        candidates = defaultdict(deque)
        for place, listed in self.computed.items():
            candidates[key(listed)].append(place)
        partners = {}
        for place, listed in self.expected.items():
            places = candidates[key(listed)]
            partner = next((other for other in places if fits(listed, self.computed[other])), None)
            if partner is not None:
                places.remove(partner)
                partners[place] = partner
        for place, partner in partners.items():
            del self.expected[place], self.computed[partner]
        return partners


def _is_same(one: ListedCode, other: ListedCode) -> bool:
    return is_same_code(one.code, other.code)


def name_hint(expected: list[ListedCode], computed: list[ListedCode]) -> str:
    """Return a line if no name is on both sides, but some would be without folders or extensions; else no text."""
    ways = (
        ('without the folders before the last "/"', lambda name: {_base(name)}),
        ('without extensions and the folders before the last "/"', lambda name: _stems(_base(name))),
    )
    names, found = ({listed.name for listed in side} for side in (expected, computed))
    if names & found:
        return ''
    for words, forms in ways:
        known = set().union(*map(forms, found))
        alike = [name for name in names if forms(name) & known]
        if alike:
            return (
                f'No name of the manifest is the name of a dataset, but {len(alike)} would be {words}. Names must be '
                'equal: rename the elements of the collection (Relabel identifiers), or the names in the manifest.\n'
            )
    return ''


def _base(name: str) -> str:
    return name.rsplit('/', 1)[-1]


def _stems(name: str) -> set[str]:
    """Return a name as it is, and without one or two extensions: Galaxy's own have up to two parts (`ome.tiff`)."""
    return {name, name.rsplit('.', 1)[0], name.rsplit('.', 2)[0]}
