"""The directories of a TIFF (IFDs), one for each page, which tell how its pixels are coded.

Terms and numbers are those of TIFF 6.0. tifffile follows a loop of directories for ever, and takes it on trust that
many pages are of one kind; so they are read here as well.
"""

import struct
from typing import BinaryIO

from tifffile import TIFF, TiffFile

from iscc_galaxy.images.scenes import ImageError

# The tags without which pixels are decoded wrong: sizes, samples, strips and tiles, compression, colours of JPEG.
_OF_KIND = frozenset({
    256, 257, 258, 259, 262, 266, 277, 278, 284, 292, 317, 322, 323, 338, 339, 530, 32997, 32998, 65007, 65008, 65009})
_MOST_TAGS = 4096


def check_directories(content: BinaryIO, tiff: TiffFile, size: int) -> None:
    """Raise ImageError unless the directories follow each other to an end within the file."""
    if not tiff.pages:
        raise ImageError('It has no pages. Upload it again.')
    seen: set[int] = set()
    offset = tiff.pages.first.offset
    while offset:
        if offset in seen:
            raise ImageError(f'It never ends: after its page {len(seen) - 1}, it goes back to an earlier one. '
                             'Write it again.')
        seen.add(offset)
        _, offset = _directory(content, tiff, offset)
        if offset >= size:
            raise ImageError(f'It is incomplete: its page {len(seen)} should begin at byte {offset:,}, but it has '
                             f'{size:,} bytes. Upload it again.')


def kind_at(content: BinaryIO, tiff: TiffFile, offset: int) -> list[tuple[int, bytes]]:
    """Return what the directory of a page says on how its pixels are coded: tags and their values."""
    form = tiff.tiff
    tags, _ = _directory(content, tiff, offset)
    found = []
    for begin in range(0, len(tags), form.tagsize):
        code, dtype = struct.unpack_from(form.tagformat1, tags, begin)
        if code in _OF_KIND:
            count, value = struct.unpack_from(form.tagformat2, tags, begin + 4)
            found.append((code, _value(content, tiff, dtype, count, value)))
    return found


def _directory(content: BinaryIO, tiff: TiffFile, offset: int) -> tuple[bytes, int]:
    """Return the tags of a directory, and the offset of the next one, which is 0 for the last."""
    form = tiff.tiff
    try:
        content.seek(offset)
        number, = struct.unpack(form.tagnoformat, content.read(form.tagnosize))
        length = number * form.tagsize
        # No more than this may be read, whatever a damaged file says.
        rest = content.read(length + form.offsetsize) if number <= _MOST_TAGS else b''
        return rest[:length], struct.unpack(form.offsetformat, rest[length:])[0]
    except struct.error as error:
        raise ImageError(f'It is damaged or incomplete at byte {offset:,}, where a page should be described. '
                         'Upload it again.') from error


def _value(content: BinaryIO, tiff: TiffFile, dtype: int, count: int, value: bytes) -> bytes:
    """Return the bytes of a value, which lie in the tag itself, or elsewhere if they are too many."""
    length = count * struct.calcsize(TIFF.DATA_FORMATS.get(dtype, '0s'))
    if not len(value) < length <= _MOST_TAGS:
        return value[:length]
    content.seek(struct.unpack(tiff.tiff.offsetformat, value)[0])
    return content.read(length)
