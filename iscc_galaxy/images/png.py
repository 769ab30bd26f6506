"""PNG, decoded by libpng (imagecodecs), which keeps 16 bits of colour; Pillow reads them as 8.

The pixels are unsigned, of 8 or 16 bits. Gray levels of 1, 2 or 4 bits are spread over 0 to 255, as PNG defines them.
A palette becomes red, green and blue; an index beyond its end is black. Alpha is a further sample, and so is
transparency that is given apart (tRNS): of a palette, or of one colour. The gamma, colour profiles, significant bits
and texts don't reach the decoder.

Terms and numbers are those of the PNG specification (W3C, third edition).
"""

import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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


@contextmanager
def opened(path: str) -> Iterator[list[Scene]]:
    """Decode a PNG, and yield its scene; raise ImageError if it is damaged, animated or too large."""
    content = Path(path).read_bytes()
    chunks = list(_chunks(content))
    names = {_name(chunk) for chunk in chunks}
    if b'fdAT' in names:
        raise ImageError('It is animated (APNG). Convert it to OME-TIFF, each frame as a point in time.')
    # A small letter marks what a decoder may ignore.
    for name in sorted(names - _DECODED):
        if name[:1].isupper():
            raise ImageError(f'Its part {shown(name.decode("latin-1"))} is not known. Save it as usual PNG.')
    _check_header(chunks, is_transparent=b'tRNS' in names)
    with _no_warnings():
        pixels = imagecodecs.png_decode(_SIGNATURE + b''.join(each for each in chunks if _name(each) in _DECODED))
    yield [scene_of(pixels, len(content) - len(_SIGNATURE) - sum(map(len, chunks)))]


def _chunks(content: bytes) -> Iterator[bytes]:
    """Yield the chunks up to the last (IEND): length, name, data and CRC, which is checked."""
    place, name = len(_SIGNATURE), b''
    while name != b'IEND':
        end = place + 12 + int.from_bytes(content[place:place + 4])
        chunk = content[place:end]
        if len(chunk) < end - place or crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:]):
            raise ImageError(f'It is damaged or incomplete from byte {place:,} on. Upload it again.')
        yield chunk
        place, name = end, _name(chunk)


def _name(chunk: bytes) -> bytes:
    return chunk[4:8]


def _check_header(chunks: list[bytes], is_transparent: bool) -> None:
    """Raise ImageError for pixels that are too many to decode, or more than the file can hold."""
    width, height, depth, colour = struct.unpack('>IIBB', chunks[0][8:18])
    pixels = width * height
    stored = _SAMPLES.get(colour, 1)
    decoded = (3 if colour == _PALETTE else stored) + is_transparent
    check_size(pixels * decoded * (2 if depth > 8 else 1), MOST_BYTES)
    compressed = sum(len(chunk) - 12 for chunk in chunks if _name(chunk) == b'IDAT')
    if pixels * stored * depth > compressed * _MOST_DEFLATED * 8:
        raise ImageError(f'It is damaged: {width} x {height} pixels are not in {compressed:,} bytes. Upload it again.')


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
