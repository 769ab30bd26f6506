r"""Names that are nearly equal: those of one file, written by different systems, programs and people.

What may differ is how letters are composed (macOS and Linux), `\` for `/`, quotes that a spreadsheet put around a name,
the extension, and the folders before the name.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from unicodedata import normalize

# A name with an extension and, behind that, the number of a scene (`a.ome.tiff#2`) if there is one. An extension begins
# with a letter; some stand before another (`ome.tiff`, `nii.gz`).
_WITH_EXTENSION = re.compile(
    r'(?P<stem>.*?[^/])(?:\.(?:ome|nii|tar|tiff?|zarr|csv|tsv|txt))?\.[A-Za-z][A-Za-z0-9]{0,9}(?P<scene>(?:#[0-9]+)?)',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class NearName:
    """The name of a dataset, the name in a manifest that is nearly equal, and in what they differ, in words."""

    found: str
    listed: str
    difference: str


def near_names(listed: Iterable[str], found: Iterable[str]) -> list[NearName]:
    """Return which names of one side are nearly equal to which of the other, where that is not ambiguous.

    Names that both sides have are left out. The smallest difference counts: a name that has an equal in one way is not
    compared in the next.
    """
    listed, found = set(listed), set(found)
    left_listed, left_found = listed - found, found - listed
    pairs = []
    for difference, form in _WAYS:
        by_form = defaultdict(lambda: ([], []))
        for side, names in enumerate((left_listed, left_found)):
            for name in names:
                by_form[form(name)][side].append(name)
        for form_listed, form_found in by_form.values():
            if len(form_listed) == len(form_found) == 1:
                pairs.append(NearName(form_found[0], form_listed[0], difference))
                left_listed -= {form_listed[0]}
                left_found -= {form_found[0]}
    return sorted(pairs, key=lambda pair: pair.found)


def listed_file_by_file(listed: Iterable[str], found: Iterable[str]) -> list[str]:
    """Return the names of datasets of which the manifest lists files inside: `NAME/...`, as of a Zarr folder."""
    found = list(found)
    # By their lengths, so that a name of thousands of folders is cut no more often than there are lengths.
    lengths = {len(name) for name in found}
    folders = {name[:length] for name in listed for length in lengths if name[length:length + 1] == '/'}
    return [name for name in found if name in folders]


def _plain(name: str) -> str:
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = name[1:-1].replace('""', '"')
    return normalize('NFC', name).replace('\\', '/')


def _stem(name: str) -> str:
    """Return a name without its extension, if anything is left of it then; the number of a scene stays."""
    plain = _plain(name)
    match = _WITH_EXTENSION.fullmatch(plain)
    return match['stem'] + match['scene'] if match else plain


def _base(name: str) -> str:
    return _plain(name).rsplit('/', 1)[-1] or _plain(name)


_WAYS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ('in how letters are composed, quotes, or "\\" for "/"', _plain),
    ('in the extension', _stem),
    ('in the folders before the last "/"', _base),
    ('in the extension, and in the folders before the last "/"', lambda name: _stem(_base(name))),
)
