"""PNG, decoded by libpng (imagecodecs), which keeps 16 bits of colour; Pillow reads them as 8.

The pixels are unsigned, of 8 or 16 bits. Gray levels of 1, 2 or 4 bits are spread over 0 to 255, as PNG defines them.
A palette becomes red, green and blue; an index beyond its end is black. Alpha is a further sample, and so is
transparency that is given apart (tRNS): of a palette, or of one colour. The gamma, colour profiles, significant bits
and texts don't reach the decoder.

Terms and numbers are those of the PNG specification (W3C, third edition).
"""

import logging
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from zlib import crc32

import imagecodecs

from iscc_galaxy.galaxy.job import shown
from iscc_galaxy.images.pictures import check_size, scene_of
from iscc_galaxy.images.scenes import ImageError, Scene

MOST_BYTES = 2 ** 31

_SIGNATURE = b'\x89PNG\r\n\x1a\n'
# The chunks that make the pixels.
_DECODED = {b'IHDR', b'PLTE', b'tRNS', b'IDAT', b'IEND'}
# Samples of a pixel as they are stored, by the colour type: gray, RGB, palette, gray with alpha, RGB with alpha.
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PALETTE = 3
# imagecodecs gets this of every interlaced PNG, since it leaves that to libpng, which does it right.
_FALSE_ALARM = 'Interlace handling should be turned on'
# Deflate stores up to 258 bytes in 2 bits.
_MOST_DEFLATED = 1032
_PIECE_BYTES = 2 ** 20


@contextmanager
def opened(path: str) -> Iterator[list[Scene]]:
    """Decode a PNG, and yield its scene; raise ImageError if it is damaged, animated or too large."""
    picture, names = bytearray(_SIGNATURE), set()
    with open(path, 'rb') as file:
        for name, chunk in _decoded_chunks(file):
            names.add(name)
            picture += chunk
            check_size(len(picture), MOST_BYTES)
        bytes_after = os.fstat(file.fileno()).st_size - file.tell()
    _check_header(picture, is_transparent=b'tRNS' in names)
    with _no_warnings():
        pixels = imagecodecs.png_decode(picture)
    yield [scene_of(pixels, bytes_after)]


def _decoded_chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name of each chunk that makes the pixels, and all of it: length, name, data and CRC.

    Of all chunks up to the last (IEND), the CRC is checked, and no more than a piece of those that don't count is held.
    """
    file.seek(len(_SIGNATURE))
    name = b''
    while name != b'IEND':
        place, head = file.tell(), file.read(8)
        name, kept = head[4:], [head]
        checksum = crc32(name)
        for piece in _pieces(file, int.from_bytes(head[:4])):
            checksum = crc32(piece, checksum)
            if name in _DECODED:
                kept.append(piece)
        end = file.read(4)
        if len(end) < 4 or checksum != int.from_bytes(end):
            raise ImageError(f'It is damaged or incomplete from byte {place:,} on. Upload it again.')
        if name in _DECODED:
            yield name, b''.join([*kept, end])
        else:
            _check_other(name)


def _pieces(file: BinaryIO, count: int) -> Iterator[bytes]:
    """Yield so many bytes of a file, or those up to its end."""
    while count and (piece := file.read(min(count, _PIECE_BYTES))):
        yield piece
        count -= len(piece)


def _check_other(name: bytes) -> None:
    """Raise ImageError for a chunk that makes further images, or is not known and not marked by a small letter."""
    if name == b'fdAT':
        raise ImageError('It is animated (APNG). Convert it to OME-TIFF, each frame as a point in time.')
    if name[:1].isupper():
        raise ImageError(f'Its part {shown(name.decode("latin-1"))} is not known. Save it as usual PNG.')


def _check_header(picture: bytes, is_transparent: bool) -> None:
    """Raise ImageError for pixels that are too many to decode, or more than the file can hold."""
    width, height, depth, colour = struct.unpack_from('>IIBB', picture, len(_SIGNATURE) + 8)
    pixels = width * height
    stored = _SAMPLES.get(colour, 1)
    decoded = (3 if colour == _PALETTE else stored) + is_transparent
    check_size(pixels * decoded * (2 if depth > 8 else 1), MOST_BYTES)
    if pixels * stored * depth > len(picture) * _MOST_DEFLATED * 8:
        raise ImageError(
            f'It is damaged: {width} x {height} pixels are not in {len(picture):,} bytes. Upload it again.')


class _Messages(logging.Handler):
    """Collects what is logged as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Raise ImageError at the end if imagecodecs logged a warning of libpng, which goes on with what it can read."""
    messages, logger = _Messages(), logging.getLogger('imagecodecs')
    logger.addHandler(messages)
    try:
        yield
    finally:
        logger.removeHandler(messages)
    faults = [text for text in messages.texts if _FALSE_ALARM not in text]
    if faults:
        raise ImageError(f'It breaks the rules of PNG: {"; ".join(faults)}. Save it again.')
