"""PNG and JPEG: the pixels that were written, whatever else a file holds, and an error for each kind of damage."""

import io
import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from iscc_galaxy.images import jpeg, png
from iscc_galaxy.images.scenes import ImageError

RANDOM = np.random.default_rng(1)
SMALL = RANDOM.integers(0, 256, (5, 7, 4), dtype=np.uint8)
PICTURE = (RANDOM.integers(0, 64, (64, 48, 1)) + np.arange(64)[:, None, None] * [1, 2, 3]).clip(0, 255).astype(np.uint8)
SIGNATURE = b'\x89PNG\r\n\x1a\n'
GRAY, RGB, PALETTE = 0, 2, 3


def opened(module, content: bytes, folder: Path):
    path = folder / 'image'
    path.write_bytes(content)
    with module.opened(str(path)) as scenes:
        scene, = scenes
        return scene


def pixels_of(scene) -> np.ndarray:
    """Read a scene row by row, each sample apart, as chunks are."""
    pixels = np.zeros(scene.shape, scene.dtype)
    for place in np.ndindex(scene.shape[0], *scene.shape[2:]):
        region = (slice(place[0], place[0] + 1), slice(None), *(slice(each, each + 1) for each in place[1:]))
        pixels[region] = scene.read(region)
    return pixels


def chunk(name: bytes, data: bytes = b'') -> bytes:
    return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))


def header(width: int, height: int, depth: int, colour: int, interlaced: int = 0) -> bytes:
    return chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, depth, colour, 0, 0, interlaced))


def png_of(first: bytes, rows: bytes, *others: bytes) -> bytes:
    """Return a PNG of a header, rows with their filter bytes, and other chunks before the pixels."""
    return SIGNATURE + first + b''.join(others) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND')


NOISE = imagecodecs.png_encode(RANDOM.integers(0, 256, (40, 40), dtype=np.uint8))


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
@pytest.mark.parametrize('samples', [1, 2, 3, 4])
def test_png_of_all_samples(samples, dtype, tmp_path):
    pixels = (SMALL[..., 0] if samples == 1 else SMALL[..., :samples]).astype(dtype) * dtype(np.iinfo(dtype).max // 255)
    scene = opened(png, imagecodecs.png_encode(np.ascontiguousarray(pixels)), tmp_path)
    assert (scene.axes, scene.dtype, scene.note) == ('yx' if samples == 1 else 'yxs', dtype, '')
    assert np.array_equal(pixels_of(scene), pixels)


PALETTE_OF_TWO = chunk(b'PLTE', bytes([1, 2, 3, 4, 5, 6]))


@pytest.mark.parametrize('content, expected', [
    (png_of(header(4, 1, 1, GRAY), b'\0\xa0'), [255, 0, 255, 0]),
    (png_of(header(4, 1, 2, GRAY), b'\0\x1b'), [0, 85, 170, 255]),
    (png_of(header(2, 1, 4, GRAY), b'\0\x1b'), [17, 187]),
    (png_of(header(2, 1, 16, GRAY), b'\0\1\2\3\4'), [0x0102, 0x0304]),
    (png_of(header(3, 1, 1, PALETTE), b'\0\x40', PALETTE_OF_TWO), [[1, 2, 3], [4, 5, 6], [1, 2, 3]]),
    (png_of(header(2, 1, 8, PALETTE), b'\0\1\0', PALETTE_OF_TWO, chunk(b'tRNS', b'\7')), [
        [4, 5, 6, 255], [1, 2, 3, 7]]),
    (png_of(header(2, 1, 8, GRAY), b'\0\1\2', chunk(b'tRNS', b'\0\1')), [[1, 0], [2, 255]]),
    (png_of(header(1, 1, 16, RGB), b'\0\1\2\3\4\5\6', chunk(b'tRNS', b'\0' * 6)), [[0x102, 0x304, 0x506, 65535]]),
    # Gamma, significant bits, a profile that is none, and a text of which libpng would say that it is too long.
    (png_of(
        header(2, 1, 8, GRAY), b'\0\1\2', chunk(b'gAMA', struct.pack('>I', 10000)), chunk(b'sBIT', b'\3'),
        chunk(b'iCCP', b'x'), chunk(b'zTXt', b'x\0\0' + zlib.compress(bytes(2 ** 24)))), [1, 2]),
], ids=['1 bit', '2 bit', '4 bit', '16 bit', 'palette', 'palette tRNS', 'gray tRNS', 'RGB tRNS', 'metadata'])
def test_png_of_other_kinds(content, expected, tmp_path):
    assert pixels_of(opened(png, content, tmp_path)).tolist() == [expected]


# Of each pass of an interlaced PNG (Adam7): the first row and column, and the steps between rows and columns.
PASSES = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


@pytest.mark.parametrize('height, width', [(1, 1), (3, 2), (5, 13), (40, 33)])
def test_interlaced_png(height, width, tmp_path):
    pixels = RANDOM.integers(0, 65536, (height, width, 3), dtype=np.uint16)
    rows = b''.join(
        b'\0' + row.astype('>u2').tobytes()
        for y, x, down, along in PASSES for row in pixels[y::down, x::along] if row.size
    )
    scene = opened(png, png_of(header(width, height, 16, RGB, interlaced=1), rows), tmp_path)
    assert np.array_equal(pixels_of(scene), pixels)


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1:]


@pytest.mark.parametrize('content, message', [
    (NOISE[:len(NOISE) // 2], 'incomplete'),
    (NOISE[:-12], 'incomplete'),
    (NOISE[:-1], 'incomplete'),
    (SIGNATURE, 'incomplete'),
    (flipped(NOISE, 500), 'incomplete from byte 33 on'),
    (flipped(NOISE, len(NOISE) - 13), 'damaged'),
    (png_of(header(2, 1, 8, GRAY), b'\0\1\2', flipped(chunk(b'tEXt', b'x\0y'), 9)), 'damaged'),
    (png_of(header(2, 1, 8, GRAY), b'\0\1\2' * 1000), 'Too much image data'),
    (png_of(header(2, 1, 8, GRAY), b'\0\1\2', chunk(b'tRNS', b'1')), 'tRNS: invalid'),
    (png_of(header(2, 1, 8, GRAY), b'\0\1\2', chunk(b'CgBI', b'')), '"CgBI" is not known'),
    (png_of(header(2, 1, 8, GRAY), b'\0\1\2', chunk(b'acTL', bytes(8)), chunk(b'fdAT', bytes(9))), 'animated'),
    (png_of(header(60000, 30000, 8, GRAY), b'\0\1\2'), 'damaged: 60000 x 30000 pixels'),
    (png_of(header(2 ** 20, 513, 1, PALETTE), b'', chunk(b'tRNS')), '2,151,677,952 bytes at once.*OME-TIFF'),
], ids=lambda value: value if isinstance(value, str) else '')
def test_bad_png(content, message, tmp_path):
    with pytest.raises(ImageError, match=message):
        opened(png, content, tmp_path)


@pytest.mark.parametrize('rows', [b'\0\1', b'\x09\1\2'], ids=['rows missing', 'unknown filter'])
def test_png_that_the_decoder_refuses(rows, tmp_path):
    with pytest.raises(imagecodecs.PngError):
        opened(png, png_of(header(2, 1, 8, GRAY), rows), tmp_path)


def jpeg_of(pixels: np.ndarray, mode: str | None = None, **how) -> bytes:
    file = io.BytesIO()
    picture = Image.fromarray(pixels)
    (picture.convert(mode) if mode else picture).save(file, 'JPEG', quality=90, **how)
    return file.getvalue()


def by_pillow(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)))


KINDS = {
    'baseline': {}, 'progressive': {'progressive': True}, 'restarts': {'restart_marker_blocks': 2},
    'colour in full': {'subsampling': 0}, 'RGB': {'keep_rgb': True}, 'gray': {'mode': 'L'},
}
IN_ALL_KINDS = pytest.mark.parametrize('kind', KINDS)


@IN_ALL_KINDS
def test_jpeg(kind, tmp_path):
    content = jpeg_of(PICTURE, **KINDS[kind])
    scene = opened(jpeg, content, tmp_path)
    pixels = pixels_of(scene)
    assert (scene.axes, scene.dtype, scene.note) == ('yxs'[:pixels.ndim], np.uint8, '')
    # Pillow has another build of the same decoder.
    assert np.array_equal(pixels, by_pillow(content))
    original = np.asarray(Image.fromarray(PICTURE).convert('L')) if kind == 'gray' else PICTURE
    assert np.abs(pixels.astype(int) - original).mean() < 4


@IN_ALL_KINDS
def test_metadata_of_jpeg_have_no_effect(kind, tmp_path):
    turned = Image.Exif()
    turned[274] = 6
    described = jpeg_of(PICTURE, **KINDS[kind], exif=turned, icc_profile=bytes(10 ** 5), comment=b'\xff\xd9 no end')
    assert np.array_equal(
        pixels_of(opened(jpeg, described, tmp_path)),
        pixels_of(opened(jpeg, jpeg_of(PICTURE, **KINDS[kind]), tmp_path)))


@pytest.mark.parametrize('module, content', [(png, NOISE), (jpeg, jpeg_of(PICTURE))], ids=['PNG', 'JPEG'])
@pytest.mark.parametrize('more', [1, 2])
def test_what_follows_a_picture_has_a_note(module, content, more, tmp_path):
    alone, followed = opened(module, content, tmp_path), opened(module, content * (more + 1), tmp_path)
    assert np.array_equal(alone.read((slice(None),)), followed.read((slice(None),)))
    assert f' {len(content) * more} bytes after the picture' in followed.note


def damaged(content: bytes, at: float, by: bytes, removed: int) -> bytes:
    """Put other bytes into the data of the last scan, which is where a JPEG has its pixels, in place of some."""
    scan = content.rindex(b'\xff\xda') + 14
    place = scan + int((len(content) - 2 - scan) * at)
    return content[:place] + by + content[place + removed:]


@IN_ALL_KINDS
@pytest.mark.parametrize('damage', [
    lambda content: content[:-2],
    lambda content: content[:len(content) // 2],
    lambda content: content[:len(content) // 2] + b'\xff\xd9',
    lambda content: damaged(content, 0.5, b'\xff\xd9', 2),
    lambda content: damaged(content, 0.5, b'\xff\xe7', 2),
    lambda content: damaged(content, 0.5, b'\xff\0' * 30, 60),
    lambda content: damaged(content, 0, b'', 10 ** 6) + b'\xff\xd9',
], ids=['end missing', 'half', 'half, with an end', 'early end', 'a marker', 'nonsense', 'no data'])
def test_damaged_jpeg(kind, damage, tmp_path):
    """libjpeg decodes most of these without a word."""
    with pytest.raises(ImageError, match='damaged|incomplete'):
        opened(jpeg, damage(jpeg_of(PICTURE, **KINDS[kind])), tmp_path)


def frame_of(content: bytes, **sizes: int) -> bytes:
    """Return a JPEG whose frame tells other sizes."""
    place = content.index(b'\xff\xc0')
    return content[:place + 5] + struct.pack('>HH', sizes['height'], sizes['width']) + content[place + 9:]


@pytest.mark.parametrize('content, message', [
    (jpeg_of(PICTURE, 'CMYK'), '4 samples of 8 bits'),
    (imagecodecs.jpeg8_encode(PICTURE.astype(np.uint16) * 16, bitspersample=12), '3 samples of 12 bits'),
    (imagecodecs.jpeg8_encode(PICTURE, lossless=True), 'of a rare coding'),
    (imagecodecs.jpeg8_encode(PICTURE, subsampling='411'), 'of a rare kind'),
    (frame_of(jpeg_of(PICTURE), height=65000, width=65000), '12,675,000,000 bytes at once.*OME-TIFF'),
    (frame_of(jpeg_of(PICTURE), height=48, width=65), 'damaged'),
    (b'\xff\xd8\xff\xd9', 'damaged'),
], ids=['CMYK', '12 bit', 'lossless', 'rare sampling', 'too large', 'other sizes', 'empty'])
def test_jpeg_that_is_refused(content, message, tmp_path):
    with pytest.raises(ImageError, match=message):
        opened(jpeg, content, tmp_path)


def test_a_jpeg_of_too_many_scans(tmp_path, monkeypatch):
    content = jpeg_of(PICTURE, progressive=True)
    scans = content.count(b'\xff\xda')
    assert scans > 3
    monkeypatch.setattr(jpeg, 'MOST_SCANS', scans)
    assert np.array_equal(pixels_of(opened(jpeg, content, tmp_path)), by_pillow(content))
    monkeypatch.setattr(jpeg, 'MOST_SCANS', scans - 1)
    with pytest.raises(ImageError, match=f'It has {scans} scans; a JPEG may have {scans - 1}. Save it again.'):
        opened(jpeg, content, tmp_path)


@pytest.mark.parametrize('module, content', [(png, NOISE), (jpeg, jpeg_of(PICTURE))], ids=['png', 'jpeg'])
def test_files_that_are_too_large(module, content, tmp_path, monkeypatch):
    """They are not read, or no further."""
    monkeypatch.setattr(module, 'MOST_BYTES', len(content) - 20)
    with pytest.raises(ImageError, match='at once; a picture of this format may have'):
        opened(module, content, tmp_path)


def test_colours_that_adobe_marks_as_such(tmp_path):
    """Samples named 1, 2, 3 are YCbCr, unless the segment of Adobe says that they are red, green and blue."""
    named = jpeg_of(PICTURE, keep_rgb=True)
    content = named.replace(b'\3R\x11\0G\x11\0B\x11\0', b'\3\1\x11\0\2\x11\0\3\x11\0').replace(
        b'\3R\0G\0B\0', b'\3\1\0\2\0\3\0')
    assert content != named and b'Adobe' in content
    assert np.array_equal(pixels_of(opened(jpeg, content, tmp_path)), by_pillow(named))
