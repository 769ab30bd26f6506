r"""How a table of this suite writes a name: `\` as `\\`, tab as `\t`, LF as `\n`, CR as `\r`; nothing else changes."""

import re

_ESCAPES = {'\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r'}
_CHARACTERS = {escape: character for character, escape in _ESCAPES.items()}
_ESCAPE_TABLE = str.maketrans(_ESCAPES)


def escaped(name: str) -> str:
    """Give a name as it stands in a table: on one line, in one column."""
    return name.translate(_ESCAPE_TABLE)


def unescaped(text: str) -> str:
    """Give the name that a table means; raise ValueError for an escape that no table has."""
    def character(match: re.Match) -> str:
        if match.group() not in _CHARACTERS:
            raise ValueError(f'has {match.group()!r}, which is no escape of a manifest')
        return _CHARACTERS[match.group()]
    return re.sub(r'\\(?:.|$)', character, text, flags=re.DOTALL)
