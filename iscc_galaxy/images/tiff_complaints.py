"""What tifffile complains of: it only logs damage, and goes on with less pixels, or with others."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from iscc_galaxy.images.scenes import ImageError

# Tags that say nothing on pixels, whose values may be damaged: texts, dates, resolution, colorimetry, maps, profiles.
# The description (270) is not one of them, since formats have their sizes there.
_TAGS_OF_METADATA = {
    254, 255, 269, 271, 272, 274, 281, 282, 283, 285, 286, 287, 290, 291, 296, 297, 300, 301, 305, 306, 315, 316, 318,
    319, 320, 321, 333, 334, 336, 337, 340, 341, 529, 531, 532, 700, 33432, 33550, 33723, 33922, 34264, 34377, 34665,
    34675, 34735, 34736, 34737, 34853, 37500, 37510, 37724, 42112, 42113, 50838, 50839,
}
# Complaints that have no effect on the pixels of the full resolution.
_HARMLESS = [re.compile(each) for each in (
    # Labels, colours and overlays of ImageJ.
    r'<tifffile\.imagej_metadata> raised|<imagej_metadata> raised',
    # Dates and wavelengths of MetaMorph.
    r'STK Datetime\w+ raised|<tifffile\.read_uic1tag> raised',
    # The kind of a page in files of IDEAS, which is no number.
    r'invalid self\.subfiletype=',
    # An error of Zeiss' LSM that tifffile knows and corrects.
    r'correcting LSM bitspersample tag',
    # The value of strips that are not stored. Where there are any, the note has the value that is taken.
    r'parsing GDAL_NODATA tag raised',
    # ImageJ, when it crops an image, leaves planes in OME-XML that are no more. Those that should be there are counted.
    r'OME series contains invalid TiffData index',
    # Smaller levels of a pyramid.
    r'OME series level \d+ is empty|Philips series page\.index=',
)]
_OF_TAG = re.compile(r'Tag (\d+) @\d+> (invalid|raised|coercing|could not read)')
# What tifffile puts before a complaint, and means nothing to users.
_SPEAKER = re.compile(r'<tifffile\.Tiff(File|Pages?|Frame|PageSeries)\b[^>]*>:? *')


@contextmanager
def complaints_as_errors() -> Iterator[Callable[[], None]]:
    """Collect what tifffile logs, and yield a function that raises ImageError for what it has logged by then."""
    logger, handler = logging.getLogger('tifffile'), _Collector(logging.WARNING)
    before = logger.level, logger.propagate, logger.disabled
    logger.setLevel(logging.WARNING)
    logger.propagate = logger.disabled = False
    logger.addHandler(handler)
    try:
        yield handler.check
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate, logger.disabled = before


class _Collector(logging.Handler):
    """Keeps the first complaint on pixels."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self._complaint = ''

    def emit(self, record: logging.LogRecord) -> None:
        complaint = record.getMessage()
        if not self._complaint and not _is_harmless(complaint):
            self._complaint = _SPEAKER.sub('', complaint)

    def check(self) -> None:
        if self._complaint:
            reason = ' '.join(self._complaint.split())
            raise ImageError(f'It is damaged or incomplete: {reason[:300]}. Upload it again, or write it again.')


def _is_harmless(complaint: str) -> bool:
    tag = _OF_TAG.search(complaint)
    if tag:
        return int(tag[1]) in _TAGS_OF_METADATA
    return any(each.search(complaint) for each in _HARMLESS)
