"""Make images in the folder `images`, and Zarr folders beside it: the same pixels in several formats, and bad ones."""

import shutil
import tempfile
from pathlib import Path

import imagecodecs
import numpy as np
import tifffile
import zarr

from layouts import AXES, five_dimensions, imagej, in_order, LAYOUTS, ome_tiff, ome_zarr
from oracle import codes_of

HERE = Path(__file__).parent / 'images'
# Galaxy's tests take no folder from a folder. (They also cut off the end of some: galaxy.tool_util.cwl.util does not
# flush the archive that it sends. A folder with which a test waits in vain needs another size.)
FOLDERS = HERE.parent
# The layouts of tests/layouts.py that the tests of the tools use, in 5 dimensions.
KEPT = (
    'imagej.tiff', 'plain.ome.tiff', 'lzw.ome.tiff', 'pyramid.ome.tiff', 'series.ome.tiff', 'planes.ome.zarr',
    'sharded.ome.zarr', 'plate.ome.zarr',
)


def write_flat_images(image: np.ndarray) -> None:
    """Write one plane, and a picture in colour, in the formats that hold such."""
    plane = np.ascontiguousarray(image[0, 0, 0])
    tifffile.imwrite(HERE / 'cells.tiff', plane, compression='zlib')
    (HERE / 'cells.png').write_bytes(imagecodecs.png_encode(plane))
    group = zarr.create_array(
        FOLDERS / 'named_axes.zarr', data=plane, chunks=(12, 32), zarr_format=3, dimension_names=['y', 'x'],
        overwrite=True)
    assert group.nchunks == 2
    colour = np.stack([plane // 64, plane // 128, plane[::-1] // 256], axis=-1).astype(np.uint8)
    tifffile.imwrite(HERE / 'colour.tiff', colour, photometric='rgb')
    (HERE / 'colour.png').write_bytes(imagecodecs.png_encode(colour))
    (HERE / 'colour.jpg').write_bytes(imagecodecs.jpeg8_encode(colour, level=90))


def write_nuclei(image: np.ndarray) -> None:
    """Write the pixels of nuclei.tiff and nuclei_ome.zarr in two more formats."""
    metadata = {'axes': 'YX', 'UUID': 'urn:uuid:00000000-0000-4000-8000-000000000000'}
    tifffile.imwrite(HERE / 'nuclei.ome.tiff', image, compression='zlib', tile=(64, 64), metadata=metadata)
    (HERE / 'nuclei_16_bit.png').write_bytes(imagecodecs.png_encode(image))


def write_bad_images(image: np.ndarray) -> None:
    """Write images that can't be read whole, or only with something to say."""
    whole = (HERE / 'plain.ome.tiff').read_bytes()
    (HERE / 'truncated.ome.tiff').write_bytes(whole[:len(whole) * 2 // 3])
    tifffile.imwrite(HERE / 'complex.tiff', image[0, 0, 0].astype(np.complex64))
    tifffile.imwrite(HERE / 'unknown_axes.tiff', image[0], metadata={'axes': 'QIYX'})
    zarr.create_array(FOLDERS / 'no_axes.zarr', data=image[0, 0], chunks=(3, 24, 32), zarr_format=2, overwrite=True)
    for name, damage in ('lost_chunk', Path.unlink), ('broken_chunk', lambda chunk: chunk.write_bytes(b'no chunk')):
        folder = FOLDERS / f'{name}.ome.zarr'
        ome_zarr(chunks=(1, 2, 3, 24, 32))(folder, image)
        damage(folder / '0' / '1.0.0.0.0')


def write_expectations(folder: Path, image: np.ndarray) -> None:
    """Write the manifest of the pixels of some images; the codes are those of the oracles."""
    with tempfile.TemporaryDirectory() as scratch:
        codes = codes_of(in_order(image, AXES), Path(scratch))
    header = (
        'name\tiscc_code\tsize\tdatahash\tkind\tscene\tscene_name\tpixel_type\t'
        'size_x\tsize_y\tsize_z\tsize_c\tsize_t\tnote'
    )
    names = {'imagej.tiff': '', 'plain.ome.tiff': 'Image0', 'planes.ome.zarr': 'cells'}
    rows = [
        f'{name}\tISCC:{codes.wide}\t{image.nbytes}\t{codes.datahash}\tpixels\t1\t{scene}\tuint16\t32\t24\t3\t2\t2\t'
        for name, scene in names.items()
    ]
    (folder / 'pixels.tsv').write_text(''.join(f'{line}\n' for line in [header, *rows]), encoding='utf-8')


def make_images(nuclei: np.ndarray) -> None:
    """Make all of them; `nuclei` is the image in nuclei.tiff."""
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir()
    image = five_dimensions()
    for name in KEPT:
        LAYOUTS[name][1]((FOLDERS if name.endswith('.zarr') else HERE) / name, image)
    # What a step that changed a single pixel wrote.
    changed = image.copy()
    changed[1, 0, 2, 10, 10] += 1
    ome_tiff()(HERE / 'changed.ome.tiff', changed)
    imagej(HERE / 'eight_bits.tiff', (image // 64).astype(np.uint8))
    write_flat_images(image)
    write_nuclei(nuclei)
    write_bad_images(image)
    write_expectations(HERE.parent / 'expected', image)
