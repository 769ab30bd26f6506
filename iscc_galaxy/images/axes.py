"""The names that formats give to the axes of an image, and the letters that they have here."""

from collections.abc import Sequence

from iscc_galaxy.images.scenes import AXES, ImageError

_NAMES = {'time': 't', 'channel': 'c', 'sample': 's', 'depth': 'z', 'height': 'y', 'width': 'x'}


def axes_of(names: Sequence[str]) -> str:
    """Return the letters of named axes, in their order; one axis of an unknown name counts as time.

    Raise ImageError where several axes are unknown or the same, and where rows (y) or columns (x) are missing.
    """
    found = [_NAMES.get(name.lower(), name.lower()) for name in names]
    unknown = [axis for axis in found if axis not in list(AXES)]
    if len(unknown) > 1 or unknown and 't' in found:
        raise ImageError(
            f'Its axes {", ".join(names)} are not all known. They may be z, c, t, y, x, the samples s of a pixel, and '
            'one more, which counts as time. Save it with named axes, as OME-TIFF or OME-Zarr.'
        )
    letters = ''.join('t' if axis in unknown else axis for axis in found)
    if len(set(letters)) < len(letters) or not {'y', 'x'} <= set(letters):
        raise ImageError(f'Its axes are {", ".join(names)}; an image has y and x, and each axis once.')
    return letters
