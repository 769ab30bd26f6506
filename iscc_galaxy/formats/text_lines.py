"""The lines of a text file that a user gives, as other systems and programs may have written it."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from iscc_galaxy.galaxy.job import JobError

# In characters. No list of datasets has a longer one: a path has up to 4096 bytes.
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
            # PowerShell's `>` writes UTF-16, with a byte order mark that says so.
            is_utf_16 = file.read(2) in (BOM_UTF16_LE, BOM_UTF16_BE)
        number = 0
        with path.open(encoding='utf-16' if is_utf_16 else 'utf-8-sig', newline='\n') as file:
            for number, line in enumerate(iter(partial(file.readline, LONGEST_LINE), ''), start=1):
                if '\0' in line or len(line) == LONGEST_LINE and not line.endswith('\n'):
                    raise JobError(f'{label} is not a text file: line {number} holds zero bytes, or is too long.')
                if not line.isspace():
                    is_empty = False
                    yield number, line.removesuffix('\n').removesuffix('\r')
    except UnicodeDecodeError as error:
        # Python decodes several lines at a time: what it was given then begins behind the last line that was read.
        number += 1 + error.object[:error.start].count(b'\n')
        problem = 'it is not whole UTF-16' if is_utf_16 else f'line {number} is not UTF-8'
        raise JobError(f'{label} is not a text file: {problem}. {REMEDY}') from error
    except OSError as error:
        raise JobError(f'{label} can not be read: {error}. Upload or compute it again.') from error
    if is_empty:
        raise JobError(f'{label} is empty.')
