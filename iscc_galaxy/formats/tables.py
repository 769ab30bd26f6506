r"""How every table of this suite is written: tab-separated columns under a header, without comments.

In a name, `\` is written `\\`, a tab `\t`, LF `\n` and CR `\r`; nothing else changes.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

_ESCAPES = {'\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r'}
_CHARACTERS = {escape: character for character, escape in _ESCAPES.items()}
_ESCAPE_TABLE = str.maketrans(_ESCAPES)


def table(columns: Iterable[str], rows: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a table: its header, then each row."""
    return (f'{line}\n' for line in chain(['\t'.join(columns)], rows))


def escaped(name: str) -> str:
    """Return a name as it stands in a table: on one line, in one column."""
    # Most names need nothing, and a large table has millions of them.
    return name if name.isprintable() and '\\' not in name else name.translate(_ESCAPE_TABLE)


def unescaped(text: str) -> str:
    """Return the name that a table means; raise ValueError for an escape that no table has."""
    if '\\' not in text:
        return text

    def character(match: re.Match) -> str:
        if match.group() not in _CHARACTERS:
            raise ValueError(f'has {match.group()!r}, which is no escape of a manifest')
        return _CHARACTERS[match.group()]

    return re.sub(r'\\(?:.|$)', character, text, flags=re.DOTALL)
