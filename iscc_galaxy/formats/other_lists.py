"""Files that are given in place of others, told by their first line: what they are, and what to do."""

import re

# How many hexadecimal digits a checksum has, and what makes such checksums.
_CHECKSUMS = {32: 'MD5', 40: 'SHA-1', 64: 'SHA-256', 96: 'SHA-384', 128: 'SHA-512'}
_CHECKSUM = re.compile(r'\\?([0-9A-Fa-f]+) +[ *]?(\S.*)')
_NAMED_CHECKSUM = re.compile(r'(MD5|SHA[-\w]+|BLAKE\w+) ?\(.*\) ?= ?[0-9A-Fa-f]{32,}')
_CODE_BETWEEN = re.compile(r'([,;])"?(?:ISCC:)?K[4U]A[A-Z2-7]{26}')
# How other outputs of this suite begin.
_TABLES = {
    'dataset\tsimilar_to\t': 'a table of findings',
    'file_id\tfilename\tiscc_code\tmatch_id': 'a table of pairs',
    'group\tgroup_size\t': 'a table of groups',
    'name\timage_code\tview': 'a table of Image-Codes of views',
    'name\tstatus\t': 'the report of a verification',
    'dataset\tstep\t': 'a provenance table',
    'namespace\t': 'a table for OMERO',
    'OK - ': 'the report of a verification',
    'FAILED - ': 'the report of a verification',
}
_SUMMARY = 'the summary of a verification'
_CHOOSE = 'not a list of ISCC-CODEs. Choose a manifest or a checksum file.'
_NOT_OURS = 'This tool needs ISCC-CODEs. Make a list of them with: iscc-sum -o checksums.txt *.tiff'


def what_it_is(line: str) -> str | None:
    """Return what a file with this first line is and what to do, as the rest of a sentence; None if it is not known."""
    kind = kind_of(line)
    if kind:
        is_ours = kind in (*_TABLES.values(), _SUMMARY)
        return f'is {kind}, {_CHOOSE}' if is_ours else f'is {kind}. {_NOT_OURS}'
    for separator, name in (',', 'commas'), (';', 'semicolons'):
        cells = [cell.strip('" ') for cell in line.split(separator)]
        between = _CODE_BETWEEN.search(line.upper())
        if {'name', 'iscc_code'} <= set(cells) or between and between[1] == separator and '\t' not in line:
            return f'has {name} between its columns. Save the table with tabs between them (as text, tab delimited).'
    return None


def kind_of(line: str) -> str | None:
    """Return in words what a file with this first line is; None if it is not known."""
    if line.startswith('BagIt-Version:'):
        return 'the declaration of a BagIt bag'
    checksum = _CHECKSUM.fullmatch(line)
    if checksum and len(checksum[1]) in _CHECKSUMS:
        place = 'the manifest of a BagIt bag, with' if checksum[2].startswith('data/') else 'a list of'
        return f'{place} {_CHECKSUMS[len(checksum[1])]} checksums'
    named = _NAMED_CHECKSUM.fullmatch(line)
    if named:
        return f'a list of {named[1]} checksums'
    if line in ('OK', 'FAILED'):
        return _SUMMARY
    return next((table for header, table in _TABLES.items() if line.startswith(header)), None)
