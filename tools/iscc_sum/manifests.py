r"""Reading ISCC-CODEs from files: manifests of this suite, checksum files of `iscc-sum`, and what Generate writes.

A manifest is a table with a header, in which a name has `\` as `\\`, tab as `\t`, LF as `\n` and CR as `\r`. A checksum
line is `ISCC:CODE *name` or, with `iscc-sum --tag`, `ISCC-SUM (name) = ISCC:CODE`; a folder's name ends in `/`.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import codes
from job import JobError, shown

_CHECKSUM_LINES = (
    re.compile(r'(?P<code>ISCC:\S+) \*(?P<name>.+)'),
    re.compile(r'ISCC-SUM \((?P<name>.+)\) = (?P<code>ISCC:\S+)'),
)
_ESCAPES = {'\\\\': '\\', '\\t': '\t', '\\n': '\n', '\\r': '\r'}


@dataclass(frozen=True)
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
    text = _text(path, label)
    if text.lstrip().startswith('{'):
        return Reference(label, [_metadata_entry(text, label)], is_list=False)
    lines = [line.removesuffix('\r') for line in text.split('\n')]
    columns = lines[0].split('\t')
    if {'name', 'iscc_code'} <= set(columns):
        entries = _table_entries(lines, columns, label)
    else:
        entries = _line_entries(lines, label)
    if not entries:
        raise JobError(f'{label} holds no ISCC-CODE, so there is nothing to compare with.')
    return Reference(label, entries, is_list='iscc_code' in columns or len(entries) > 1)


def unescaped(name: str) -> str:
    r"""Give the name that a manifest writes with `\\`, `\t`, `\n` and `\r`; raise ValueError for another escape."""
    def plain(match: re.Match) -> str:
        if match.group() not in _ESCAPES:
            raise ValueError(f'has {match.group()!r}, which is no escape of a manifest')
        return _ESCAPES[match.group()]
    return re.sub(r'\\(?:.|$)', plain, name, flags=re.DOTALL)


def _text(path: Path, label: str) -> str:
    try:
        text = path.read_bytes().decode('utf-8-sig')
    except UnicodeDecodeError as error:
        raise JobError(f'{label} is not a text file (byte {error.start + 1} is not UTF-8).') from error
    if '\0' in text:
        raise JobError(f'{label} is not a text file (it holds zero bytes).')
    if not text.strip():
        raise JobError(f'{label} is empty.')
    return text


def _metadata_entry(text: str, label: str) -> Entry:
    try:
        metadata = json.loads(text)
        return Entry(codes.parse(metadata['iscc']), 1, metadata.get('name'))
    except codes.CodeError as error:
        raise JobError(f'{label}: the code {shown(metadata["iscc"])} can not be used: it {error}.') from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise JobError(f'{label} is not ISCC metadata: JSON with a code under "iscc" was expected.') from error


def _table_entries(lines: list[str], columns: list[str], label: str) -> list[Entry]:
    entries = []
    for number, line in enumerate(lines[1:], start=2):
        if not line and number == len(lines):
            break
        fields = line.split('\t')
        if len(fields) != len(columns):
            raise JobError(
                f'{label}, line {number}: {len(fields)} column(s) instead of the {len(columns)} of the header. '
                'Is the file whole?'
            )
        row = dict(zip(columns, fields))
        try:
            name = unescaped(row['name'])
        except ValueError as error:
            raise JobError(f'{label}, line {number}: the name {shown(row["name"])} {error}.') from error
        entries.append(Entry(_code(row['iscc_code'], number, label), number, name))
    return entries


def _line_entries(lines: list[str], label: str) -> list[Entry]:
    entries: list[Entry] = []
    for number, line in enumerate(lines, start=1):
        is_unit_line = bool(entries) and codes.is_unit(line)
        if not line.strip() or line.startswith('#') or is_unit_line:
            continue
        match = next(filter(None, (form.fullmatch(line) for form in _CHECKSUM_LINES)), None)
        if match:
            entries.append(Entry(_code(match['code'], number, label), number, match['name']))
        elif ' *' in line or line.startswith('ISCC-SUM'):
            raise JobError(f'{label}, line {number}: {shown(line[:100])} is not a whole checksum line.')
        else:
            entries.append(Entry(_code(line, number, label), number, None))
    return entries


def _code(text: str, line: int, label: str) -> str:
    try:
        return codes.parse(text)
    except codes.CodeError as error:
        raise JobError(f'{label}, line {line}: the code {shown(text[:100])} can not be used: it {error}.') from error
