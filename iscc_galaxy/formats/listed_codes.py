"""Reading ISCC-CODEs from files: manifests of this suite, checksum files of `iscc-sum`, and what Generate writes.

Bare codes, checksum files and ISCC metadata hold codes of files; a manifest, codes of files or of pixels.

Lines that begin with `#` are comments, but in a table only if they hold no tab: there a name may begin so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from iscc_galaxy.formats.code_kinds import CodeSource
from iscc_galaxy.formats.code_lines import looks_like_checksum_line, match_checksum_line
from iscc_galaxy.formats.manifests import COLUMNS, Columns, header_of
from iscc_galaxy.formats.metadata import read_metadata
from iscc_galaxy.formats.other_lists import what_it_is
from iscc_galaxy.formats.pixel_manifests import Pixels, pixels_in
from iscc_galaxy.formats.text_lines import read_lines
from iscc_galaxy.galaxy.datasets import check_name
from iscc_galaxy.galaxy.job import JobError, shown
from iscc_galaxy.iscc.iscc_codes import CodeError, is_unit, parse_code


# A list may have millions, and to make them frozen takes four times as long.
@dataclass(slots=True)
class ListedCode:
    """A bare code in a file, on which line (from 1), and the name it is listed under; a lone code has none.

    A code of pixels has `pixels`, which belong to it: the same bytes may be pixels of another type or arrangement.
    """

    code: str
    line: int
    name: str | None
    pixels: Pixels | None = None


@dataclass(frozen=True)
class CodeFile(CodeSource):
    """All codes of a file. It lists datasets by name, or it holds what Generate wrote for one dataset."""

    codes: list[ListedCode]
    is_list: bool


def read_code_file(described: dict[str, Any]) -> CodeFile:
    """Return the codes of a dataset that Galaxy describes.

    Raise JobError for a file that is not wholly understood, holds no code, or holds codes of files and of pixels.
    """
    check_name(described)
    name = described['name']
    label = f'Dataset {shown(name)}'
    lines = read_lines(Path(described['path']), label)
    first = next(lines)
    if first[1].lstrip().startswith('{'):
        found = [_code_of_metadata('\n'.join(line for _, line in chain([first], lines)), label)]
        return CodeFile(name, of_pixels=False, codes=found, is_list=False)
    rest = (each for each in chain([first], lines) if not each[1].startswith('#') or '\t' in each[1])
    first = next(rest, None)
    is_table = first is not None and '\t' in first[1] and not match_checksum_line(first[1])
    try:
        codes = _codes_of_manifest if is_table else _codes_of_lines
        found = list(codes(chain([first], rest), label)) if first else []
    except JobError as error:
        other = what_it_is(first[1])
        raise JobError(f'{label} {other}') if other else error
    if not found:
        raise JobError(f'{label} holds no ISCC-CODE, so there is nothing to compare with.')
    of_pixels = _are_of_pixels(found, label)
    return CodeFile(name, of_pixels, codes=found, is_list=is_table or len(found) > 1)


def read_code_list(described: dict[str, Any]) -> CodeFile:
    """Return the codes of a manifest or a checksum file; raise JobError also for a code without a name."""
    file = read_code_file(described)
    for listed in file.codes:
        if listed.name is None:
            raise JobError(
                f'{file.label}, line {listed.line}: a code without a name, so no dataset can be found for it.')
    return file


def _code_of_metadata(text: str, label: str) -> ListedCode:
    try:
        code, name = read_metadata(text)
    except ValueError as error:
        raise JobError(f'{label} is not ISCC metadata: JSON with a code under "iscc" was expected.') from error
    return ListedCode(_parsed(code, label), 1, name)


def _are_of_pixels(codes: list[ListedCode], label: str) -> bool:
    """Return whether codes are of pixels; raise JobError unless all are of one kind."""
    is_of_pixels = codes[0].pixels is not None
    other = next((listed for listed in codes if (listed.pixels is not None) != is_of_pixels), None)
    if other:
        pixels, files = (codes[0], other) if is_of_pixels else (other, codes[0])
        raise JobError(
            f'{label} holds codes of pixels (line {pixels.line}) and codes of files (line {files.line}): the two '
            'can\'t be compared. Give a file with codes of one kind.'
        )
    return is_of_pixels


def _codes_of_manifest(lines: Iterator[tuple[int, str]], label: str) -> Iterator[ListedCode]:
    first = next(lines)
    header = header_of(first[1])
    # Without a header the columns are those of a manifest, or the first of them.
    columns = Columns(header or COLUMNS[:first[1].count('\t') + 1])
    for number, line in lines if header else chain([first], lines):
        cells = columns.cells(line)
        if len(cells) != len(columns.names) or header and line == first[1]:
            # Tables with headers were put one behind another: equal ones, or ones that differ in their columns.
            another = header_of(line)
            if another:
                columns = Columns(another)
                continue
            raise JobError(
                f'{label}, line {number}: {len(cells)} column(s) where {len(columns.names)} were expected. '
                'Is the file whole?'
            )
        code = _parsed(columns.code(cells), label, number)
        try:
            pixels = pixels_in(columns.row(cells), code) if columns.is_of_pixels(cells) else None
            name = columns.name(cells, code)
        except ValueError as error:
            written = shown(columns.written_name(cells))
            raise JobError(f'{label}, line {number}: the row of {written} {error}.') from error
        yield ListedCode(code, number, name, pixels)


def _codes_of_lines(lines: Iterator[tuple[int, str]], label: str) -> Iterator[ListedCode]:
    has_code = False
    for number, line in lines:
        if line.startswith('#') or has_code and is_unit(line):
            continue
        if line.startswith('"') and line.endswith('"'):
            # No such line begins with a quote: a spreadsheet put it there.
            line = line[1:-1].replace('""', '"')
        match = match_checksum_line(line)
        if match:
            yield ListedCode(_parsed(match['code'], label, number), number, match['name'])
        elif looks_like_checksum_line(line):
            raise JobError(f'{label}, line {number}: {shown(line[:100])} is not a whole checksum line.')
        else:
            yield ListedCode(_parsed(line, label, number), number, None)
        has_code = True


def _parsed(text: str, label: str, line: int | None = None) -> str:
    try:
        return parse_code(text)
    except CodeError as error:
        place = label if line is None else f'{label}, line {line}'
        raise JobError(f'{place}: the code {shown(text[:100])} can not be used: it {error}.') from error
