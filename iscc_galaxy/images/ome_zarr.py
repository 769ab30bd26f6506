"""Which arrays of a Zarr are images, in which order, and what their axes are: OME-Zarr 0.1 to 0.5, or named axes.

Terms are those of the OME-Zarr specification (ngff.openmicroscopy.org). Of each multiscale image the first dataset
counts, which is the full resolution. Labels are no images.
"""

import re
from dataclasses import dataclass
from typing import Any, TypeVar
from xml.etree import ElementTree

from iscc_galaxy.galaxy.job import shown
from iscc_galaxy.images.axes import axes_of
from iscc_galaxy.images.scenes import ImageError
from iscc_galaxy.images.zarr_nodes import Node

Kind = TypeVar('Kind', str, list, dict)

_LETTERS_OF_TYPES = {'time': 't', 'channel': 'c'}
# OME-Zarr 0.1 and 0.2 have these five axes, and don't name them.
_VERSIONS_WITHOUT_AXES, _FIXED_AXES = ('0.1', '0.2'), 'tczyx'


@dataclass(frozen=True)
class Image:
    """One image: its name, its array, and a letter for each axis of it."""

    name: str
    array: Node
    axes: str


def images_of(root: Node) -> list[Image]:
    """Return the images of a Zarr in order; raise ImageError where the metadata lack something.

    A plate has the images of its wells, the layout of bioformats2raw those of its series. A group without metadata of
    OME-Zarr has its arrays, in the order of their names.
    """
    if root.is_array:
        return [_plain_image(root)]
    ome = _ome_metadata_of(root)
    if 'plate' in ome:
        wells = [root.child(path) for path in _paths(ome['plate'], 'wells', root)]
        return [image for well in wells for image in _images_of_well(well)]
    if 'well' in ome:
        return _images_of_well(root)
    if 'bioformats2raw.layout' in ome:
        return [image for series in _series_of(root) for image in _multiscale_images(series)]
    if 'multiscales' in ome:
        return _multiscale_images(root)
    return _plain_images(root)


def _ome_metadata_of(group: Node) -> dict[str, Any]:
    """Return the attributes that belong to OME-Zarr; version 0.5 has them apart from others."""
    return _entry(group.attributes, 'ome', dict, group) if 'ome' in group.attributes else group.attributes


def _images_of_well(well: Node) -> list[Image]:
    fields = _paths(_entry(_ome_metadata_of(well), 'well', dict, well), 'images', well)
    return [image for path in fields for image in _multiscale_images(well.child(path))]


def _multiscale_images(group: Node) -> list[Image]:
    return [_image(group, each) for each in _entry(_ome_metadata_of(group), 'multiscales', list, group)]


def _image(group: Node, multiscale: Any) -> Image:
    array = group.child(_paths(multiscale, 'datasets', group)[0])
    if not array.is_array:
        raise ImageError(f'Its metadata call {shown(array.path)} an array, but it is a group. Write it again.')
    name = multiscale.get('name')
    return Image(name if isinstance(name, str) and name else group.path, array, _axes(group, multiscale))


def _axes(group: Node, multiscale: dict[str, Any]) -> str:
    if group.format == 2 and 'axes' not in multiscale and multiscale.get('version', '0.1') in _VERSIONS_WITHOUT_AXES:
        return _FIXED_AXES
    return axes_of([_axis_name(group, axis) for axis in _entry(multiscale, 'axes', list, group)])


def _axis_name(group: Node, axis: Any) -> str:
    """Return the name of an axis (0.3), or what its type tells, since names are free from 0.4 on."""
    if isinstance(axis, str):
        return axis
    name = _entry(axis, 'name', str, group)
    return _LETTERS_OF_TYPES.get(str(axis.get('type')), name)


def _series_of(root: Node) -> list[Node]:
    """Return the groups of the series in the layout of bioformats2raw: as OME lists them, or by their numbers."""
    described = next((node for node in root.children() if node.path == 'OME'), None)
    ome = _ome_metadata_of(described) if described else {}
    if described and 'series' in ome:
        listed = _entry(ome, 'series', list, described)
        if not all(isinstance(path, str) for path in listed):
            raise _missing('series', described)
        return [root.child(path) for path in listed]
    numbered = {int(node.path): node for node in root.children() if re.fullmatch('0|[1-9][0-9]*', node.path)}
    number = max(_number_in_xml(root), len(numbered))
    lost = next((place for place in range(number) if place not in numbered), None)
    if lost is not None:
        raise ImageError(f'Its series {lost} is missing; it should have {number}. Upload it again, whole.')
    return [numbered[place] for place in range(number)]


def _number_in_xml(root: Node) -> int:
    """Return how many images the OME-XML of the layout of bioformats2raw describes; 0 if it is not there."""
    file = root.root / root.path / 'OME' / 'METADATA.ome.xml'
    if not file.is_file():
        return 0
    return sum(element.tag.rpartition('}')[2] == 'Image' for _, element in ElementTree.iterparse(file))


def _plain_images(group: Node) -> list[Image]:
    """Return the arrays of a group; those with less than two axes are coordinates or the like, as xarray has them."""
    children = group.children()
    images = [_plain_image(node) for node in children if node.is_array and _number_of_axes(node) > 1]
    groups = [node.path for node in children if not node.is_array]
    if groups or not images:
        raise ImageError(
            f'It holds {f"the group {shown(groups[0])}" if groups else "no image"}, and no metadata of OME-Zarr that '
            'tell which images to read. Save it as OME-Zarr, or choose a folder with nothing but arrays of named axes.'
        )
    return images


def _plain_image(array: Node) -> Image:
    """Return the image in an array with named axes, by Zarr v3 or by xarray; two axes without names are y and x."""
    names = array.metadata.get('dimension_names') or array.attributes.get('_ARRAY_DIMENSIONS')
    if isinstance(names, list) and any(names):
        return Image(array.path, array, axes_of(['' if name is None else str(name) for name in names]))
    if _number_of_axes(array) == 2:
        return Image(array.path, array, 'yx')
    raise ImageError(
        f'Its {array.title} has {_number_of_axes(array)} axes without names. Name them (dimension_names of '
        'Zarr v3, or _ARRAY_DIMENSIONS of xarray), or save it as OME-Zarr.'
    )


def _number_of_axes(array: Node) -> int:
    shape = array.metadata.get('shape')
    if not isinstance(shape, list):
        raise ImageError(f'The metadata of its {array.title} have no shape. Write it again.')
    return len(shape)


def _paths(metadata: Any, key: str, node: Node) -> list[str]:
    """Return the path of each entry of a list in the metadata."""
    return [_entry(entry, 'path', str, node) for entry in _entry(metadata, key, list, node)]


def _entry(metadata: Any, key: str, kind: type[Kind], node: Node) -> Kind:
    """Return an entry of the metadata of a node, which is not empty."""
    value = metadata.get(key) if isinstance(metadata, dict) else None
    if not (isinstance(value, kind) and value):
        raise _missing(key, node)
    return value


def _missing(key: str, node: Node) -> ImageError:
    return ImageError(
        f'Its metadata do not follow OME-Zarr: {shown(key)} is missing or wrong in its '
        f'{node.title}. Write it again.'
    )
