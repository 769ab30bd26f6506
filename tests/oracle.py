"""ISCC-SUM codes by two implementations that share no code with the `iscc-sum` command: iscc-core and iscc-lib."""

import base64
import io
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

import iscc_core
import iscc_lib


class Codes(NamedTuple):
    """Bare codes and units of some bytes, and their BLAKE3 multihash."""

    wide: str
    narrow: str
    data_unit: str
    instance_unit: str
    datahash: str


def codes_of(content: bytes, folder: Path) -> Codes:
    """Compute the codes with iscc-core, and insist that iscc-lib agrees; `folder` takes a file for iscc-lib."""
    instance = iscc_core.gen_instance_code_v0(io.BytesIO(content), bits=256)
    units = [iscc_core.gen_data_code_v0(io.BytesIO(content), bits=256)['iscc'], instance['iscc']]
    wide, narrow = (iscc_core.gen_iscc_code_v0(units, wide=wide)['iscc'] for wide in (True, False))
    copy = folder / 'content'
    copy.write_bytes(content)
    for code, is_wide in ((wide, True), (narrow, False)):
        other = iscc_lib.gen_sum_code_v0(str(copy), bits=256, wide=is_wide, add_units=True)
        assert (other['iscc'], other['units'], other['datahash']) == (code, units, instance['datahash'])
    return Codes(*(code.removeprefix('ISCC:') for code in (wide, narrow, *units)), instance['datahash'])


def wide_code(data: bytes, instance: bytes) -> str:
    """Make a wide code of a Data-Code and an Instance-Code of 128 bits."""
    return base64.b32encode(b'\x57\x00' + data + instance).decode().rstrip('=')


def content_of(path: Path) -> bytes:
    """Read a file, or the files of a folder in the order of iscc-sum's tree walk, without ignore rules."""
    if path.is_file():
        return path.read_bytes()
    entries = sorted(path.iterdir(), key=lambda entry: normalize('NFC', entry.name).encode())
    files = [entry for entry in entries if entry.is_file()]
    ignore_files = [file for file in files if file.name.startswith('.') and file.name.endswith('ignore')]
    plain_files = [file for file in files if file not in ignore_files]
    return b''.join(map(content_of, ignore_files + plain_files + [entry for entry in entries if entry.is_dir()]))
