"""Text datasets of which Galaxy converted the line ends.

With its defaults, Galaxy's upload turns CR LF into LF, and adds an LF where the last line has none
(galaxy.datatypes.sniff, `convert_newlines`).
"""

from collections.abc import Iterator

from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.iscc.iscc_codes import is_same_code, PREFIX

CONVERTED = (
    'the code matches once the line ends are put back (CR LF, or none at the end): Galaxy converted them at upload. '
    'Upload the file again with POSIX ("Convert line endings to POSIX standard") switched off'
)
# Read at a time: bounded memory, whatever the size.
CHUNK_BYTES = 2 ** 22


def was_converted(dataset: Dataset, expected: str) -> bool:
    """Return whether a dataset has the expected code once the line ends that Galaxy converts are put back."""
    return not dataset.is_directory and any(is_same_code(expected, code) for code in _codes_before(dataset.content))


def _codes_before(path: str) -> list[str]:
    """Return the wide, bare codes that a file may have had before its upload; none if it is no text that was converted.

    They are those of the same text with CR LF, with and without the last line end, and with LF without the last one.
    """
    # Imported here: only a mismatch needs it.
    from iscc_sum import IsccSumProcessor
    with_crlf, with_crlf_open, open_end = (IsccSumProcessor() for _ in range(3))
    last = b''
    for chunk in _chunks(path):
        if b'\r' in chunk or b'\0' in chunk:
            return []
        # The last line end is held back until the file is known to go on.
        text = last + chunk
        last = text[-1:]
        crlf = text[:-1].replace(b'\n', b'\r\n')
        with_crlf.update(crlf)
        with_crlf_open.update(crlf)
        open_end.update(text[:-1])
    if last != b'\n':
        return []
    with_crlf.update(b'\r\n')
    return [made.result(True, False).iscc.removeprefix(PREFIX) for made in (with_crlf, with_crlf_open, open_end)]


def _chunks(path: str) -> Iterator[bytes]:
    with open(path, 'rb') as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
