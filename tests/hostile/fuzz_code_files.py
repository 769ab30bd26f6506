"""Coverage-guided fuzzing of what reads codes from files: `make fuzz`.

A file is read whole, or refused with one sentence: any other exception is a fault, as is a code or a name that does
not stand on the line it is said to come from.
"""

import sys
import tempfile
from pathlib import Path

import atheris

CHECKOUT = Path(__file__).parents[2]
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / 'tests')]
with atheris.instrument_imports(include=['iscc_galaxy', 'json']):
    from iscc_galaxy.formats.listed_codes import read_code_file
    from iscc_galaxy.galaxy.job import JobError
    from iscc_galaxy.iscc.iscc_codes import parse_code
    from said import places

MANIFESTS = CHECKOUT / 'test-data' / 'expected'


def read(content: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            code_file = read_code_file({'name': 'the file', 'path': file.name})
        except JobError as error:
            assert str(error).startswith('Dataset "the file"') and str(error).isprintable()
            return
    said, _ = places(content)
    for listed in code_file.codes:
        assert parse_code(listed.code) == listed.code
        assert said[listed.line - 1].says(listed.code)
        assert listed.name is None or said[listed.line - 1].names(listed.name)
        (listed.name or '').encode()


if __name__ == '__main__':
    # The files that the suite and iscc-sum write are where the fuzzing starts from.
    atheris.Setup([*sys.argv, str(MANIFESTS)], read)
    atheris.Fuzz()
