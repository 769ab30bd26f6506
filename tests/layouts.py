"""One image in every layout that the formats have: other bytes each time, the same pixels."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
import tifffile
import zarr

# The axes of the image below, as it is held here.
AXES = 'tczyx'


def five_dimensions() -> np.ndarray:
    """Return an image of cells at 2 times, in 2 channels, on 3 focal planes of 24 x 32 pixels, 16 bit."""
    random = np.random.default_rng(5)
    y, x = np.mgrid[:24, :32]
    image = random.normal(300, 20, (2, 2, 3, 24, 32))
    for t, c, z in np.ndindex(2, 2, 3):
        for row, column, size in ((7 + t, 9 + 2 * t, 4 + c), (15, 22 - t, 5 - c)):
            image[t, c, z] += 9000 / (1 + z) * np.exp(-((y - row) ** 2 + (x - column) ** 2) / size ** 2)
    return image.astype(np.uint16)


def in_order(image: np.ndarray, axes: str = AXES) -> bytes:
    """Return the bytes of an image as IMAGEWALK orders them, by explicit loops: z, then c, then t, then rows."""
    def plane(place: dict[str, int]) -> np.ndarray:
        indices = tuple(place.get(axis, 0) if axis in 'zct' else slice(None) for axis in axes)
        pixels = image[indices]
        return pixels if axes.index('y') < axes.index('x') else pixels.T
    size = {axis: image.shape[axes.index(axis)] if axis in axes else 1 for axis in 'zct'}
    return b''.join(
        plane({'z': z, 'c': c, 't': t}).astype(image.dtype.newbyteorder('>')).tobytes()
        for z in range(size['z']) for c in range(size['c']) for t in range(size['t'])
    )


def reordered(image: np.ndarray, axes: str) -> np.ndarray:
    """Return the image with its axes in another order."""
    return image.transpose([AXES.index(axis) for axis in axes])


def ome_tiff(axes: str = 'tzcyx', levels: int = 0, series: int = 1, **how: Any) -> Callable[[Path, np.ndarray], None]:
    """Return a writer of OME-TIFF, with smaller levels of a pyramid or more series where asked for."""
    def write(path: Path, image: np.ndarray) -> None:
        pixels = reordered(image, axes)
        of_file = {key: how.get(key) for key in ('bigtiff', 'byteorder')}
        options = {key: value for key, value in how.items() if key not in of_file}
        with tifffile.TiffWriter(path, ome=True, **of_file) as file:
            # The same file each time: its UUID would be another one.
            metadata = {'axes': axes.upper(), 'UUID': 'urn:uuid:00000000-0000-4000-8000-000000000000'}
            file.write(pixels, subifds=levels, metadata=metadata, **options)
            for level in range(1, levels + 1):
                file.write(pixels[..., ::2 ** level, ::2 ** level], subfiletype=1, metadata=None, **options)
            for number in range(1, series):
                file.write(pixels[0] + number, metadata={'axes': axes[1:].upper()}, **options)
    return write


def imagej(path: Path, image: np.ndarray) -> None:
    """Write an ImageJ hyperstack."""
    tifffile.imwrite(path, reordered(image, 'tzcyx'), imagej=True, metadata={'axes': 'TZCYX'})


def shaped(path: Path, image: np.ndarray) -> None:
    """Write a TIFF with the axes in a description of tifffile's own."""
    tifffile.imwrite(path, reordered(image, 'ctzyx'), photometric='minisblack', metadata={'axes': 'CTZYX'})


def ome_zarr(version: str = '0.4', **how: Any) -> Callable[[Path, np.ndarray], None]:
    """Return a writer of OME-Zarr 0.4 (Zarr v2) or 0.5 (Zarr v3)."""
    def write(path: Path, image: np.ndarray) -> None:
        group = zarr.create_group(path, zarr_format=2 if version == '0.4' else 3, overwrite=True)
        write_image(group, image, version, **how)
    return write


def write_image(group: zarr.Group, image: np.ndarray, version: str, big_endian: bool = False, **how: Any) -> None:
    """Write an image and a level of half its size into a group, with the metadata of OME-Zarr."""
    datasets = []
    for level in range(2):
        pixels = image[..., ::2 ** level, ::2 ** level]
        chunks = tuple(map(min, how.get('chunks', (1, 1, 1, 24, 32)), pixels.shape))
        options = {**how, 'chunks': chunks} | ({'shards': pixels.shape} if 'shards' in how else {})
        group.create_array(str(level), data=pixels.astype('>u2' if big_endian else '<u2'), **options)
        scale = [{'type': 'scale', 'scale': [1.0, 1.0, 1.0, 0.5 * 2 ** level, 0.5 * 2 ** level]}]
        datasets.append({'path': str(level), 'coordinateTransformations': scale})
    kinds = {'t': 'time', 'c': 'channel'}
    axes = [{'name': axis, 'type': kinds.get(axis, 'space')} for axis in AXES]
    multiscales = [{'name': 'cells', 'axes': axes, 'datasets': datasets}]
    if version == '0.4':
        group.attrs['multiscales'] = [{'version': version, **multiscales[0]}]
    else:
        group.attrs['ome'] = {'version': version, 'multiscales': multiscales}


def bioformats2raw(path: Path, image: np.ndarray) -> None:
    """Write an image and a second one in the layout of bioformats2raw."""
    root = zarr.create_group(path, zarr_format=2, overwrite=True)
    root.attrs['bioformats2raw.layout'] = 3
    root.create_group('OME').attrs['series'] = ['0', '1']
    for series in ('0', '1'):
        write_image(root.create_group(series), image + int(series), '0.4', chunks=(2, 2, 1, 24, 32))


def plate(path: Path, image: np.ndarray) -> None:
    """Write a plate with one well, in which the image is the first of two fields."""
    root = zarr.create_group(path, zarr_format=2, overwrite=True)
    root.attrs['plate'] = {
        'version': '0.4', 'rows': [{'name': 'A'}], 'columns': [{'name': '1'}],
        'wells': [{'path': 'A/1', 'rowIndex': 0, 'columnIndex': 0}],
    }
    well = root.create_group('A').create_group('1')
    well.attrs['well'] = {'version': '0.4', 'images': [{'path': '0'}, {'path': '1'}]}
    for field in ('0', '1'):
        write_image(well.create_group(field), image + int(field), '0.4', chunks=(1, 1, 3, 24, 32))


# What each layout is called, by the name of the file or folder.
LAYOUTS: dict[str, tuple[str, Callable[[Path, np.ndarray], None]]] = {
    'imagej.tiff': ('ImageJ hyperstack', imagej),
    'shaped.tiff': ('TIFF of tifffile, channels outermost', shaped),
    'plain.ome.tiff': ('OME-TIFF, uncompressed', ome_tiff()),
    'order.ome.tiff': ('OME-TIFF, axes in another order', ome_tiff('cztyx')),
    'zlib.ome.tiff': ('OME-TIFF, zlib', ome_tiff(compression='zlib')),
    'lzw.ome.tiff': ('OME-TIFF, LZW with predictor, strips of 5 rows', ome_tiff(
        compression='lzw', predictor=True, rowsperstrip=5)),
    'tiled.ome.tiff': ('OME-TIFF, Zstandard, tiles', ome_tiff(compression='zstd', tile=(16, 16))),
    'bigtiff.ome.tiff': ('OME-TIFF, BigTIFF', ome_tiff(bigtiff=True)),
    'big_endian.ome.tiff': ('OME-TIFF, big-endian', ome_tiff(byteorder='>')),
    'pyramid.ome.tiff': ('OME-TIFF, pyramid', ome_tiff(levels=1, tile=(16, 16))),
    'series.ome.tiff': ('OME-TIFF, first of two series', ome_tiff(series=2)),
    'planes.ome.zarr': ('OME-Zarr 0.4, a chunk for each plane', ome_zarr()),
    'odd.ome.zarr': ('OME-Zarr 0.4, Blosc, chunks of 17 x 9', ome_zarr(
        chunks=(1, 1, 1, 17, 9), compressors=numcodecs.Blosc())),
    'deep.ome.zarr': ('OME-Zarr 0.4, zlib, chunks of several planes', ome_zarr(
        chunks=(2, 1, 3, 20, 32), compressors=numcodecs.Zlib())),
    'big_endian.ome.zarr': ('OME-Zarr 0.4, big-endian', ome_zarr(big_endian=True, compressors=None)),
    'v3.ome.zarr': ('OME-Zarr 0.5, Zstandard', ome_zarr('0.5', chunks=(1, 2, 1, 24, 32))),
    'sharded.ome.zarr': ('OME-Zarr 0.5, sharded', ome_zarr('0.5', chunks=(1, 1, 1, 12, 16), shards=True)),
    'series.ome.zarr': ('OME-Zarr of bioformats2raw, first of two series', bioformats2raw),
    'plate.ome.zarr': ('OME-Zarr, first field of a plate', plate),
}
