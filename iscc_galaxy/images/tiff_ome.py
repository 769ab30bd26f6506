"""OME-XML in a TIFF: all of its images must be in this file, and no other file is ever opened.

Terms are those of the OME-TIFF specification.
"""

from math import prod
from xml.etree import ElementTree

from tifffile import TiffFile, TiffPageSeries

from iscc_galaxy.galaxy.job import shown_list
from iscc_galaxy.images.scenes import check_planes, ImageError


def own_name(tiff: TiffFile) -> str:
    """Return the name by which the OME-XML of a TIFF knows this file, if it needs one: Galaxy gives it another.

    Raise ImageError if it names other files for pixels, or can't be read. A file knows itself by its UUID; where it has
    none, but its planes all have the same, that is its own.
    """
    if not tiff.is_ome:
        return ''
    root = _root(tiff)
    # tifffile takes memory for each of them, whether it is there or not.
    check_planes(_claimed_planes(tiff, root))
    binary = _first(root, 'BinaryOnly')
    if binary is not None:
        raise _other_files([binary.get('MetadataFile', '')])
    named = {each.text or '': each.get('FileName', '') for each in root.iter() if _is(each, 'UUID')}
    own = root.get('UUID') or (next(iter(named)) if len(named) == 1 else '')
    others = [name for uuid, name in named.items() if uuid != own]
    if others:
        raise _other_files(others)
    return '' if root.get('UUID') else named.get(own, '')


def check_series(tiff: TiffFile, found: list[TiffPageSeries]) -> None:
    """Raise ImageError unless each image of OME-XML is a series; tifffile leaves out what it can't read."""
    if not tiff.is_ome or any(series.kind == 'mmstack' for series in found):
        return
    images = sum(_first(image, 'Pixels') is not None for image in _root(tiff) if _is(image, 'Image'))
    read = sum(series.kind == 'ome' for series in found)
    if images != read:
        raise ImageError(
            f'Its OME-XML tells of {images} images, but {read} of them can be read. '
            'Upload it again, whole, or write it again.'
        )


def _root(tiff: TiffFile) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(tiff.ome_metadata)
    except ElementTree.ParseError as error:
        raise ImageError(f'Its OME-XML is damaged: {error}. Upload it again, or write it again.') from error


def _claimed_planes(tiff: TiffFile, root: ElementTree.Element) -> float:
    """Return of how many planes OME-XML tells: by sizes, by numbers of pages, and by steps along an axis."""
    claimed = 0.0
    for element in root.iter():
        if _is(element, 'Pixels'):
            planes, pixels = (prod(int(element.get(f'Size{axis}', 1)) for axis in axes) for axes in ('ZCT', 'XYZCT'))
            claimed += max(planes, pixels // max(tiff.pages.first.size, 1))
        elif _is(element, 'TiffData'):
            claimed += int(element.get('PlaneCount') or element.get('NumPlanes') or 0)
        elif element.tag[:-1].endswith('ModuloAlong') and 'Start' in element.attrib:
            start, end, step = (float(element.get(name, 1)) for name in ('Start', 'End', 'Step'))
            claimed += (end - start) / step
    return claimed


def _first(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next((child for child in element if _is(child, name)), None)


def _is(element: ElementTree.Element, name: str) -> bool:
    """Return whether an element has a name, in whatever version of OME's namespace."""
    return element.tag.rpartition('}')[2] == name


def _other_files(names: list[str]) -> ImageError:
    return ImageError(f'Parts of it are in other files, {shown_list(names)}. Save it as one OME-TIFF.')
