"""Make the test data in this folder: small synthetic fluorescence images of nuclei, in the formats of bioimaging.

Run it in the checkout: `PYTHONPATH=.:tests .envs/dev/bin/python test-data/make_test_data.py`.
"""

import csv
import hashlib
import json
import shutil
import tempfile
from codecs import BOM_UTF16_LE
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tifffile
import zarr
from PIL import Image

from make_images import make_images
from make_look_alikes import make_look_alikes, SIZE
from oracle import Codes, codes_of, content_of
from pixel_manifests import write_pixel_manifests

HERE = Path(__file__).parent
PIXEL_SIZE_MICROMETRES = 0.325


def nuclei(size: int, seed: int) -> np.ndarray:
    """Draw bright elliptic nuclei on a noisy dark background, 16 bit, `size` x `size` pixels."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size]
    image = random.normal(400, 40, (size, size))
    for _ in range(size // 12):
        row, column = random.uniform(0, size, 2)
        long, short = random.uniform(7, 12), random.uniform(4, 7)
        angle = random.uniform(0, np.pi)
        along = (x - column) * np.cos(angle) + (y - row) * np.sin(angle)
        across = (y - row) * np.cos(angle) - (x - column) * np.sin(angle)
        distance = (along / long) ** 2 + (across / short) ** 2
        image += random.uniform(4000, 20000) * np.exp(-distance ** 2)
    return np.clip(image, 0, 65535).astype(np.uint16)


def write_zarr(path: Path, image: np.ndarray) -> None:
    """Write an image as a Zarr v2 array of uncompressed chunks of 64 x 64 pixels."""
    zarr.create_array(path, data=image, chunks=(64, 64), compressors=None, zarr_format=2, overwrite=True)


def write_ome_zarr(path: Path, image: np.ndarray) -> None:
    """Write an image and its half-size version as OME-Zarr 0.4."""
    group = zarr.create_group(path, zarr_format=2, overwrite=True)
    datasets = []
    for level, pixels in enumerate([image, image[::2, ::2]]):
        group.create_array(str(level), data=pixels, chunks=(64, 64), compressors=None)
        scale = [PIXEL_SIZE_MICROMETRES * 2 ** level] * 2
        transformations = [{'type': 'scale', 'scale': scale}]
        datasets.append({'path': str(level), 'coordinateTransformations': transformations})
    axes = [{'name': name, 'type': 'space', 'unit': 'micrometer'} for name in 'yx']
    group.attrs['multiscales'] = [{'version': '0.4', 'name': 'nuclei', 'axes': axes, 'datasets': datasets}]


def write_tree_with_ignored_files(path: Path) -> None:
    """Write a folder with a file to hash, and two that iscc-sum leaves out."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    (path / '.isccignore').write_text('*.log\n')
    (path / 'acquisition.log').write_text('stage moved\n')
    (path / 'image.iscc.json').write_text('{}\n')
    (path / 'image.raw').write_bytes(bytes(range(256)) * 64)


def write_tree_of_ignored_files(path: Path) -> None:
    """Write a folder in which iscc-sum finds nothing to hash."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    (path / 'image.iscc.json').write_text('{}\n')


def write_tree_with_litter(folder: Path) -> None:
    """Write a folder in which macOS left files of its own."""
    folder.mkdir(exist_ok=True)
    for name in ('image.raw', '.DS_Store', '._image.raw'):
        (folder / name).write_bytes(name.encode())


def write_analyze(path: Path, image: np.ndarray) -> None:
    """Write the three files of an Analyze 7.5 dataset, which Galaxy keeps as a composite dataset; only sketched."""
    path.mkdir(exist_ok=True)
    (path / 'image.hdr').write_bytes(np.array([348, *image.shape], '<i4').tobytes().ljust(348, b'\0'))
    (path / 'image.img').write_bytes(image.astype('<u2').tobytes())
    (path / 'image.t2m').write_bytes(np.eye(4, dtype='<f8').tobytes())


def write_table(path: Path) -> None:
    """Write a table of measurements, one row a nucleus."""
    random = np.random.default_rng(3)
    with path.open('w', newline='', encoding='utf-8') as file:
        table = csv.writer(file, lineterminator='\n')
        table.writerow(['nucleus', 'area_um2', 'mean_intensity'])
        for nucleus in range(1, 1001):
            table.writerow([nucleus, round(random.gamma(30, 3), 2), round(random.normal(9000, 1500), 1)])


def write_expectations(folder: Path) -> None:
    """Write codes of the test data in every form that is read; they come from the oracles, not from iscc-sum."""
    folder.mkdir(exist_ok=True)
    names = ['nuclei.tiff', 'nuclei.png', 'measurements.csv', 'nuclei_ome.zarr']
    with tempfile.TemporaryDirectory() as scratch:
        codes = {name: codes_of(content_of(HERE / name), Path(scratch)) for name in [*names, 'nuclei_edited.tiff']}
    tiff = codes['nuclei.tiff']

    def write(name: str, *lines: str) -> None:
        (folder / name).write_text(''.join(f'{line}\n' for line in lines), encoding='utf-8')

    write('code.txt', tiff.wide, tiff.data_unit, tiff.instance_unit)
    write('iscc.txt', *(f'ISCC:{code}' for code in (tiff.narrow, tiff.data_unit, tiff.instance_unit)))
    write('checksum.txt', f'ISCC:{tiff.wide} *another name.tiff')
    write('metadata.json', json.dumps({'iscc': f'ISCC:{tiff.wide}', 'name': 'nuclei.tiff', 'units': [tiff.data_unit]}))
    write('unit.txt', f'ISCC:{tiff.data_unit}')
    write('malformed.txt', f'ISCC:{codes["nuclei.png"].wide} *nuclei.png', f'ISCC:{tiff.wide[:-1]} *nuclei.tiff')

    def listed(name: str) -> str:
        return f'{name}/' if name.endswith('.zarr') else name

    write('checksums.txt', *(
        line for name in names for line in (
            f'ISCC:{codes[name].wide} *{listed(name)}',
            f'  ISCC:{codes[name].data_unit}', f'  ISCC:{codes[name].instance_unit}',
        )
    ))
    write('checksums_tag.txt', *(f'ISCC-SUM ({listed(name)}) = ISCC:{codes[name].narrow}' for name in names))

    def rows(named: dict[str, str]) -> list[str]:
        header = 'name\tiscc_code\tsize\tdatahash\tkind'
        return [header, *(
            f'{name}\tISCC:{codes[source].wide}\t{len(content_of(HERE / source))}\t{codes[source].datahash}\t'
            f'{"directory" if source.endswith(".zarr") else "file"}' for name, source in named.items()
        )]

    files = [name for name in names if not name.endswith('.zarr')]
    write('manifest.tsv', *rows({name: name for name in names}))
    write('manifest_files.tsv', *rows({name: name for name in files}))
    write('checksums_files.txt', *(f'ISCC:{codes[name].wide} *{name}' for name in files))
    write('manifest_nested.tsv', *rows({
        'plate 1/nuclei.tiff': 'nuclei.tiff', 'plate 2/nuclei.tiff': 'nuclei.tiff',
        'plate 1/measurements.csv': 'measurements.csv', 'plate 2/measurements.csv': 'nuclei.png',
    }))
    write('manifest_renamed.tsv', *rows({
        'raw/nuclei_edited': 'nuclei.tiff', 'measurements.csv': 'measurements.csv', 'nuclei.png': 'nuclei.png',
    }))
    write('chain_raw.tsv', *rows({name: name for name in ('nuclei.tiff', 'measurements.csv')}))
    write('chain_processed.tsv', *rows({'nuclei.tiff': 'nuclei_edited.tiff'}))
    exported = {'submitted.tiff': 'nuclei.tiff', 'figure 1.png': 'nuclei.png'}
    write('chain_exported.txt', *(f'ISCC:{codes[source].wide} *{name}' for name, source in exported.items()))
    write_awkward_lists(folder, codes)
    write_verifications(write, {name: f'ISCC:{codes[name].wide}' for name in files})


def write_awkward_lists(folder: Path, codes: dict[str, Codes]) -> None:
    """Write lists as people have them: of chunks, of what Galaxy changes at upload, from PowerShell, of other kinds."""
    files = ['nuclei.tiff', 'nuclei.png', 'measurements.csv']
    table = (HERE / 'measurements.csv').read_bytes()
    with tempfile.TemporaryDirectory() as scratch:
        crlf = codes_of(table.replace(b'\n', b'\r\n'), Path(scratch)).wide
        chunks = {
            path.name: codes_of(path.read_bytes(), Path(scratch)).wide
            for path in sorted((HERE / 'nuclei.zarr').iterdir())
        }
    lists = {
        'checksums_crlf.txt': f'ISCC:{crlf} *measurements.csv\n',
        'checksums_of_chunks.txt': ''.join(f'ISCC:{code} *nuclei.zarr/{name}\n' for name, code in chunks.items()),
        'checksums_md5.txt': f'{hashlib.md5(table).hexdigest()}  measurements.csv\n',
    }
    for name, text in lists.items():
        (folder / name).write_text(text, encoding='utf-8')
    # As PowerShell writes it with `>`.
    lines = ''.join(f'ISCC:{codes[name].wide} *{name}\r\n' for name in files)
    (folder / 'checksums_utf16.txt').write_bytes(BOM_UTF16_LE + lines.encode('utf-16-le'))


def write_verifications(write: Callable[..., None], codes: dict[str, str]) -> None:
    """Write results of verifications, good and bad ones, whole and cut off."""
    tiff, png, table = (code.removeprefix('ISCC:') for code in codes.values())
    write('verified.txt', 'OK - ISCC-CODEs match', f'Expected:  {tiff}', f'Generated: {tiff}', 'Bit-identical')
    write(
        'not_verified.txt', 'FAILED - ISCC-CODEs do not match', f'Expected:  {tiff}', f'Generated: {png}',
        'Data-Code distance 66 of 128 bits: another file',
    )

    def summary(first: str, ok: int, missing: int, unlisted: int) -> list[str]:
        return [
            first, f'{ok + unlisted} datasets came, {ok + missing} were listed: ...', f'OK\t{ok}', 'MODIFIED\t0',
            'RENAMED\t0', f'MISSING\t{missing}', f'UNLISTED\t{unlisted}',
        ]

    write('summary_verified.txt', *summary('OK', 3, 0, 1))
    write('summary_not_verified.txt', *summary('FAILED', 2, 1, 0))
    write('summary_cut.txt', *summary('OK', 3, 0, 0)[:3])
    header = 'name\tstatus\tfound_as\tdistance\texpected_code\tcomputed_code\tnote'
    rows = [f'{name}\tOK\t\t0\t{code}\t{code}\t' for name, code in codes.items()]
    write('report_verified.tsv', header, *rows)
    write('report_not_verified.tsv', header, *rows, f'lost.tiff\tMISSING\t\t\tISCC:{table}\t\t')
    write('report_cut.tsv', header, *rows[:2], rows[2][:40])


def main() -> None:
    image = nuclei(192, seed=1)
    tifffile.imwrite(HERE / 'nuclei.tiff', image, metadata=None)
    tifffile.imwrite(HERE / 'nuclei_described.tiff', image, metadata=None, description='DAPI, 40x, well A1')
    tifffile.imwrite(
        HERE / 'nuclei.ome.tiff', np.stack([image, nuclei(192, seed=2)]), metadata={
            'axes': 'CYX', 'PhysicalSizeX': PIXEL_SIZE_MICROMETRES, 'PhysicalSizeY': PIXEL_SIZE_MICROMETRES,
            'UUID': 'urn:uuid:00000000-0000-4000-8000-000000000000',
        },
    )
    edited = image.copy()
    edited[100:104, 60:90] = 0
    tifffile.imwrite(HERE / 'nuclei_edited.tiff', edited, metadata=None)
    Image.fromarray(np.clip(image // 64, 0, 255).astype(np.uint8)).save(HERE / 'nuclei.png')
    write_zarr(HERE / 'nuclei.zarr', image)
    write_ome_zarr(HERE / 'nuclei_ome.zarr', image)
    write_tree_with_ignored_files(HERE / 'with_ignored_files')
    write_tree_of_ignored_files(HERE / 'only_ignored_files')
    write_tree_with_litter(HERE / 'with_litter')
    write_analyze(HERE / 'analyze', image[:64, :64])
    write_table(HERE / 'measurements.csv')
    (HERE / 'empty.txt').touch()
    shutil.copy(HERE / 'measurements.csv', HERE / "cell's 100% $(touch injected) ünïcode.csv")
    write_expectations(HERE / 'expected')
    make_images(image)
    make_look_alikes([nuclei(SIZE, seed) for seed in (4, 5, 6)])
    write_pixel_manifests(HERE / 'expected')


if __name__ == '__main__':
    main()
