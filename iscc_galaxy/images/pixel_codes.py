"""The ISCC-CODE of pixels: that of their bytes in the order of planes, most significant byte first."""

from iscc_sum import IsccSumProcessor

from iscc_galaxy.images.scenes import Band, ImageError, Scene
from iscc_galaxy.iscc.hashing import Fingerprint
from iscc_galaxy.iscc.iscc_codes import PREFIX

# What is turned around and hashed at a time: it fits into the cache of a processor, and takes half the time of a plane.
PIECE_BYTES = 2 ** 19


class PixelHasher:
    """Takes the bands of a scene one by one, and gives the code of the whole."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._processor = IsccSumProcessor()

    def add(self, band: Band) -> None:
        """Take the next band."""
        big_endian = band.pixels.dtype.newbyteorder('>')
        rows = max(PIECE_BYTES // band.pixels[0].nbytes, 1)
        for first in range(0, len(band.pixels), rows):
            self._processor.update(band.pixels[first:first + rows].astype(big_endian, copy=False).tobytes())

    def result(self) -> Fingerprint:
        """Return the code; raise ImageError unless it is of all pixels."""
        made = self._processor.result(wide=True, add_units=True)
        if made.filesize != self._scene.bytes:
            raise ImageError(f'{made.filesize} bytes of pixels were read, but it has {self._scene.bytes}.')
        code, data_unit, instance_unit = (text.removeprefix(PREFIX) for text in (made.iscc, *made.units))
        return Fingerprint(code, data_unit, instance_unit, made.filesize, [], [])
