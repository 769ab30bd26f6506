"""Compare a manifest with the codes of datasets, one to one, by names and by codes."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import codes
from references import Entry

STATUSES = ('OK', 'MODIFIED', 'RENAMED', 'MISSING', 'UNLISTED')


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one dataset of the manifest, or that the manifest does not list one."""

    status: str
    expected: Entry | None
    computed: Entry | None


def compare(expected: list[Entry], computed: list[Entry]) -> list[Finding]:
    """Give a finding for each expected entry, in their order, then for the computed ones that are not listed.

    Where a name or a code stands several times, each entry is paired with one of the other side at most: first equal
    names with equal codes, then equal names, then equal codes.
    """
    unpaired = _Unpaired(dict(enumerate(expected)), dict(enumerate(computed)))
    pairs = {
        'OK': unpaired.pair(lambda entry: (entry.name, codes.narrowed(entry.code)), _is_same),
        'MODIFIED': unpaired.pair(lambda entry: entry.name, lambda one, other: True),
        'RENAMED': unpaired.pair(lambda entry: codes.narrowed(entry.code), _is_same),
    }
    findings = {
        place: Finding(status, expected[place], computed[partner])
        for status, partners in pairs.items() for place, partner in partners.items()
    }
    findings |= {place: Finding('MISSING', entry, None) for place, entry in unpaired.expected.items()}
    in_order = [findings[place] for place in range(len(expected))]
    return in_order + [Finding('UNLISTED', None, entry) for entry in unpaired.computed.values()]


@dataclass
class _Unpaired:
    """The entries of both sides that have no partner yet, by their places."""

    expected: dict[int, Entry]
    computed: dict[int, Entry]

    def pair(
        self, key: Callable[[Entry], Hashable], fits: Callable[[Entry, Entry], bool],
    ) -> dict[int, int]:
        """Pair entries of equal keys that fit, in their order, and give the places of the partners."""
        candidates = defaultdict(deque)
        for place, entry in self.computed.items():
            candidates[key(entry)].append(place)
        partners = {}
        for place, entry in self.expected.items():
            places = candidates[key(entry)]
            partner = next((other for other in places if fits(entry, self.computed[other])), None)
            if partner is not None:
                places.remove(partner)
                partners[place] = partner
        for place, partner in partners.items():
            del self.expected[place], self.computed[partner]
        return partners


def _is_same(one: Entry, other: Entry) -> bool:
    return codes.is_same(one.code, other.code)


def name_hint(expected: list[Entry], computed: list[Entry]) -> str:
    """Say so if no name is on both sides, but some would be without folders or extensions; else give no text."""
    ways = (
        ('without the folders before the last "/"', lambda name: {_base(name)}),
        ('without extensions and the folders before the last "/"', lambda name: _stems(_base(name))),
    )
    listed, found = ({entry.name for entry in entries} for entries in (expected, computed))
    if listed & found:
        return ''
    for words, forms in ways:
        known = set().union(*map(forms, found))
        alike = [name for name in listed if forms(name) & known]
        if alike:
            return (
                f'No name of the manifest is the name of a dataset, but {len(alike)} would be {words}. Names must be '
                'equal: rename the elements of the collection (Relabel identifiers), or the names in the manifest.\n'
            )
    return ''


def _base(name: str) -> str:
    return name.rsplit('/', 1)[-1]


def _stems(name: str) -> set[str]:
    """Give a name as it is, and without one or two extensions: Galaxy's own have up to two parts (`ome.tiff`)."""
    return {name, name.rsplit('.', 1)[0], name.rsplit('.', 2)[0]}
