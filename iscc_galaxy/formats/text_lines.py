"""The lines of a text file that a user gives, as other systems and programs may have written it."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from iscc_galaxy.galaxy.job import JobError

# No list of datasets has a longer one (in bytes; in characters if it is UTF-16): a path has up to 4096 bytes.
LONGEST_LINE = 2 ** 16
# The command prompt of Windows writes what a program prints in the letters of its country.
REMEDY = 'If it is a list that iscc-sum made on Windows, make it again with: iscc-sum -o checksums.txt *.tiff'


def read_lines(path: Path, label: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers.

    Raise JobError, which calls the file by its label, for one that is empty, can't be read, or is no text.
    """
    is_empty = True
    try:
        with path.open('rb') as file:
            is_utf_16 = file.read(2) in (BOM_UTF16_LE, BOM_UTF16_BE)
        for number, line in enumerate((_utf_16_lines if is_utf_16 else _utf_8_lines)(path, label), start=1):
            if '\0' in line or not line.endswith('\n') and len(line.encode()) >= LONGEST_LINE:
                raise JobError(f'{label} is not a text file: line {number} holds zero bytes, or is too long.')
            if line.strip():
                is_empty = False
                yield number, line.removesuffix('\n').removesuffix('\r')
    except OSError as error:
        raise JobError(f'{label} can not be read: {error}. Upload or compute it again.') from error
    if is_empty:
        raise JobError(f'{label} is empty.')


def _utf_8_lines(path: Path, label: str) -> Iterator[str]:
    with path.open('rb') as file:
        for number, line in enumerate(iter(partial(file.readline, LONGEST_LINE), b''), start=1):
            try:
                yield line.decode('utf-8-sig' if number == 1 else 'utf-8')
            except UnicodeDecodeError as error:
                raise JobError(f'{label} is not a text file: line {number} is not UTF-8. {REMEDY}') from error


def _utf_16_lines(path: Path, label: str) -> Iterator[str]:
    """Yield the lines of a file as PowerShell writes it with `>`: UTF-16, with a byte order mark that says so."""
    with path.open(encoding='utf-16', newline='\n') as file:
        try:
            yield from iter(partial(file.readline, LONGEST_LINE), '')
        except UnicodeError as error:
            raise JobError(f'{label} is not a text file: it is not whole UTF-16. {REMEDY}') from error
