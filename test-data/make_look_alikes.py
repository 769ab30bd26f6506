"""Make images that look alike in the folder `look_alikes`: a field, pictures made of it, and other fields."""

import shutil
from pathlib import Path

import numpy as np
import tifffile
import zarr
from PIL import Image

from image_oracle import code_of_picture, code_of_plane

HERE = Path(__file__).parent
FOLDER = HERE / 'look_alikes'
HEADER = 'name\timage_code\tview\tscene\tsize_x\tsize_y\tnote'
SIZE = 128


def exported(field: np.ndarray) -> np.ndarray:
    """Return a field as a person exports it: with 8 bits, in a contrast that shows dim things."""
    return (255 * np.clip((field - 300.0) / 12_000, 0, 1) ** 0.8).astype(np.uint8)


def make_look_alikes(fields: list[np.ndarray]) -> None:
    """Make all of them; `fields` are three different images of SIZE x SIZE pixels of 16 bits."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    field, other, third = fields
    for name, pixels in {'field': field, 'other': other, 'third': third, 'blank': np.full_like(field, 7)}.items():
        tifffile.imwrite(FOLDER / f'{name}.tiff', pixels, compression='zlib', metadata=None)
    picture = exported(field)
    Image.fromarray(picture).save(FOLDER / 'exported.png')
    Image.fromarray(picture).resize((SIZE // 2, SIZE // 2)).save(FOLDER / 'small.jpg', quality=85)
    Image.fromarray(np.pad(picture, 20, constant_values=255)).save(FOLDER / 'framed.png')
    # Its middle plane is another field, and the field is seen where the planes are put one over the other.
    stack = np.stack([field, other // 16, np.zeros_like(field)])
    tifffile.imwrite(FOLDER / 'stack.ome.tiff', stack, compression='zlib', metadata={
        'axes': 'ZYX', 'UUID': 'urn:uuid:00000000-0000-4000-8000-000000000000'})
    # Galaxy's tests take no folder from a folder.
    zarr.create_array(
        HERE / 'field.zarr', data=field, chunks=field.shape, zarr_format=3, dimension_names=['y', 'x'],
        overwrite=True)
    write_tables(field, other, picture)


def write_tables(field: np.ndarray, other: np.ndarray, picture: np.ndarray) -> None:
    """Write tables of Image-Codes; the codes are those of iscc-core."""
    rows = [
        f'{name}\tISCC:{code}\t{view}\t1\t{SIZE}\t{SIZE}\t' for name, code, view in (
            ('plate 1/field', code_of_plane(field), 'channel 1, middle plane'),
            ('plate 1/other', code_of_plane(other), 'channel 1, middle plane'),
            ('figure 2', code_of_picture(picture), 'picture'),
        )
    ]
    tables = {'views': [HEADER, *rows], 'views_cut': [HEADER, rows[0], rows[1][:90]]}
    for name, lines in tables.items():
        (HERE / 'expected' / f'{name}.tsv').write_text(''.join(f'{line}\n' for line in lines), encoding='utf-8')
