"""JPEG, decoded by libjpeg-turbo (imagecodecs), after a check by libjxl.

Where data are missing or make no sense, libjpeg goes on with gray or with what was there before, and imagecodecs says
nothing of it. libjxl, which packs a JPEG so that it can be restored byte by byte, refuses such data: it is the check.
Damage whose data still make sense stays unseen: the format has no checksums.

The pixels have 8 bits: gray, or red, green and blue. They are what this decoder makes of the file: another one may
differ by a level or two. The orientation, colour profile and other metadata don't reach it. CMYK, 12 bits, lossless and
arithmetic coding are refused, since libjxl does not know them.

Terms and numbers are those of ITU-T T.81.
"""

import os
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import imagecodecs

from iscc_galaxy.images.pictures import check_size, scene_of
from iscc_galaxy.images.scenes import ImageError, Scene

# Of a file, and of its pixels. The check takes up to 16 times this memory.
MOST_BYTES = 2 ** 29
# A progressive JPEG has about ten. Each passes over all pixels, even if it says in a few bytes that nothing changes.
MOST_SCANS = 100

_START, _SCAN, _END = b'\xff\xd8', 0xda, 0xd9
# Any marker but those within the data of a scan: a byte FF of the data (followed by 00), and restarts.
_MARKER = re.compile(rb'\xff([^\0\xff\xd0-\xd7])')
# Comments, and segments of applications but those of JFIF (APP0) and Adobe (APP14), which tell the colour space.
_METADATA = {0xfe, *range(0xe1, 0xf0)} - {0xee}
# Frames: baseline, extended and progressive; and those of all other kinds.
_FRAMES = {0xc0, 0xc1, 0xc2}
_OTHER_FRAMES = {*range(0xc3, 0xd0)} - {0xc4, 0xc8, 0xcc}


@contextmanager
def opened(path: str) -> Iterator[list[Scene]]:
    """Decode a JPEG, and yield its scene; raise ImageError if it is damaged, of a rare kind or too large."""
    check_size(os.stat(path).st_size, MOST_BYTES)
    content = Path(path).read_bytes()
    segments = list(_segments(content))
    for marker, segment in segments:
        if marker in _FRAMES | _OTHER_FRAMES:
            _check_frame(marker, segment)
    scans = sum(marker == _SCAN for marker, _ in segments)
    if scans > MOST_SCANS:
        raise ImageError(f'It has {scans:,} scans; a JPEG may have {MOST_SCANS}. Save it again.')
    picture = _START + b''.join(segment for marker, segment in segments if marker not in _METADATA)
    try:
        imagecodecs.jpegxl_encode_jpeg(picture)
    except imagecodecs.JpegxlError as error:
        raise ImageError(
            'Its data are damaged, or of a rare kind that can not be checked. Upload it again, or save it as PNG with '
            'a program that tells of damage.'
        ) from error
    bytes_after = len(content) - len(_START) - sum(len(segment) for _, segment in segments)
    yield [scene_of(imagecodecs.jpeg8_decode(picture), bytes_after)]


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the marker and the bytes of each segment up to the end of the picture, a scan with its data."""
    place = len(_START)
    marker = _marker_from(content, place)
    while marker[1][0] != _END:
        length = int.from_bytes(content[marker.end():marker.end() + 2])
        following = _marker_from(content, marker.end() + length)
        yield marker[1][0], content[place:following.start()]
        place, marker = following.start(), following
    yield _END, content[place:marker.end()]


def _marker_from(content: bytes, place: int) -> re.Match[bytes]:
    marker = _MARKER.search(content, place)
    if not marker:
        raise ImageError('It is incomplete: its end is missing. Upload it again.')
    return marker


def _check_frame(marker: int, segment: bytes) -> None:
    bits, height, width, samples = struct.unpack('>BHHB', segment[4:10])
    if marker in _OTHER_FRAMES or bits != 8 or samples not in (1, 3):
        raise ImageError(
            f'It is a JPEG of {samples} samples of {bits} bits, or of a rare coding. Only gray and colour of 8 bits in '
            'the usual coding can be checked for damage. Convert it to OME-TIFF.'
        )
    check_size(width * height * samples, MOST_BYTES)
