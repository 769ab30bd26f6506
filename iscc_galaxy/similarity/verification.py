"""Verify a manifest: what became of the datasets that it lists, one to one. Content counts before names."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace

from iscc_galaxy.formats.listed_codes import ListedCode
from iscc_galaxy.iscc.iscc_codes import is_narrow, narrowed
from iscc_galaxy.similarity.near_names import near_names

STATUSES = ('OK', 'MODIFIED', 'RENAMED', 'MISSING', 'UNLISTED')


# As a `ListedCode`, not frozen: there may be millions.
@dataclass(slots=True)
class Outcome:
    """What became of one dataset of the manifest, or that the manifest does not list one.

    `other` is, for a MISSING line, a dataset of another line that still has its content; for an UNLISTED dataset, a
    line that has its name.
    """

    status: str
    listed: ListedCode | None
    computed: ListedCode | None
    other: ListedCode | None = None


# A key of a code by which it is paired; None where it is not to be.
Key = Callable[[ListedCode], Hashable | None]


def _content(listed: ListedCode) -> Hashable:
    return listed.code if listed.pixels is None else (listed.code, listed.pixels)


def _narrow(listed: ListedCode) -> str | None:
    return listed.code if is_narrow(listed.code) else None


def _cut(listed: ListedCode) -> str | None:
    return None if is_narrow(listed.code) else narrowed(listed.code)


def _name(listed: ListedCode) -> str:
    return listed.name


# Two contents are equal if their codes are, of pixels also their types and sizes; or if one code is narrow and the
# other, cut to it, is the same. No code of pixels is narrow.
_EQUAL_CONTENT: tuple[tuple[Key, Key], ...] = ((_content, _content), (_narrow, _cut), (_cut, _narrow))


def verify(listed: list[ListedCode], computed: list[ListedCode], loose_names: bool = False) -> list[Outcome]:
    """Return an outcome for each line of the manifest, in their order, then for the datasets that it does not list.

    Each line is paired with one dataset at most, and each dataset with one line: first equal names with equal content
    (OK), then equal content (RENAMED), then equal names (MODIFIED). What is left of the lines is MISSING, of the
    datasets UNLISTED. With `loose_names`, nearly equal names count as equal where they are not ambiguous. The codes are
    all of files, or all of pixels.
    """
    nearly = near_names((line.name for line in listed), (each.name for each in computed)) if loose_names else []
    listed_name = {near.found: near.listed for near in nearly}

    def name_of_computed(dataset: ListedCode) -> str:
        return listed_name.get(dataset.name, dataset.name)

    pairing = _Pairing(listed, computed)
    for key, key_of_computed in _EQUAL_CONTENT:
        pairing.pair('OK', _both(_name, key), _both(name_of_computed, key_of_computed))
    for key, key_of_computed in _EQUAL_CONTENT:
        pairing.pair('RENAMED', key, key_of_computed)
    pairing.pair('MODIFIED', _name, name_of_computed)
    lost = [Outcome('MISSING', line, None) for line in pairing.left_listed.values()]
    outcomes = pairing.outcomes | dict(zip(pairing.left_listed, _with_copies(lost, computed)))
    first = _first_by(_name, listed)
    added = [
        Outcome('UNLISTED', None, dataset, first.get(name_of_computed(dataset)))
        for dataset in pairing.left_computed.values()
    ]
    return [outcomes[place] for place in range(len(listed))] + added


def _both(name: Key, content: Key) -> Key:
    """Return the key by which both the names and the contents have to be equal."""
    def both(code: ListedCode) -> Hashable | None:
        found = content(code)
        return None if found is None else (name(code), found)
    return both


class _Pairing:
    """The lines and datasets that have no partner yet, by their places, and the outcomes of those that have."""

    def __init__(self, listed: Iterable[ListedCode], computed: Iterable[ListedCode]) -> None:
        self.left_listed = dict(enumerate(listed))
        self.left_computed = dict(enumerate(computed))
        self.outcomes: dict[int, Outcome] = {}

    def pair(self, status: str, key: Key, key_of_computed: Key) -> None:
        """Pair lines and datasets of equal keys in their order."""
        candidates = defaultdict(list)
        # From the last on, so that the first is the next to be taken. A deque of each would be ten times as large.
        for place, dataset in reversed(self.left_computed.items()):
            candidates[key_of_computed(dataset)].append(place)
        candidates.pop(None, None)
        for place, line in list(self.left_listed.items()):
            places = candidates.get(key(line))
            if places:
                dataset = self.left_computed.pop(places.pop())
                self.outcomes[place] = Outcome(status, self.left_listed.pop(place), dataset)


def _with_copies(lost: list[Outcome], computed: list[ListedCode]) -> list[Outcome]:
    """Add the first dataset that has the content of a lost line."""
    for key, key_of_computed in _EQUAL_CONTENT if lost else ():
        first = _first_by(key_of_computed, computed)
        lost = [each if each.other else replace(each, other=first.get(key(each.listed))) for each in lost]
    return lost


def _first_by(key: Key, codes: list[ListedCode]) -> dict[Hashable, ListedCode]:
    """Return the first code of each key."""
    first = {key(code): code for code in reversed(codes)}
    first.pop(None, None)
    return first
