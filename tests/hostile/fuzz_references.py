"""Coverage-guided fuzzing of what reads references and codes: `make fuzz`.

A file is read whole, or refused with one sentence: any other exception is a fault, as is a code that does not stand
on the line it is said to come from.
"""

import io
import json
import sys
from pathlib import Path

import atheris

CHECKOUT = Path(__file__).parents[2]
sys.path[:0] = [str(CHECKOUT / 'tools' / 'iscc_verify')]
with atheris.instrument_imports(include=['codes', 'json', 'manifests', 'references', 'table_names']):
    import codes
    from job import JobError
    import references

MANIFESTS = CHECKOUT / 'test-data' / 'expected'


class Held:
    """A file that is held in memory, as far as references are read from it."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def open(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self.content)


def read(content: bytes) -> None:
    try:
        reference = references.read_reference(Held(content), 'The file')
    except JobError as error:
        assert str(error).startswith('The file') and str(error).isprintable()
        return
    lines = content.decode('utf-8-sig').split('\n')
    for entry in reference.entries:
        assert codes.parse(entry.code) == entry.code
        assert entry.code in lines[entry.line - 1].upper() or entry.code in str(json.loads(content)['iscc']).upper()
        (entry.name or '').encode()


if __name__ == '__main__':
    # The files that the suite and iscc-sum write are where the fuzzing starts from.
    atheris.Setup([*sys.argv, str(MANIFESTS)], read)
    atheris.Fuzz()
