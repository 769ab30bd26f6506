"""Reading ISCC-CODEs from files: manifests of this suite, checksum files of `iscc-sum`, and what Generate writes.

A manifest is a table of tab-separated columns. A checksum line is `ISCC:CODE *name` or, with `iscc-sum --tag`,
`ISCC-SUM (name) = ISCC:CODE`; the name of a folder has a `/` behind it. Lines that begin with `#` are comments, but in
a table only if they hold no tab: there a name may begin so.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import codes
from job import JobError, shown
from manifests import check_row, COLUMNS
from table_names import unescaped

_CODE = r'(?P<code>(?i:ISCC:\S+|K[4U]A\S+))'
_CHECKSUM_LINES = (re.compile(_CODE + r' \*(?P<name>.+?)/?'), re.compile(r'ISCC-SUM \((?P<name>.+?)/?\) = ' + _CODE))
# No list of datasets has a longer one: a path has up to 4096 bytes.
LONGEST_LINE_BYTES = 2 ** 16


@dataclass(frozen=True, slots=True)
class Entry:
    """A code in a file, on which line (from 1), and the name it is listed under; a lone code has none."""

    code: str
    line: int
    name: str | None


@dataclass(frozen=True)
class Reference:
    """The entries of a file, and whether it lists datasets by name, or holds what Generate wrote for one dataset."""

    label: str
    entries: list[Entry]
    is_list: bool


def read_reference(path: Path, label: str) -> Reference:
    """Read all codes of a file; raise JobError for a file that is not wholly understood, or holds no code.

    `label` names the file in messages.
    """
    try:
        lines = list(_lines(path, label))
    except OSError as error:
        raise JobError(f'{label} can not be read: {error}. Upload or compute it again.') from error
    if not lines:
        raise JobError(f'{label} is empty.')
    if lines[0][1].lstrip().startswith('{'):
        return Reference(label, [_metadata_entry('\n'.join(line for _, line in lines), label)], is_list=False)
    lines = [(number, line) for number, line in lines if not line.startswith('#') or '\t' in line]
    is_table = bool(lines) and '\t' in lines[0][1] and not _checksum_line(lines[0][1])
    entries = list((_table_entries if is_table else _line_entries)(lines, label))
    if not entries:
        raise JobError(f'{label} holds no ISCC-CODE, so there is nothing to compare with.')
    return Reference(label, entries, is_list=is_table or len(entries) > 1)


def read_list(path: Path, label: str) -> list[Entry]:
    """Read the codes of a manifest or checksum file; raise JobError also for a code without a name."""
    entries = read_reference(path, label).entries
    for entry in entries:
        if entry.name is None:
            raise JobError(f'{label}, line {entry.line}: a code without a name, so no dataset can be found for it.')
    return entries


def _lines(path: Path, label: str) -> Iterator[tuple[int, str]]:
    """Give the lines that are not blank, with their numbers."""
    with path.open('rb') as file:
        for number, line in enumerate(iter(partial(file.readline, LONGEST_LINE_BYTES), b''), start=1):
            try:
                text = line.decode('utf-8-sig' if number == 1 else 'utf-8')
            except UnicodeDecodeError as error:
                raise JobError(f'{label} is not a text file: line {number} is not UTF-8.') from error
            if '\0' in text or len(line) == LONGEST_LINE_BYTES:
                raise JobError(f'{label} is not a text file: line {number} holds zero bytes, or is too long.')
            if text.strip():
                yield number, text.removesuffix('\n').removesuffix('\r')


def _metadata_entry(text: str, label: str) -> Entry:
    try:
        metadata = json.loads(text)
        name = metadata.get('name')
        if name is not None and not isinstance(name, str):
            raise TypeError('name')
        # JSON can spell a name that no output can hold: half of a surrogate pair.
        (name or '').encode()
        return Entry(codes.parse(metadata['iscc']), 1, name)
    except codes.CodeError as error:
        raise JobError(f'{label}: the code {shown(metadata["iscc"][:100])} can not be used: it {error}.') from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise JobError(f'{label} is not ISCC metadata: JSON with a code under "iscc" was expected.') from error


def _table_entries(lines: list[tuple[int, str]], label: str) -> Iterator[Entry]:
    columns = lines[0][1].split('\t')
    if columns.count('name') == columns.count('iscc_code') == 1:
        lines = lines[1:]
    else:
        # Without a header the columns are those of a manifest, or the first of them.
        columns = COLUMNS[:len(columns)]
    for number, line in lines:
        fields = line.split('\t')
        if len(fields) != len(columns):
            raise JobError(
                f'{label}, line {number}: {len(fields)} column(s) where {len(columns)} were expected. '
                'Is the file whole?'
            )
        row = dict(zip(columns, fields))
        code = _code(row['iscc_code'], number, label)
        try:
            name = unescaped(row['name'])
            check_row(row, code)
        except ValueError as error:
            raise JobError(f'{label}, line {number}: the row of {shown(row["name"])} {error}.') from error
        yield Entry(code, number, name)


def _line_entries(lines: list[tuple[int, str]], label: str) -> Iterator[Entry]:
    has_code = False
    for number, line in lines:
        if line.startswith('#') or has_code and codes.is_unit(line):
            continue
        match = _checksum_line(line)
        if match:
            yield Entry(_code(match['code'], number, label), number, match['name'])
        elif ' *' in line or line.startswith('ISCC-SUM'):
            raise JobError(f'{label}, line {number}: {shown(line[:100])} is not a whole checksum line.')
        else:
            yield Entry(_code(line, number, label), number, None)
        has_code = True


def _checksum_line(line: str) -> re.Match | None:
    return next(filter(None, (form.fullmatch(line) for form in _CHECKSUM_LINES)), None)


def _code(text: str, line: int, label: str) -> str:
    try:
        return codes.parse(text)
    except codes.CodeError as error:
        raise JobError(f'{label}, line {line}: the code {shown(text[:100])} can not be used: it {error}.') from error
