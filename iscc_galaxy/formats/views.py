"""A table of views: the Image-Codes of the pictures that a scene of an image shows."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from iscc_galaxy.formats.code_lines import match_checksum_line
from iscc_galaxy.formats.manifests import header_of
from iscc_galaxy.formats.other_lists import kind_of
from iscc_galaxy.formats.tables import escaped, table, unescaped
from iscc_galaxy.formats.text_lines import read_lines
from iscc_galaxy.galaxy.datasets import check_name
from iscc_galaxy.galaxy.job import JobError, shown
from iscc_galaxy.iscc.image_units import is_featureless
from iscc_galaxy.iscc.iscc_codes import canonical, PREFIX

COLUMNS = ('name', 'image_code', 'view', 'scene', 'size_x', 'size_y', 'note')
# The note on a view with so little in it that its code says nothing.
FEATURELESS = 'featureless'
_HEADER = '\t'.join(COLUMNS)
_NUMBER = re.compile('[1-9][0-9]{0,18}')
_CHOOSE = 'Choose a table of Image-Codes that "Generate ISCC-CODEs of image content" or this tool made.'


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A view, its bare Image-Code, and of which scene it is: the name, the number from 1, and its size in pixels."""

    name: str
    code: str
    view: str
    scene: int
    size_x: int
    size_y: int
    is_featureless: bool


def view_table(rows: Iterable[ViewRow]) -> Iterator[str]:
    """Yield the lines of the table."""
    return table(COLUMNS, (
        f'{escaped(row.name)}\t{canonical(row.code)}\t{row.view}\t{row.scene}\t{row.size_x}\t{row.size_y}\t'
        f'{FEATURELESS if row.is_featureless else ""}' for row in rows
    ))


def read_views(described: dict[str, Any]) -> list[tuple[int, ViewRow]]:
    """Return the views in a table that Galaxy describes, each with its line (from 1).

    Whether a view is featureless is told by its code, not by the note. Tables one behind another are read, too. Raise
    JobError for a table that is not wholly understood, or is another one.
    """
    check_name(described)
    label = f'Dataset {shown(described["name"])}'
    (_, first_line), *lines = read_lines(Path(described['path']), label)
    if first_line != _HEADER:
        raise JobError(f'{label} {_not_views(first_line)} {_CHOOSE}')
    rows = [(number, _row(line, f'{label}, line {number}')) for number, line in lines if line != _HEADER]
    if not rows:
        raise JobError(f'{label} lists no view. {_CHOOSE}')
    return rows


def _row(line: str, place: str) -> ViewRow:
    fields = line.split('\t')
    if len(fields) != len(COLUMNS):
        raise JobError(
            f'{place}: {len(fields)} column(s) where {len(COLUMNS)} were expected. Is the table whole?')
    name, code, view, *numbers, _note = fields
    if not code.startswith(PREFIX):
        raise JobError(f'{place}: {shown(code[:100])} where an Image-Code with the prefix {PREFIX} was expected.')
    for column, number in zip(COLUMNS[3:6], numbers):
        if not _NUMBER.fullmatch(number):
            raise JobError(f'{place}: {shown(number[:100])} as {column} where a number from 1 on was expected.')
    bare = code.removeprefix(PREFIX)
    try:
        return ViewRow(unescaped(name), bare, view, *map(int, numbers), is_featureless(bare))
    except ValueError as error:
        raise JobError(f'{place}: the row of {shown(name)} can not be used: it {error}.') from error


def _not_views(first_line: str) -> str:
    """Return what a table is that does not begin as one of views, as the rest of a sentence."""
    columns, kind = header_of(first_line), kind_of(first_line)
    if columns:
        kind = 'a pixel manifest' if 'pixel_type' in columns else 'a manifest of files'
    elif match_checksum_line(first_line):
        kind = 'a checksum file'
    if kind:
        return f'is {kind}, not a table of Image-Codes.'
    return f'is no table of Image-Codes: its first line should be {", ".join(COLUMNS)}, with tabs between.'
