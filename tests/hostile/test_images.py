"""Hostile images: bombs, loops, claims of more than there is, links and entities, and files that are damaged anywhere.

Never a crash, a traceback or an endless job: an image is read as another decoder reads it, or it is an error, in one
sentence and without output. It takes no more memory than a small image, and MOST_MORE.
"""

import bz2
import gzip
import json
import lzma
import os
import pickle
import random
import resource
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numcodecs
import numpy as np
import pytest
import tifffile
import zarr
from PIL import Image

from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.galaxy.job import JobError
from iscc_galaxy.images.image_files import opened
from iscc_galaxy.images.scenes import AXES
from local_galaxy.configuration import IMAGE_SIMILARITY_BIN, IMAGES_BIN, TEST_DATA
from scripts import Tool

MIB = 2 ** 20
# By design, decoding takes 256 MB (2 ** 28) more than a few times the pixels, and so does opening.
MOST_MORE = 500 * MIB
# Should that fail, the machine survives.
KILOBYTES = 6_000_000
SECONDS = 60
# Runs a command, and writes how much memory (kB) its largest process took. That of a child of pytest includes pytest's.
MEASURED = '; '.join((
    'import resource, subprocess, sys', 'status = subprocess.call(sys.argv[1:])',
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=open('memory', 'w'))", 'sys.exit(status)'))
# So many damaged copies of each file, read in this process.
COPIES = 100
IMAGES = sorted((TEST_DATA / 'images').iterdir())
# Zarr folders with one image, and the array with its pixels.
ZARRS = {'planes.ome.zarr': '0', 'sharded.ome.zarr': '0', 'nuclei.zarr': '', 'named_axes.zarr': ''}


def limited(folder: Path, command: str = 'generate_image_codes', limit: str = f'-v {KILOBYTES}') -> Tool:
    """Return a tool whose job has a limit of memory, as `ulimit` takes it, and of time."""
    outputs, commands = {
        'generate_image_codes': (('manifest', 'views'), IMAGES_BIN),
        'find_similar_images': (('output', 'clusters', 'views'), IMAGE_SIMILARITY_BIN),
    }[command]
    tool = Tool(folder, command, outputs, folder / 'limited')
    tool.commands.mkdir(exist_ok=True)
    python = tool.commands / 'python'
    python.write_text(
        f'#!/bin/bash\nulimit {limit}\n'
        f'exec {commands}/python -c "{MEASURED}" timeout {SECONDS} {commands}/python "$@"\n')
    python.chmod(0o755)
    tool.path_first = f'{commands}:'
    return tool


@pytest.fixture
def tool(tmp_path) -> Tool:
    return limited(tmp_path)


@pytest.fixture(scope='module')
def small(tmp_path_factory) -> int:
    """Return the memory (bytes) that a small image takes."""
    folder = tmp_path_factory.mktemp('small')
    Image.new('L', (9, 9)).save(folder / 'image.png')
    return run(limited(folder), folder / 'image.png')[1]


def run(tool: Tool, *images: Path) -> tuple[subprocess.CompletedProcess, int]:
    """Run the tool on images; return how it ended, and the peak of memory (bytes) of its largest process."""
    datasets = [
        tool.folder_of(image, 'image') if image.is_dir() else tool.described(name='image', path=str(image))
        for image in images
    ]
    done = tool.run(datasets=datasets, thumbnails=True, metadata=True, codes=[], reference=[], threshold=48)
    return done, int((tool.folder / 'memory').read_text()) * 1024


@pytest.fixture
def refuses(small):
    """Insist that an image is an error in one line, that nothing is written, and that it takes little memory."""
    def refuses(tool: Tool, image: Path, *words: str) -> None:
        done, memory = run(tool, image)
        tool.fails(done, 'Image "image" ', *words)
        assert done.stderr.count('\n') == 1
        assert not (tool.folder / 'galaxy.json').exists()
        assert memory < small + MOST_MORE
    return refuses


def made(content: bytes) -> Callable[[Path], None]:
    """Return a writer of a file."""
    return lambda path: path.write_bytes(content)


def deflated(size: int) -> bytes:
    """Return zeros that are compressed, without the end of the stream."""
    deflate = zlib.compressobj()
    start = deflate.compress(bytes(MIB)) + deflate.flush(zlib.Z_FULL_FLUSH)
    again = deflate.compress(bytes(MIB)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return start + again * (size // MIB - 1)


def png(width: int, height: int, data: bytes, *others: tuple[bytes, bytes]) -> bytes:
    header = struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)
    chunks = [(b'IHDR', header), *others, (b'IDAT', data), (b'IEND', b'')]
    return b'\x89PNG\r\n\x1a\n' + b''.join(
        struct.pack('>I', len(content)) + name + content + struct.pack('>I', zlib.crc32(name + content))
        for name, content in chunks)


def scans(number: int) -> bytes:
    """Return a progressive JPEG, 1024 x 1024 pixels in gray, with so many scans that change nothing."""
    def segment(marker: int, content: bytes) -> bytes:
        return struct.pack('>BBH', 0xff, marker, len(content) + 2) + content
    # One code of Huffman for the first scan: no difference; one for the others: nothing in the next 16,384 blocks.
    tables = segment(0xdb, bytes(1) + bytes([1] * 64))
    tables += segment(0xc2, struct.pack('>BHHB', 8, 1024, 1024, 1) + b'\1\x11\0')
    tables += segment(0xc4, b'\x00\1' + bytes(16)) + segment(0xc4, b'\x10\1' + bytes(15) + b'\xe0')
    first = segment(0xda, b'\1\1\0\0\0\0') + bytes(1024 * 1024 // 64 // 8)
    # Of each coefficient the highest bits first, then one bit more each time.
    others = [segment(0xda, bytes([1, 1, 0, place, place, bits])) + b'\0\1' for bits in [
        10, *(high << 4 | high - 1 for high in range(10, 0, -1))] for place in range(1, 64)]
    return b'\xff\xd8' + tables + first + b''.join(others[:number - 1]) + b'\xff\xd9'


def jpeg(width: int, height: int) -> bytes:
    """Return a JPEG of 16 x 16 pixels that claims other sizes."""
    content = imagecodecs.jpeg8_encode(np.random.default_rng(1).integers(0, 255, (16, 16), np.uint8))
    place = content.index(b'\xff\xc0') + 5
    return content[:place] + struct.pack('>HH', height, width) + content[place + 4:]


def tiff(data: bytes, following: int = 0, **tags: tuple[int, int]) -> bytes:
    """Return a TIFF of one page of 10 x 10 bytes, of which tags may have another number of values, and value."""
    known = {
        'width': (256, 1, 10), 'height': (257, 1, 10), 'bits': (258, 1, 8), 'compression': (259, 1, 1),
        'photometric': (262, 1, 1), 'offsets': (273, 1, 150), 'samples': (277, 1, 1), 'rows': (278, 1, 10),
        'counts': (279, 1, len(data)),
    }
    values = [(code, *tags.get(name, (count, value))) for name, (code, count, value) in known.items()]
    directory = b''.join(struct.pack('<HHII', code, 4, count, value) for code, count, value in values)
    content = struct.pack('<2sHIH', b'II', 42, 8, len(values)) + directory + struct.pack('<I', following)
    return content.ljust(150, b'\0') + data


def pages(number: int) -> bytes:
    """Return a TIFF of pages of one pixel."""
    entry = np.dtype([('code', '<u2'), ('type', '<u2'), ('count', '<u4'), ('value', '<u4')])
    values = {256: 1, 257: 1, 258: 8, 259: 1, 262: 1, 273: 0, 277: 1, 278: 1, 279: 1}
    directories = np.zeros(number, [('entries', '<u2'), ('tags', entry, len(values)), ('following', '<u4')])
    directories['entries'] = len(values)
    directories['tags']['code'], directories['tags']['value'] = list(values), list(values.values())
    directories['tags']['type'], directories['tags']['count'] = 4, 1
    places = 8 + np.arange(number) * directories.itemsize
    directories['tags']['value'][:, 5] = 8 + directories.nbytes + np.arange(number)
    directories['following'][:-1] = places[1:]
    return b'II*\0\x08\0\0\0' + directories.tobytes() + bytes(number)


def with_hole(start: bytes, size: int) -> Callable[[Path], None]:
    """Return a writer of a file of so many bytes, of which those behind the start take no room on the disk."""
    def write(path: Path) -> None:
        path.write_bytes(start)
        os.truncate(path, size)
    return write


def zeros(side: int) -> np.ndarray:
    return np.zeros((side, side), np.uint8)


def of_codec(number: int, encode: Callable[[], bytes]) -> Callable[[Path], None]:
    """Return a writer of a TIFF of 10 x 10 bytes, in whose only strip are pixels of another size."""
    return lambda path: path.write_bytes(tiff(encode(), compression=(1, number)))


def ome_tiff(inside: str = '<TiffData/>', before: str = '', after: str = '', **sizes: int) -> Callable[[Path], None]:
    """Return a writer of an OME-TIFF of 10 x 10 pixels, which may claim other sizes, with other XML in places."""
    claimed = {'X': 10, 'Y': 10, 'Z': 1, 'C': 1, 'T': 1} | sizes
    xml = (
        f'<?xml version="1.0"?>{before}<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
        '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" '
        f'{" ".join(f"""Size{axis}="{size}" """ for axis, size in claimed.items())}>{inside}</Pixels></Image>{after}'
        '</OME>')
    return lambda path: tifffile.imwrite(
        path, np.arange(100, dtype=np.uint16).reshape(10, 10), description=xml.encode(), metadata=None)


def modulo(last: str) -> str:
    return (
        '<StructuredAnnotations><XMLAnnotation ID="A" Namespace="openmicroscopy.org/omero/dimension/modulo"><Value>'
        f'<Modulo><ModuloAlongZ Type="other" Start="0" End="{last}"/></Modulo></Value></XMLAnnotation>'
        '</StructuredAnnotations>')


LAUGHS = '<!DOCTYPE x [<!ENTITY a0 "laugh">' + ''.join(
    f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 12)) + ']>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
TOO_MUCH = 'reading it takes more than 268,'
FILES = {
    'PNG, claims too much': (made(png(60_000, 60_000, deflated(MIB))), 'It would need 3,600,000,000 bytes'),
    'PNG, claims more than it has': (made(png(40_000, 40_000, deflated(MIB))), 'It is damaged: 40000 x 40000 pixels'),
    'PNG, has more than it claims': (made(png(10, 10, zlib.compress(bytes(256 * MIB)))), 'breaks the rules of PNG'),
    'PNG, lengths overflow': (made(png(9, 9, b'')[:8] + b'\xff' * 4 + b'IHDR'), 'damaged or incomplete from byte 8'),
    'JPEG, claims too much': (made(jpeg(65_535, 65_535)), 'It would need 4,294,836,225 bytes'),
    'JPEG, claims more than it has': (made(jpeg(5000, 5000)), 'Its data are damaged'),
    'JPEG, no pixels': (made(jpeg(0, 0)), 'Its data are damaged'),
    'JPEG, scans': (made(scans(693)), 'It has 693 scans; a JPEG may have 100'),
    'JPEG, gigabytes': (with_hole(b'\xff\xd8\xff', 8192 * MIB), 'It would need 8,589,934,592 bytes at once'),
    'JPEG, no end': (made(b'\xff\xd8' + b'\xff' * 50 * MIB), 'its end is missing'),
    'TIFF, deflate': (made(tiff(deflated(1024 * MIB), compression=(1, 8))), 'can not be decoded'),
    'TIFF, zstd': (made(tiff(imagecodecs.zstd_encode(bytes(256 * MIB)), compression=(1, 50000))), 'can not be decoded'),
    'TIFF, packbits': (made(tiff(b'\x81\0' * MIB, compression=(1, 32773))), 'can not be decoded'),
    'TIFF, JPEG XL': (of_codec(50002, lambda: imagecodecs.jpegxl_encode(zeros(17_000), effort=1)), TOO_MUCH),
    'TIFF, JPEG 2000': (of_codec(34712, lambda: imagecodecs.jpeg2k_encode(zeros(12_000))), 'can not be decoded'),
    'TIFF, PNG': (of_codec(34933, lambda: imagecodecs.png_encode(zeros(17_000))), TOO_MUCH),
    'TIFF, a strip of gigabytes': (
        with_hole(tiff(b'x', compression=(1, 8), counts=(1, 2 ** 31)), 2200 * MIB), TOO_MUCH),
    'TIFF, a strip too large': (
        made(tiff(b'x' * 9, width=(1, 60_000), height=(1, 60_000), rows=(1, 60_000), compression=(1, 8))),
        'One of its strips or tiles has 3,600,000,000 bytes'),
    'TIFF, a loop': (made(tiff(bytes(100), following=8)), 'It never ends'),
    'TIFF, a page beyond the end': (made(tiff(bytes(100), following=2 ** 32 - 1)), 'It is incomplete'),
    'TIFF, number of strips': (made(tiff(bytes(100), offsets=(2 ** 31, 150))), 'It is damaged or incomplete'),
    'TIFF, numbers of strips': (
        made(tiff(bytes(100), offsets=(2 ** 32 - 1, 8), counts=(2 ** 32 - 1, 8))), 'It is damaged or incomplete'),
    'TIFF, bits': (made(tiff(bytes(100), bits=(2 ** 31, 8))), 'It is damaged or incomplete'),
    'TIFF, samples': (made(tiff(bytes(100), samples=(1, 65_535))), 'Its page 0 should have 6,553,500 bytes'),
    'TIFF, width': (made(tiff(bytes(100), width=(1, 2 ** 32 - 1))), 'Its page 0 should have 42,949,672,950 bytes'),
    'TIFF, sizes': (
        made(tiff(bytes(100), width=(1, 2 ** 32 - 1), height=(1, 2 ** 32 - 1))), 'It is damaged or incomplete'),
    'TIFF, beyond the end': (made(tiff(bytes(100), offsets=(1, 2 ** 32 - 1))), 'reaches beyond its'),
    'TIFF, number of tags': (made(b'II*\0\x08\0\0\0' + b'\xff' * 1000), 'suspicious number of tags'),
    'BigTIFF, number of tags': (
        made(b'II+\0\x08\0\0\0' + struct.pack('<QQ', 16, 2 ** 63) + bytes(99)), 'suspicious number of tags'),
    'BigTIFF, offset': (made(b'II+\0\x08\0\0\0' + struct.pack('<Q', 2 ** 63)), 'It has no pages'),
    'OME-TIFF, laughs': (ome_tiff('&a11;', LAUGHS), 'Its OME-XML is damaged: limit on input amplification'),
    'OME-TIFF, external entity': (ome_tiff('&x;<TiffData/>', EXTERNAL), 'Its OME-XML is damaged'),
    'OME-TIFF, another file': (
        ome_tiff('<TiffData><UUID FileName="../secret.tif">urn:uuid:1</UUID></TiffData>'
                 '<TiffData><UUID FileName="x">urn:uuid:2</UUID></TiffData>'), 'other files, "../secret.tif"'),
    'OME-TIFF, planes': (ome_tiff(Z=10 ** 9, T=10 ** 9), 'more than 10,000,000 planes'),
    'OME-TIFF, columns': (ome_tiff(X=10 ** 14), 'more than 10,000,000 planes'),
    'OME-TIFF, number of planes': (ome_tiff('<TiffData PlaneCount="2000000000"/>'), 'more than 10,000,000 planes'),
    'OME-TIFF, steps': (ome_tiff(after=modulo('1e10')), 'more than 10,000,000 planes'),
    'OME-TIFF, planes that are not there': (ome_tiff(Z=10 ** 6), 'is missing 999999 frames'),
    'TIFF, deep JSON': (
        lambda path: tifffile.imwrite(
            path, np.zeros((9, 9)), description='{"shape": ' + '[' * 10 ** 5, metadata=None),
        'maximum recursion depth exceeded'),
}


@pytest.mark.parametrize('file', FILES)
def test_a_hostile_file_is_refused(tool, refuses, file, tmp_path):
    write, words = FILES[file]
    write(tmp_path / 'image')
    refuses(tool, tmp_path / 'image', words)


PIXELS = zlib.compress(bytes(110))


def text_of_a_gigabyte(path: Path) -> None:
    start, size = png(10, 10, PIXELS)[:33] + struct.pack('>I', 1024 * MIB) + b'tEXt', 1024 * MIB
    with_hole(start, len(start) + size)(path)
    with path.open('ab') as file:
        file.write(struct.pack('>I', zlib.crc32(bytes(size), zlib.crc32(b'tEXt'))) + png(10, 10, PIXELS)[33:])


@pytest.mark.parametrize('write', [
    made(png(10, 10, PIXELS, (b'tEXt', b'x\0' + bytes(100 * MIB)))),
    made(png(10, 10, PIXELS, (b'zTXt', b'x\0\0' + deflated(4096 * MIB)))),
    made(png(10, 10, PIXELS, (b'iTXt', b'x\0\1\0\0\0' + deflated(4096 * MIB)))),
    made(png(10, 10, PIXELS, (b'iCCP', b'x\0\0' + deflated(4096 * MIB)))),
    made(png(10, 10, PIXELS, *[(b'tEXt', b'x\0')] * 10 ** 5)),
    text_of_a_gigabyte,
], ids=['long', 'bomb', 'bomb of Unicode', 'bomb in a profile', 'many', 'a gigabyte'])
def test_texts_of_a_png_are_not_read(tool, small, write, tmp_path):
    """Nor are they decompressed, or held in memory."""
    write(tmp_path / 'image')
    done, memory = run(tool, tmp_path / 'image')
    assert (done.returncode, done.stderr) == (0, '')
    assert '\t10\t10\t1\t1\t1\t' in tool.output.read_text()
    assert memory < small + 20 * MIB


def test_many_pages_take_time_and_memory_in_proportion(tool, small, tmp_path):
    """At most ten times the file: a million pages of a pixel are 115 MB, and take 0.6 GB and some minutes."""
    image = tmp_path / 'image'
    image.write_bytes(pages(30_000))
    done, memory = run(tool, image)
    assert (done.returncode, done.stderr) == (0, '')
    assert '\t30000\t' in tool.output.read_text()
    assert memory < small + 10 * image.stat().st_size


def zarr_of(folder: Path, chunk: bytes = bytes(4096), **metadata: Any) -> Path:
    """Write an array of 64 x 64 bytes in one chunk, whose metadata may claim something else."""
    folder.mkdir()
    claimed = {
        'zarr_format': 2, 'shape': [64, 64], 'chunks': [64, 64], 'dtype': '|u1', 'compressor': None, 'filters': None,
        'order': 'C', 'fill_value': 0, **metadata,
    }
    (folder / '.zarray').write_text(json.dumps(claimed))
    (folder / '0.0').write_bytes(chunk)
    return folder


def third_version(folder: Path, chunk: bytes, *codecs: dict[str, Any], size: int = 64) -> Path:
    """The same as Zarr v3."""
    (folder / 'c' / '0').mkdir(parents=True)
    (folder / 'zarr.json').write_text(json.dumps({
        'zarr_format': 3, 'node_type': 'array', 'shape': [size, size], 'data_type': 'uint8', 'fill_value': 0,
        'chunk_grid': {'name': 'regular', 'configuration': {'chunk_shape': [size, size]}}, 'codecs': list(codecs),
        'chunk_key_encoding': {'name': 'default', 'configuration': {'separator': '/'}}, 'attributes': {},
    }))
    (folder / 'c' / '0' / '0').write_bytes(chunk)
    return folder


def v3(codec: str, **configuration: Any) -> dict[str, Any]:
    return {'name': codec, 'configuration': configuration}


def with_length(chunk: bytes, place: int) -> bytes:
    """Return a chunk whose header, at a place, says that it has 2 GB once it is decoded."""
    return chunk[:place] + struct.pack('<i', 2 ** 31 - 1024) + chunk[place + 4:]


SMALL = np.zeros(4096, np.uint8)
GZIP, BYTES = gzip.compress(bytes(16 * MIB)) * 192, v3('bytes')


def zstd_of(size: int) -> bytes:
    """Return zeros as a frame of Zstandard that does not tell its size (RFC 8878): blocks of 128 KiB, 4 bytes each."""
    block = 2 ** 17
    blocks = (block << 3 | 1 << 1).to_bytes(3, 'little') + b'\0'
    return b'\x28\xb5\x2f\xfd\0\x58' + blocks * (size // block) + b'\1\0\0'


SHARDING = v3('sharding_indexed', chunk_shape=[64, 64], codecs=[BYTES, v3('gzip', level=1)], index_codecs=[
    v3('bytes', endian='little')], index_location='start')
ZARR_BOMBS = {
    'zlib': lambda folder: zarr_of(folder, deflated(3072 * MIB), compressor={'id': 'zlib'}),
    'gzip': lambda folder: zarr_of(folder, GZIP, compressor={'id': 'gzip'}),
    'bz2': lambda folder: zarr_of(folder, bz2.compress(bytes(64 * MIB)) * 48, compressor={'id': 'bz2'}),
    'lzma': lambda folder: zarr_of(
        folder, lzma.compress(bytes(64 * MIB), preset=0) * 48, compressor=numcodecs.LZMA().get_config()),
    'zstd': lambda folder: zarr_of(folder, zstd_of(12 * 1024 * MIB), compressor=numcodecs.Zstd().get_config()),
    'zstd that tells its size': lambda folder: zarr_of(
        folder, imagecodecs.zstd_encode(bytes(1024 * MIB)), compressor=numcodecs.Zstd().get_config()),
    'zlib of zlib': lambda folder: zarr_of(
        folder, zlib.compress(deflated(3072 * MIB)), compressor={'id': 'zlib'}, filters=[{'id': 'zlib'}]),
    'JPEG XL': lambda folder: zarr_of(
        folder, imagecodecs.jpegxl_encode(zeros(17_000), effort=1), compressor={'id': 'imagecodecs_jpegxl'}),
    'LERC': lambda folder: zarr_of(
        folder, imagecodecs.lerc_encode(zeros(17_000)), compressor={'id': 'imagecodecs_lerc'}),
    'not compressed': lambda folder: with_hole(b'', 8192 * MIB)(zarr_of(folder) / '0.0'),
    'blosc': lambda folder: zarr_of(
        folder, with_length(numcodecs.Blosc().encode(SMALL), 4), compressor=numcodecs.Blosc().get_config()),
    'lz4': lambda folder: zarr_of(folder, with_length(numcodecs.LZ4().encode(SMALL), 0), compressor={'id': 'lz4'}),
    'v3 gzip': lambda folder: third_version(folder, GZIP, BYTES, v3('gzip', level=1)),
    'v3 zstd': lambda folder: third_version(
        folder, zstd_of(12 * 1024 * MIB), BYTES, v3('zstd', level=3, checksum=False)),
    'v3 bz2': lambda folder: third_version(
        folder, bz2.compress(bytes(64 * MIB)) * 48, BYTES, v3('numcodecs.bz2', level=1)),
    'v3 shard': lambda folder: third_version(folder, struct.pack('<QQ', 16, len(GZIP)) + GZIP, SHARDING),
}


@pytest.mark.parametrize('bomb', ZARR_BOMBS)
def test_a_chunk_that_unpacks_to_gigabytes(tool, refuses, bomb, tmp_path):
    """Of which 4,096 bytes are expected: it is decoded no further than some more than these."""
    refuses(tool, ZARR_BOMBS[bomb](tmp_path / 'image') or tmp_path / 'image', 'is damaged: ')


@pytest.mark.parametrize('command, slots', [
    ('generate_image_codes', 2), ('find_similar_images', 1), ('find_similar_images', 2)])
def test_a_bomb_among_images(command, slots, small, tmp_path):
    """On all slots, of which each may take so much memory, and in the other tool that reads images."""
    tool = limited(tmp_path, command)
    tool.slots = slots
    images = [TEST_DATA / 'nuclei.zarr', TEST_DATA / 'nuclei.png', ZARR_BOMBS['gzip'](tmp_path / 'image')]
    done, memory = run(tool, *images, *images)
    tool.fails(done, 'Image "image" can not be read whole. Its file "0.0" is damaged: ' + TOO_MUCH)
    assert done.stderr.count('\n') == 1
    assert memory < small + MOST_MORE


@pytest.mark.parametrize('write', [
    lambda path: path.write_bytes(imagecodecs.png_encode(zeros(20_000), level=1)),
    lambda path: zarr_of(
        path, zlib.compress(bytes(20_000 ** 2), 1), shape=[20_000] * 2, chunks=[20_000] * 2, compressor={'id': 'zlib'}),
], ids=['PNG', 'Zarr'])
def test_a_large_image_is_no_bomb(write, tmp_path):
    """Where the job has too little memory for it, it is not called damaged."""
    write(tmp_path / 'image')
    for kilobytes in (400_000, KILOBYTES):
        tool = limited(tmp_path, limit=f'-d {kilobytes}')
        done, _ = run(tool, tmp_path / 'image')
        if kilobytes == KILOBYTES:
            assert (done.returncode, done.stderr) == (0, '')
        else:
            tool.fails(done, 'Image "image" needs more memory than this job has: ask the admin.')


CANARY = 'canary'


def named(folder: Path) -> Path:
    """Give names to the axes of an array, and its first chunk a name for three axes."""
    (folder / '.zattrs').write_text('{"_ARRAY_DIMENSIONS": ["t", "y", "x"]}')
    (folder / '0.0').rename(folder / '0.0.0')
    return folder


def plate(folder: Path, wells: int) -> Path:
    """Write a plate whose only image has as many wells as asked for."""
    image = folder / 'A' / '1' / '0'
    image.mkdir(parents=True)
    for group, attributes in (
        (folder, {'plate': {'wells': [{'path': 'A/1'}] * wells}}),
        (folder / 'A' / '1', {'well': {'images': [{'path': '0'}]}}),
        (image, {'multiscales': [{'axes': ['y', 'x'], 'datasets': [{'path': '0'}]}]}),
    ):
        (group / '.zgroup').write_text('{"zarr_format": 2}')
        (group / '.zattrs').write_text(json.dumps(attributes))
    zarr_of(image / '0')
    return folder


class Evil:
    def __reduce__(self):
        return os.system, (f'touch {CANARY}',)


HOSTILE_ZARRS = {
    'claims too many chunks': (
        lambda folder: zarr_of(folder, shape=[10 ** 9, 10 ** 9], chunks=[1, 1]), 'which is a mistake in its metadata'),
    'claims many chunks and stores one': (
        lambda folder: zarr_of(folder, b'x', shape=[10 ** 4, 10 ** 4], chunks=[1, 1]),
        'would have 100,000,000 chunks, which is a mistake in its metadata'),
    'claims a petabyte and stores a chunk': (
        lambda folder: zarr_of(folder, shape=[2 ** 22, 2 ** 25], chunks=[2 ** 15, 2 ** 16]),
        'It would have 140,737,488,355,328 bytes of pixels in '),
    'claims too many planes': (
        lambda folder: named(zarr_of(folder, shape=[10 ** 8, 1, 1], chunks=[10 ** 6, 1, 1])),
        'more than 10,000,000 planes'),
    'names an image again and again': (
        lambda folder: plate(folder, 10 ** 4), 'Its metadata name 10,000 images, but it has 8 files'),
    'claims too many chunks in a shard': (
        lambda folder: third_version(folder, b'', v3(
            'sharding_indexed', chunk_shape=[1, 1], codecs=[BYTES], index_codecs=[v3('bytes', endian='little')],
        ), size=10 ** 5), 'which is a mistake in its metadata'),
    'claims a chunk too large': (
        lambda folder: zarr_of(folder, shape=[2 ** 62] * 2, chunks=[2 ** 62] * 2), 'it may have 2,147,483,648'),
    'claims long rows': (
        lambda folder: zarr_of(folder, shape=[1, 10 ** 12], chunks=[1, 10 ** 9]),
        'A row of it would have 1,000,000,000,000 pixels'),
    'chunks of no size': (lambda folder: zarr_of(folder, chunks=[0, 64]), 'have the size 0'),
    'negative sizes': (lambda folder: zarr_of(folder, shape=[-64, 64]), 'non-negative'),
    'sizes that are no numbers': (lambda folder: zarr_of(folder, shape=[64.5, '64']), 'integers'),
    'a long type': (lambda folder: zarr_of(folder, dtype='|S1000000000'), 'can not be read whole'),
    'keys that lead out': (lambda folder: zarr_of(folder, dimension_separator='/../'), 'separator'),
    'a pickle': (
        lambda folder: zarr_of(folder, pickle.dumps(Evil()), filters=[{'id': 'pickle'}]), 'may run foreign code'),
    'a pickle as compressor': (
        lambda folder: zarr_of(folder, pickle.dumps(Evil()), compressor={'id': 'pickle'}), 'may run foreign code'),
    'a pickle of objects': (
        lambda folder: zarr_of(folder, pickle.dumps(Evil()), dtype='|O', filters=[{'id': 'pickle'}]),
        'may run foreign code'),
}


@pytest.mark.parametrize('image', HOSTILE_ZARRS)
def test_a_hostile_zarr_is_refused(tool, refuses, image, tmp_path):
    make, words = HOSTILE_ZARRS[image]
    refuses(tool, make(tmp_path / 'image'), words)
    assert not list(tmp_path.rglob(CANARY))


@pytest.mark.parametrize('file', ['.zarray', '.zattrs'])
@pytest.mark.parametrize('text', ['[' * 10 ** 6, '{"a":' * 10 ** 6, '{"shape": [' + '9' * 10 ** 5 + ']}', '\0', '{}}'])
def test_metadata_that_are_no_json(tool, refuses, file, text, tmp_path):
    image = zarr_of(tmp_path / 'image')
    (image / file).write_text(text)
    refuses(tool, image)


@pytest.mark.parametrize('target', ['/etc/passwd', '../secret', 'nowhere', '.'])
def test_a_link_is_refused(tool, refuses, target, tmp_path):
    (tmp_path / 'secret').write_bytes(bytes(4096))
    image = zarr_of(tmp_path / 'image')
    (image / '0.0').unlink()
    (image / '0.0').symlink_to(target)
    refuses(tool, image, 'It has the link "0.0"')


@pytest.mark.parametrize('path', ['../secret', '/etc', '0/../../secret'])
def test_a_path_that_leads_out_is_refused(tool, refuses, path, tmp_path):
    zarr_of(tmp_path / 'secret')
    image = tmp_path / 'image'
    image.mkdir()
    (image / '.zgroup').write_text('{"zarr_format": 2}')
    (image / '.zattrs').write_text(json.dumps({'multiscales': [{'axes': ['y', 'x'], 'datasets': [{'path': path}]}]}))
    refuses(tool, image, 'Its metadata lead out of its folder')


# How files of the formats begin, as far as the command looks.
BEGINNINGS = [
    b'', b'II*\0', b'MM\0*', b'II+\0', b'MM\0+', b'II*\0\x08\0\0\0', b'II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0',
    b'\x89PNG\r\n\x1a\n', b'\xff\xd8\xff', b'\xff\xd8\xff\xe0\0\x10JFIF\0',
]


@pytest.fixture
def little_memory():
    """Let this process have no more than four gigabytes."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (4 * 2 ** 30, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


Pixels = list[tuple[str, bytes]]


def read(image: Path) -> Pixels | None:
    """Return the axes and pixels of each scene, or None where an image is refused in one line."""
    try:
        with opened(Dataset('image', str(image), is_directory=image.is_dir())) as scenes:
            return [
                (scene.axes, b''.join(most_significant_first(band.pixels) for band in scene.bands()))
                for scene in scenes
            ]
    except JobError as error:
        assert str(error).startswith('Image "image" ') and str(error).isprintable()
        return None


def most_significant_first(pixels: np.ndarray) -> bytes:
    return pixels.astype(pixels.dtype.newbyteorder('>')).tobytes()


def in_order(image: np.ndarray, axes: str) -> bytes:
    return most_significant_first(image.transpose([axes.index(axis) for axis in AXES if axis in axes]))


def check_against(images: list[np.ndarray], found: Pixels) -> None:
    """Insist that another decoder saw these pixels."""
    assert [in_order(image, axes) for image, (axes, _) in zip(images, found, strict=True)] == [
        pixels for _, pixels in found]


def seen_by_others(file: Path) -> list[np.ndarray]:
    """Return the images in a file as Pillow reads them, or as tifffile does by itself."""
    if file.read_bytes()[:1] in b'IM':
        with tifffile.TiffFile(file) as tiff:
            return [series.asarray(squeeze=True) for series in tiff.series]
    with Image.open(file) as picture:
        return [np.array(picture)]


def damaged(content: bytes, choose: random.Random) -> bytes:
    """Return bytes with one fault, more often near their ends, where the formats have what describes the rest."""
    place = int(choose.random() ** choose.choice([1, 3]) * len(content))
    place = choose.choice([place, len(content) - 1 - place])
    before, after = content[:place], content[place + 1:]
    return choose.choice([
        before,
        before + bytes([content[place] ^ 1 << choose.randrange(8)]) + after,
        before + choose.randbytes(1) + after,
        before + bytes(4) + content[place + 4:],
        before + b'\xff' * choose.randint(1, 8) + after,
        before + choose.randbytes(choose.randint(1, 5)) + content[place:],
    ])


@pytest.mark.parametrize('file', IMAGES, ids=lambda file: file.name)
def test_a_damaged_file_is_refused_or_read_as_others_do(file, little_memory, tmp_path):
    choose, image = random.Random(file.name), tmp_path / 'image'
    refused = 0
    for _ in range(COPIES):
        image.write_bytes(damaged(file.read_bytes(), choose))
        found = read(image)
        if found is None:
            refused += 1
        else:
            check_against(seen_by_others(image), found)
    assert refused > COPIES // 5


@pytest.mark.parametrize('name', ZARRS)
def test_a_damaged_zarr_is_refused_or_read_as_zarr_does(name, little_memory, tmp_path):
    choose, image = random.Random(name), tmp_path / 'image'
    files = sorted(path.relative_to(TEST_DATA / name) for path in (TEST_DATA / name).rglob('*') if path.is_file())
    refused = 0
    for _ in range(COPIES // 2):
        shutil.copytree(TEST_DATA / name, image)
        file = image / choose.choice(files)
        file.write_bytes(damaged(file.read_bytes(), choose))
        found = read(image)
        if found is None:
            refused += 1
        else:
            check_against([zarr.open_array(image / ZARRS[name], mode='r')[...]], found)
        shutil.rmtree(image)
    assert refused > COPIES // 10


@pytest.mark.parametrize('beginning', BEGINNINGS)
def test_random_bytes_are_refused(beginning, little_memory, tmp_path):
    choose = random.Random(24138)
    for _ in range(COPIES):
        (tmp_path / 'image').write_bytes(beginning + choose.randbytes(choose.randint(0, 3000)))
        assert read(tmp_path / 'image') is None


@pytest.mark.parametrize('file', IMAGES, ids=lambda file: file.name)
def test_the_command_refuses_a_file_that_is_cut(tool, refuses, file, tmp_path):
    content = file.read_bytes()
    (tmp_path / 'image').write_bytes(content[:len(content) * 2 // 3])
    refuses(tool, tmp_path / 'image')
