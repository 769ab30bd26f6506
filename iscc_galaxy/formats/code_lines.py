r"""Codes on lines of text: bare, canonical, and as the checksum lines of `iscc-sum`.

A checksum line is `ISCC:CODE *name` or, with `iscc-sum --tag`, `ISCC-SUM (name) = ISCC:CODE`. The name of a folder has
a `/` behind it. These lines know no escapes. They are written here and not by iscc-sum, which turns `\` into `/`.
"""

import re

from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.galaxy.job import JobError, shown
from iscc_galaxy.iscc.hashing import Fingerprint
from iscc_galaxy.iscc.iscc_codes import canonical

_CODE = r'(?P<code>(?i:ISCC:\S+|K[4U]A\S+))'
_CHECKSUM_LINES = (re.compile(_CODE + r' \*(?P<name>.+?)/?'), re.compile(r'ISCC-SUM \((?P<name>.+?)/?\) = ' + _CODE))


def code_lines(fingerprint: Fingerprint, units: bool, prefix: str = '') -> str:
    """Return the code on one line, with `units` the Data-Code unit and the Instance-Code unit on two more."""
    lines = [fingerprint.code] + ([fingerprint.data_unit, fingerprint.instance_unit] if units else [])
    return ''.join(f'{prefix}{line}\n' for line in lines)


def checksum_line(fingerprint: Fingerprint, dataset: Dataset) -> str:
    """Return the line that `iscc-sum -c` verifies beside a file or folder of the dataset's name."""
    check_checksum_name(dataset)
    return f'{canonical(fingerprint.code)} *{dataset.name}{"/" if dataset.is_directory else ""}\n'


def check_checksum_name(dataset: Dataset) -> None:
    """Raise JobError for a name that a checksum line can't carry."""
    name = dataset.name
    if not name or '\n' in name or '\r' in name or name.endswith('/') and not dataset.is_directory:
        raise JobError(
            f'The dataset name {shown(name)} can not stand in a checksum line: there it must not be empty, hold a '
            'line break or end in "/". Rename the dataset, or choose another output format.'
        )


def match_checksum_line(line: str) -> re.Match | None:
    """Return the `code` and the `name` on a checksum line as groups; None if the line is no such line."""
    return next(filter(None, (form.fullmatch(line) for form in _CHECKSUM_LINES)), None)


def looks_like_checksum_line(line: str) -> bool:
    """Return whether a line was meant as a checksum line, whole or not."""
    return ' *' in line or line.startswith('ISCC-SUM')
