"""What a file says that a tool has read: the oracle of the tests with damaged files, without the code of the tools."""

import codecs
import csv
import json
import re
from typing import NamedTuple

from names import meant


class Place(NamedTuple):
    """What a file says in one place, where a code and a name belong together."""

    code: str
    name: str

    def says(self, *codes: str) -> bool:
        """Return whether one of the codes is here as a word of ASCII letters and digits, in upper or lower case."""
        return not {word.upper() for word in re.findall('[A-Za-z0-9]+', self.code)}.isdisjoint(codes)

    def names(self, name: str) -> bool:
        """Return whether the name is here, as it is, in the quotes of a spreadsheet, or spelt as in a table."""
        texts = [self.name, self.name.replace('""', '"'), without_quotes(self.name)]
        undone = [re.sub(r'\\[\\tnr]', lambda escape: meant(escape[0]), text) for text in texts]
        return any(name in text for text in texts + undone)


def without_quotes(row: str) -> str:
    """Return a row as a spreadsheet reads it; as it is where that reads none, because it goes on in the next line."""
    try:
        return '\t'.join(next(csv.reader([row], delimiter='\t'), [row]))
    except csv.Error:
        return row


CHECKSUM_LINE = re.compile(r'(?i:ISCC:|K[4U]A)\S+ \*.+|ISCC-SUM \(.+\) = (?i:ISCC:|K[4U]A)\S+')


def is_table(lines: list[str]) -> bool:
    """Return whether the first line that says something is a row of a table."""
    first = next((line for line in lines if line.strip() and ('\t' in line or not line.startswith('#'))), '')
    return '\t' in first and not CHECKSUM_LINE.fullmatch(first)


def places(content: bytes) -> tuple[list[Place], bool]:
    """Return what each line of a file says that a tool has read, or the fields of its JSON; and whether it is a table.

    Comments begin with `#`, and in a table have no tab; they say nothing.
    """
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = content.decode('utf-16' if is_utf_16 else 'utf-8-sig')
    lines = [line.removesuffix('\r') for line in text.split('\n')]
    text = '\n'.join(line for line in lines if line.strip())
    if text.lstrip().startswith('{'):
        fields = json.loads(text)
        return [Place(fields['iscc'], fields.get('name') or '')], False
    has_rows = is_table(lines)
    is_comment = [line.startswith('#') and not (has_rows and '\t' in line) for line in lines]
    return [Place('', '') if comment else Place(line, line) for comment, line in zip(is_comment, lines)], has_rows
