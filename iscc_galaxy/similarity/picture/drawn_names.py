"""Names as they are drawn: on one line, not too long, and without what all of them begin and end with."""

import re
from collections.abc import Sequence
from os.path import commonprefix
from unicodedata import combining

# Names are cut in the middle, for they often differ at their ends.
LONGEST_NAME = 44
# Less than this is not worth a line that says it. Ends are cut only off names that are longer than there may be room.
LEAST_CUT, NEEDS_ROOM = 4, 20
# A beginning ends with one of these, so that no word or number is cut; but one that is longer than this is.
SEPARATORS, LONGEST_WORD = r'/\\ _:;,|#=\-', 12
# More accents than this on one letter would reach into the lines above.
MOST_ACCENTS = 2


def drawn_names(names: Sequence[str]) -> tuple[str, str, list[str]]:
    """Return what all names begin with, what all end with, and the names without these."""
    beginning = _beginning(names)
    names = [name[len(beginning):] for name in names]
    end = _end(names)
    rest = [shortened(name[:len(name) - len(end)]) for name in names]
    return shortened(beginning) if beginning else '', shortened(end) if end else '', rest


def shortened(name: str) -> str:
    """Return a name as it can be drawn on one line: not too long, no control characters, not blank."""
    if len(name) > LONGEST_NAME:
        half = (LONGEST_NAME - 1) // 2
        name = f'{name[:half]}\u2026{name[-half:]}'
    name = ''.join(character if character.isprintable() else '\ufffd' for character in name)
    name = ''.join(
        character for place, character in enumerate(name)
        if not all(map(combining, name[max(0, place - MOST_ACCENTS):place + 1])) or place < MOST_ACCENTS)
    if not name:
        return '(no name)'
    return name if name.strip() else f'"{name}"'


def _beginning(names: Sequence[str]) -> str:
    """Return what can be cut off the beginning of all names so that something to tell them apart is left."""
    if len(set(names)) < 2:
        return ''
    shared = commonprefix(list(names))[:min(map(len, names)) - 1]
    word = re.search(f'[^{SEPARATORS}]*$', shared)[0]
    start_of_word = re.sub(r'\d*$', '', word) if len(word) > LONGEST_WORD else ''
    shared = shared[:len(shared) - len(word)] + start_of_word
    return shared if len(shared) >= LEAST_CUT else ''


def _end(names: Sequence[str]) -> str:
    """Return what can be cut off the end of all names, some of which are long; it begins with a dot or a separator."""
    if len(set(names)) < 2 or max(map(len, names)) <= NEEDS_ROOM:
        return ''
    shared = commonprefix([name[::-1] for name in names])[:min(map(len, names)) - 1][::-1]
    found = re.search(rf'[.{SEPARATORS}].*$', shared, re.DOTALL)
    return found[0] if found and len(found[0]) >= LEAST_CUT else ''
