"""What codes of pixels cost, beside `iscc-sum` on the same pixels as raw bytes, decoding alone, and iscc-bio.

One image of 403 MB (10 times, 2 channels, 5 planes of 1,420 x 1,420 pixels, 16 bit) in several layouts. The command
lines take turns; the files are in memory after the first. iscc-bio (0.2.0) finds no image in an OME-Zarr whose levels
are called 0, 1, ...
"""

import json
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numcodecs
import numpy as np

from local_galaxy.configuration import ENVIRONMENTS, IMAGES_BIN, JOBS_BIN
from measuring import Command, command_of, described_file, print_table, take_turns
from tests.layouts import in_order, ome_tiff, ome_zarr

SHAPE = (10, 2, 5, 1420, 1420)
ROUNDS = 3
LAYOUTS = {
    'OME-TIFF, uncompressed': ('plain.ome.tiff', ome_tiff()),
    'OME-TIFF, zlib': ('zlib.ome.tiff', ome_tiff(compression='zlib')),
    'OME-TIFF, LZW with predictor, tiles of 256': ('lzw.ome.tiff', ome_tiff(
        compression='lzw', predictor=True, tile=(256, 256))),
    'OME-Zarr, uncompressed, a chunk for each plane': ('plain.ome.zarr', ome_zarr(
        chunks=(1, 1, 1, 1420, 1420), compressors=None)),
    'OME-Zarr, Blosc, a chunk for each plane': ('blosc.ome.zarr', ome_zarr(
        chunks=(1, 1, 1, 1420, 1420), compressors=numcodecs.Blosc())),
    'OME-Zarr, Zstandard, chunks of 256': ('zstd.ome.zarr', ome_zarr(
        '0.5', chunks=(1, 1, 1, 256, 256))),
    'OME-Zarr, Zstandard, chunks of 5 planes': ('deep.ome.zarr', ome_zarr('0.5', chunks=(1, 1, 5, 512, 512))),
}
# Nothing but decoding, one plane after another, in one thread; by zarr with as many chunks in its queue as in the tool.
DECODE_TIFF = '''
import sys, tifffile
with tifffile.TiffFile(sys.argv[1]) as file:
    for page in file.pages:
        page.asarray(maxworkers=1)
'''
DECODE_ZARR = '''
import sys, zarr
zarr.config.set({'threading.max_workers': 1, 'async.concurrency': 8, 'codec_pipeline.batch_size': 8})
array = zarr.open_array(sys.argv[1] + '/0', mode='r')
for t in range(array.shape[0]):
    for c in range(array.shape[1]):
        array[t, c]
'''


def cells(shape: tuple[int, ...]) -> np.ndarray:
    """Return an image that compresses as those of microscopes do: noise on a smooth ground."""
    random = np.random.default_rng(1)
    y, x = np.mgrid[:shape[-2], :shape[-1]]
    ground = 300 + 2000 * np.sin(x / 90) ** 2 * np.sin(y / 70) ** 2
    image = np.empty(shape, np.uint16)
    for place in np.ndindex(shape[:-2]):
        image[place] = ground + random.normal(0, 15, shape[-2:])
    return image


def write_image(folder: Path) -> Path:
    """Write the image in all layouts, and return the file of its bytes in order."""
    image, raw = cells(SHAPE), folder / 'raw'
    raw.write_bytes(in_order(image))
    for file_name, write in LAYOUTS.values():
        write(folder / file_name, image)
    return raw


def described(path: Path) -> dict:
    """Return what Galaxy would say of an image that is a file or a folder."""
    known = described_file(path)
    return {**known, 'extra_files_path': str(path), 'is_directory': True} if path.is_dir() else known


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own: the peak memory of a command begins with that of the process that starts it.
        with ProcessPoolExecutor(1) as process:
            raw = process.submit(write_image, folder).result()
        rows = []
        for title, (file_name, _) in LAYOUTS.items():
            path = folder / file_name
            options = {'datasets': [described(path)], 'thumbnails': False, 'metadata': False}
            (folder / 'job.json').write_text(json.dumps(options))
            tool = command_of(
                'generate_image_codes', folder / 'job.json', 'manifest=manifest.tsv', commands=IMAGES_BIN)
            decode = [IMAGES_BIN / 'python', '-c', DECODE_ZARR if path.is_dir() else DECODE_TIFF, path]
            commands = {'raw': Command([JOBS_BIN / 'iscc-sum', raw]), 'tool': Command(tool), 'decode': Command(decode)}
            if not path.is_dir():
                commands['bio'] = Command([ENVIRONMENTS / 'bio' / 'bin' / 'iscc-bio', 'biocode', path])
            costs = take_turns(commands, ROUNDS)
            seconds = {label: cost.seconds for label, cost in costs.items()}
            rows.append([
                title, f'{seconds["raw"]:.1f}', f'{seconds["tool"]:.1f}', f'{seconds["tool"] / seconds["raw"]:.2f}',
                f'{seconds["decode"]:.1f}', f'{seconds["tool"] / seconds["decode"]:.2f}',
                f'{seconds["bio"]:.1f}' if 'bio' in seconds else 'no code', f'{costs["tool"].megabytes:.0f}',
            ])
        print_table(f'One image of {raw.stat().st_size / 1e6:.0f} MB of pixels, seconds, median of {ROUNDS} runs', [
            'Layout', 'iscc-sum, raw bytes', 'The tool', 'Ratio', 'Decoding alone', 'Ratio', 'iscc-bio',
            'Peak memory of the tool (MB)',
        ], rows)


if __name__ == '__main__':
    main()
