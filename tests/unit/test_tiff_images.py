"""TIFF: the pixels that were written, in every layout; what is missing or damaged is told; no other file is read."""

import logging
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from iscc_galaxy.images import scenes, tiff_pages
from iscc_galaxy.images.pixel_codes import PixelHasher
from iscc_galaxy.images.scenes import ImageError, Scene
from iscc_galaxy.images.tiff import opened
from layouts import in_order, LAYOUTS
from oracle import codes_of

TEST_DATA = Path(__file__).parents[2] / 'test-data'
AXES = 'tczyx'
IMAGE = np.random.default_rng(1).integers(0, 2 ** 16, (2, 2, 3, 37, 41), np.uint16)
PLANE = 37 * 41 * 2
COLOURS = np.random.default_rng(2).integers(0, 2 ** 16, (37, 41, 4), np.uint16)
# Limits of scenes.py for a band, and for planes that are read together.
LIMITS = {'whole': (2 ** 24, 2 ** 27), 'bands': (500, 10), 'some planes': (2 * PLANE, 5 * PLANE)}
LOSSLESS = (
    'zlib', 'adobe_deflate', 'lzw', 'zstd', 'packbits', 'lzma', 'lerc', 'png', 'jpegxl', 'deflate', 'jpeg2000')


@pytest.fixture(params=LIMITS.values(), ids=list(LIMITS))
def limits(request, monkeypatch) -> None:
    monkeypatch.setattr(scenes, 'BAND_BYTES', request.param[0])
    monkeypatch.setattr(scenes, 'TOGETHER_BYTES', request.param[1])


def pixels_of(scene: Scene) -> bytes:
    return b''.join(band.pixels.astype(band.pixels.dtype.newbyteorder('>')).tobytes() for band in scene.bands())


def read(path: Path) -> list[tuple[str, bytes]]:
    """Return the name and the pixels of each scene."""
    with opened(str(path)) as found:
        return [(scene.name, pixels_of(scene)) for scene in found]


def pixels_in(path: Path) -> bytes:
    (_, pixels), = read(path)
    return pixels


def note_of(path: Path) -> str:
    with opened(str(path)) as (scene,):
        return scene.note


def reordered(axes: str) -> np.ndarray:
    return IMAGE.transpose([AXES.index(axis) for axis in axes])


def ome(path: Path, axes: str = 'tzcyx', **how: Any) -> None:
    tifffile.imwrite(path, reordered(axes), ome=True, metadata={'axes': axes.upper()}, **how)


def imagej(path: Path, **how: Any) -> None:
    tifffile.imwrite(path, reordered('tzcyx'), imagej=True, metadata={'axes': 'TZCYX'}, **how)


def shaped(path: Path, axes: str = 'tczyx', **how: Any) -> None:
    tifffile.imwrite(path, reordered(axes), metadata={'axes': axes.upper()}, **how)


def page_by_page(path: Path, **how: Any) -> None:
    """Write a directory for each plane, whose pixels lie next to it."""
    described = 'ImageJ=1.54\nimages=12\nchannels=2\nslices=3\nframes=2\nhyperstack=true\n'
    with tifffile.TiffWriter(path) as file:
        for plane in reordered('tzcyx').reshape(-1, 37, 41):
            file.write(plane, contiguous=False, description=described, metadata=None, **how)


def pyramid(path: Path, **how: Any) -> None:
    with tifffile.TiffWriter(path, ome=True) as file:
        file.write(reordered('tzcyx'), subifds=2, metadata={'axes': 'TZCYX'}, **how)
        for level in (2, 4):
            file.write(reordered('tzcyx')[..., ::level, ::level], subfiletype=1, **how)


def volumes(path: Path, **how: Any) -> None:
    tifffile.imwrite(
        path, IMAGE, volumetric=True, tile=(2, 16, 16), photometric='minisblack', metadata={'axes': 'TCZYX'}, **how)


FILES: dict[str, Callable[[Path], None]] = {
    'OME': ome,
    **{f'OME {axes}': lambda path, axes=axes: ome(path, axes) for axes in (
        'tczyx', 'ztcyx', 'zctyx', 'ctzyx', 'cztyx')},
    'OME big-endian': lambda path: ome(path, byteorder='>'),
    'OME BigTIFF': lambda path: ome(path, bigtiff=True),
    'OME big-endian BigTIFF': lambda path: ome(path, bigtiff=True, byteorder='>'),
    'OME strips': lambda path: ome(path, rowsperstrip=5),
    'OME rows': lambda path: ome(path, rowsperstrip=1, compression='zlib'),
    'OME tiles': lambda path: ome(path, tile=(16, 32)),
    'OME large tiles': lambda path: ome(path, tile=(64, 64), compression='zlib', byteorder='>'),
    'OME predictor': lambda path: ome(path, compression='lzw', predictor=True, rowsperstrip=7),
    'OME big-endian predictor': lambda path: ome(path, compression='zlib', predictor=True, byteorder='>'),
    'OME pyramid': pyramid,
    'OME pyramid tiles': lambda path: pyramid(path, tile=(16, 16), compression='zstd'),
    **{codec: lambda path, codec=codec: ome(path, compression=codec, rowsperstrip=16) for codec in LOSSLESS},
    **{f'{codec} tiles': lambda path, codec=codec: ome(path, compression=codec, tile=(16, 32)) for codec in LOSSLESS},
    'ImageJ': imagej,
    'ImageJ little-endian': lambda path: imagej(path, byteorder='<'),
    'ImageJ page by page': page_by_page,
    'ImageJ page by page zlib': lambda path: page_by_page(path, compression='zlib'),
    'shaped': lambda path: shaped(path, photometric='minisblack'),
    'shaped zlib': lambda path: shaped(
        path, compression='zlib', rowsperstrip=10, photometric='minisblack'),
    'shaped tiles': lambda path: shaped(path, 'ztcyx', tile=(16, 16)),
    'volumes': volumes,
    'volumes zlib': lambda path: volumes(path, compression='zlib'),
    'planes of z and y': lambda path: tifffile.imwrite(path, reordered('ytczx'), metadata={'axes': 'YTCZX'}),
}


@pytest.mark.parametrize('file', FILES)
def test_layouts(file, limits, tmp_path):
    """The same pixels in each, whatever is read at a time."""
    FILES[file](tmp_path / 'image')
    with opened(str(tmp_path / 'image')) as (scene,):
        assert scene.sizes == (41, 37, 3, 2, 2)
        assert pixels_of(scene) == in_order(IMAGE, AXES)


@pytest.mark.parametrize('layout', [name for name in LAYOUTS if name.endswith('.tiff')])
def test_layouts_of_the_test_data(layout, tmp_path):
    LAYOUTS[layout][1](tmp_path / layout, IMAGE)
    assert read(tmp_path / layout)[0][1] == in_order(IMAGE, AXES)


@pytest.mark.parametrize('name', ['nuclei.tiff', 'images/lzw.ome.tiff'])
def test_codes(name, tmp_path):
    with opened(str(TEST_DATA / name)) as (scene,):
        hasher = PixelHasher(scene)
        for band in scene.bands():
            hasher.add(band)
    image = tifffile.imread(TEST_DATA / name)
    assert hasher.result().code == codes_of(in_order(image, 'tzcyx'[-image.ndim:]), tmp_path).wide


@pytest.mark.parametrize('byteorder', '<>')
@pytest.mark.parametrize('dtype', ['?', 'i1', 'u1', 'i2', 'u4', 'i4', 'u8', 'i8', 'f2', 'f4', 'f8'])
def test_pixel_types(dtype, byteorder, tmp_path):
    image = (IMAGE[0, 0].astype(np.int32) - 30000).astype(dtype)
    for how in ({}, {'compression': 'zlib', 'rowsperstrip': 10}, {'tile': (16, 16)}):
        if dtype != '?' or not how:
            how = {'photometric': 'minisblack', 'metadata': {'axes': 'ZYX'}, **how}
            tifffile.imwrite(tmp_path / 'image', image, byteorder=byteorder, **how)
            assert pixels_in(tmp_path / 'image') == in_order(image, 'zyx')


@pytest.mark.parametrize('dtype', ['f2', 'f4', 'f8'])
def test_predictor_of_floats(dtype, tmp_path):
    image = (IMAGE[0, 0, 0] / 7).astype(dtype)
    tifffile.imwrite(tmp_path / 'image', image, compression='zlib', predictor='floatingpoint')
    assert pixels_in(tmp_path / 'image') == in_order(image, 'yx')


@pytest.mark.parametrize('bits', [4, 10, 12])
def test_packed_bits(bits, tmp_path):
    image = (IMAGE[0, 0, 0] % 2 ** bits).astype(np.uint8 if bits < 8 else np.uint16)
    tifffile.imwrite(tmp_path / 'image', image, bitspersample=bits)
    assert pixels_in(tmp_path / 'image') == in_order(image, 'yx')


COLOUR_FILES = {
    'interleaved': {}, 'planar': {'planarconfig': 'separate'}, 'zlib': {'compression': 'zlib', 'rowsperstrip': 9},
    'planar zlib': {'planarconfig': 'separate', 'compression': 'zlib', 'rowsperstrip': 9},
    'tiles': {'tile': (16, 16)}, 'planar tiles': {'tile': (16, 16), 'planarconfig': 'separate'},
    'predictor': {'compression': 'lzw', 'predictor': True},
    'OME': {'ome': True}, 'OME planar': {'ome': True, 'planarconfig': 'separate'},
}


@pytest.mark.parametrize('file', COLOUR_FILES)
@pytest.mark.parametrize('samples', [3, 4])
@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_colours(file, samples, dtype, limits, tmp_path):
    """Samples are channels, however they are stored; a stack has them at each time."""
    image = np.stack([COLOURS, COLOURS[::-1]]).astype(dtype)[..., :samples]
    stored = image.transpose(0, 3, 1, 2) if 'planar' in file else image
    axes = 'TSYX' if 'planar' in file else 'TYXS'
    how = {'photometric': 'rgb', 'metadata': {'axes': axes}} | COLOUR_FILES[file]
    tifffile.imwrite(tmp_path / 'image', stored, **how)
    with opened(str(tmp_path / 'image')) as (scene,):
        assert scene.sizes == (41, 37, 1, samples, 2)
        assert pixels_of(scene) == in_order(image, 'tyxc')


def test_colours_of_imagej(tmp_path):
    image = np.stack([COLOURS, COLOURS[::-1]]).astype(np.uint8)[..., :3]
    tifffile.imwrite(tmp_path / 'image', image, imagej=True, metadata={'axes': 'TYXS'})
    assert pixels_in(tmp_path / 'image') == in_order(image, 'tyxc')


def test_channels_as_pages(tmp_path):
    tifffile.imwrite(tmp_path / 'image', COLOURS.transpose(2, 0, 1), ome=True, photometric='minisblack')
    assert pixels_in(tmp_path / 'image') == in_order(COLOURS, 'yxc')


@pytest.mark.parametrize('axis', 'ZT')
@pytest.mark.parametrize('photometric', ['rgb', 'minisblack'])
def test_axes_count_not_what_pages_call_samples(axis, photometric, tmp_path):
    tifffile.imwrite(tmp_path / 'image', COLOURS[..., :3], photometric=photometric, planarconfig='contig',
                     metadata={'axes': f'YX{axis}'})
    with opened(str(tmp_path / 'image')) as (scene,):
        assert scene.sizes == ((41, 37, 3, 1, 1) if axis == 'Z' else (41, 37, 1, 1, 3))
        assert pixels_of(scene) == in_order(COLOURS[..., :3], f'yx{axis.lower()}')


@pytest.mark.parametrize('how', [
    {'photometric': 'rgb'}, {'photometric': 'rgb', 'tile': (16, 16)}, {'photometric': 'minisblack', 'rowsperstrip': 8},
    {'photometric': 'ycbcr', 'subsampling': (2, 2), 'tile': (16, 16)},
], ids=str)
def test_jpeg(how, tmp_path):
    """The pixels are those that tifffile gives for the whole page."""
    image = np.add.outer(np.arange(37), np.arange(41)).astype(np.uint8)
    pixels = image if how['photometric'] == 'minisblack' else np.stack([image, 2 * image, 255 - image], axis=-1)
    tifffile.imwrite(tmp_path / 'image', pixels, compression='jpeg', **how)
    assert pixels_in(tmp_path / 'image') == in_order(tifffile.imread(tmp_path / 'image'), 'yxc'[:pixels.ndim])


def test_pages_of_several_kinds_are_several_scenes(tmp_path):
    images = [IMAGE[0, 0, 0], IMAGE[0, 0, :, :30], IMAGE[0, 0, 0].astype(np.uint8)]
    with tifffile.TiffWriter(tmp_path / 'image') as file:
        for image in images:
            file.write(image, metadata=None, photometric='minisblack')
    expected = [in_order(image, 'zyx'[-image.ndim:]) for image in images]
    assert [pixels for _, pixels in read(tmp_path / 'image')] == expected


def test_series(tmp_path):
    with tifffile.TiffWriter(tmp_path / 'image', ome=True) as file:
        for number, name in enumerate(['a', '', '=x"\n<&>']):
            file.write(IMAGE[0, :, number], metadata={'axes': 'CYX', 'Name': name}, compression='zlib')
    with tifffile.TiffFile(tmp_path / 'image') as file:
        names = [series.name for series in file.series]
    assert names[0] == 'a' and len(names) == 3
    assert read(tmp_path / 'image') == [(name, in_order(IMAGE[0, :, z], 'cyx')) for z, name in enumerate(names)]


def test_palette(tmp_path):
    image = IMAGE[0, 0, 0].astype(np.uint8)
    tifffile.imwrite(tmp_path / 'image', image, colormap=np.zeros((3, 256), np.uint16), photometric='palette')
    assert pixels_in(tmp_path / 'image') == in_order(image, 'yx')
    assert 'indices of a palette' in note_of(tmp_path / 'image')


def test_pages_that_differ_in_coding(tmp_path):
    """tifffile takes the second page of an OME-TIFF for one like the first."""
    with tifffile.TiffWriter(tmp_path / 'image') as file:
        described = xml(planes=2)
        for place, how in enumerate(({'compression': 'zlib'}, {'compression': 'lzw', 'predictor': True})):
            file.write(IMAGE[0, 0, place], description=described, metadata=None, **how)
    assert pixels_in(tmp_path / 'image') == in_order(IMAGE[0, 0, :2], 'zyx')


def xml(planes: int, width: int = 41, **changes: str) -> str:
    """Return OME-XML of focal planes with 37 rows, and of changes in it."""
    text = (
        '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0">'
        f'<Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" SizeX="{width}" SizeY="37" SizeC="1" '
        f'SizeZ="{planes}" SizeT="1"><Channel ID="Channel:0:0" SamplesPerPixel="1"/><TiffData/></Pixels></Image></OME>'
    )
    for old, new in changes.items():
        text = text.replace({'data': '<TiffData/>', 'end': '</OME>', 'root': '<Image '}[old], new)
    return text


def write_described(path: Path, described: str, planes: int = 3) -> None:
    with tifffile.TiffWriter(path) as file:
        for place in range(planes):
            file.write(IMAGE[0, 0, place], description=described if not place else None, metadata=None,
                       contiguous=False)


def of_uuid(uuid: str, name: str, planes: int = 3) -> str:
    return f'<TiffData PlaneCount="{planes}" IFD="0"><UUID FileName="{name}">{uuid}</UUID></TiffData>'


def test_a_file_that_galaxy_has_renamed(tmp_path):
    write_described(tmp_path / 'dataset_1.dat', xml(3, data=of_uuid('urn:uuid:1', 'stack.ome.tif')))
    assert pixels_in(tmp_path / 'dataset_1.dat') == in_order(IMAGE[0, 0], 'zyx')


@pytest.mark.parametrize('described, message', [
    (xml(4), 'missing 1 frames'),
    (xml(2), 'expected 2 frames, got 3'),
    (xml(3, width=40), 'expected 2 frames, got 3'),
    (xml(3, data='<TiffData IFD="1" PlaneCount="3"/>'), 'out of range'),
    (xml(3, data=''), '1 images, but 0'),
    (xml(3, data=of_uuid('uuid:1', 'a.tif', 2) + of_uuid('uuid:2', 'b.tif', 1)), 'other files, "a.tif", "b.tif"'),
    (xml(3, root='<BinaryOnly MetadataFile="a.companion.ome" UUID="urn:uuid:1"/><Image '), '"a.companion.ome"'),
    ('<OME><Image></OME>', 'OME-XML is damaged'),
], ids=str)
def test_ome_xml_that_does_not_fit(described, message, tmp_path):
    tifffile.imwrite(tmp_path / 'b.tif', IMAGE[1, 1, 0])
    write_described(tmp_path / 'image', described)
    with pytest.raises(ImageError, match=message):
        read(tmp_path / 'image')


@pytest.mark.parametrize('file', ['OME', 'OME strips', 'OME tiles', 'OME predictor', 'ImageJ', 'shaped', 'OME pyramid',
                                  'OME BigTIFF', 'ImageJ page by page', 'shaped zlib', 'zstd tiles'])
def test_no_part_is_enough(file, tmp_path):
    """A file that ends early is never read as less, or other, pixels."""
    FILES[file](tmp_path / 'whole')
    content = (tmp_path / 'whole').read_bytes()
    expected = in_order(IMAGE, AXES)
    for place in range(1, 40):
        (tmp_path / 'part').write_bytes(content[:len(content) * place // 40])
        try:
            scenes_of_part = [pixels for _, pixels in read(tmp_path / 'part')]
        except (ImageError, tifffile.TiffFileError):
            continue
        # Only smaller levels of a pyramid, or what comes after the pixels, may be lost.
        assert scenes_of_part == [expected]


def entries(path: Path, page: int = 0) -> dict[int, tifffile.TiffTag]:
    with tifffile.TiffFile(path) as file:
        return {tag.code: tag for tag in file.pages[page].aspage().tags}


def patch(path: Path, offset: int, form: str, *values: int) -> None:
    with path.open('r+b') as file:
        file.seek(offset)
        file.write(struct.pack(form, *values))


def next_directory(path: Path, page: int) -> int:
    """Return where a page of a little-endian TIFF says at which byte the next page begins."""
    with tifffile.TiffFile(path) as file:
        return file.pages[page].offset + 2 + 12 * len(file.pages[page].aspage().tags)


def sparse(path: Path, lost: list[int], **how: Any) -> Path:
    """Write 9 tiles, of which some are not stored."""
    tifffile.imwrite(path, IMAGE[0, 0, 0], tile=(16, 16), metadata=None, **how)
    tags = entries(path)
    for tile in lost:
        for code in (324, 325):
            form = '<' + tags[code].dataformat[-1]
            patch(path, tags[code].valueoffset + struct.calcsize(form) * tile, form, 0)
    return path


@pytest.mark.parametrize('how', [{}, {'compression': 'zlib'}], ids=str)
def test_tiles_that_are_not_stored(how, limits, tmp_path):
    path = sparse(tmp_path / 'image', [1, 3], extratags=[(42113, 's', 0, '7', True)], **how)
    expected = IMAGE[0, 0, 0].copy()
    expected[:16, 16:32] = expected[16:32, :16] = 7
    assert pixels_in(path) == in_order(expected, 'yx')
    assert note_of(path) == '2 of 9 tiles are not stored and read as 7'


def test_no_tile_is_stored(tmp_path):
    with pytest.raises(ImageError, match='None of its 9 tiles'):
        read(sparse(tmp_path / 'image', list(range(9))))


def circle(path: Path) -> None:
    with tifffile.TiffFile(path) as file:
        earlier = file.pages[1].offset
    patch(path, next_directory(path, 2), '<I', earlier)


def beyond(path: Path) -> None:
    patch(path, next_directory(path, 1), '<I', 10 ** 9)


def wrong_tag(code: int, value: int) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        tag = entries(path)[code]
        patch(path, tag.offset + 8, '<I', value)
    return damage


@pytest.mark.parametrize('damage, message', [
    (circle, 'never ends: after its page 2'),
    (beyond, 'page 2 should begin at byte 1,000,000,000'),
    (wrong_tag(273, 10 ** 9), 'page 0 reaches beyond'),
    (wrong_tag(279, 5), 'should have 3,034 bytes, but lists 5'),
    (wrong_tag(257, 2 ** 32 - 1), 'incorrect StripByteCounts'),
    (wrong_tag(258, 96), '96 bits'),
    (wrong_tag(256, 0), 'no pixels'),
    (wrong_tag(259, 9), 'can not be decoded'),
], ids=['circle', 'beyond', 'offset', 'too few bytes', 'rows', 'bits', 'columns', 'compression'])
def test_damaged_directories(damage, message, tmp_path):
    with tifffile.TiffWriter(tmp_path / 'image') as file:
        for plane in IMAGE[0, 0]:
            file.write(plane, metadata=None, contiguous=False)
    damage(tmp_path / 'image')
    with pytest.raises(ImageError, match=message):
        read(tmp_path / 'image')


@pytest.mark.parametrize('content', [
    b'II*\0', b'II*\0\x08\0\0\0', b'II*\0\0\0\0\0', b'II*\0\x08\0\0\0\0\0\0\0\0\0', b'MM\0*' + bytes(range(200)),
    b'II+\0\x08\0\0\0' + bytes(40),
], ids=str)
def test_garbage(content, tmp_path):
    (tmp_path / 'image').write_bytes(content)
    with pytest.raises((ImageError, tifffile.TiffFileError, struct.error)):
        read(tmp_path / 'image')


@pytest.mark.parametrize('codec', [
    'zlib', 'lzw', 'zstd', 'packbits', 'lzma', 'lerc', 'png', 'jpegxl', 'jpeg', 'jpeg2000'])
def test_segments_that_are_cut(codec, tmp_path):
    """What is left of a strip is never taken for all of it."""
    tifffile.imwrite(tmp_path / 'image', IMAGE[0, 0, 0].astype(np.uint8), compression=codec, metadata=None)
    tag = entries(tmp_path / 'image')[279]
    patch(tmp_path / 'image', tag.valueoffset, '<' + tag.dataformat, tag.value[0] // 2)
    with pytest.raises(ImageError, match='Strip 0 of its page 0 can not be decoded'):
        read(tmp_path / 'image')


def test_codec_that_does_not_notice_damage(tmp_path):
    tifffile.imwrite(tmp_path / 'image', IMAGE[0, 0, 0], compression='jpegxr')
    with pytest.raises(ImageError, match='JPEG XR, whose decoder makes up pixels'):
        read(tmp_path / 'image')


def test_segments_that_are_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(tiff_pages, 'MOST_SEGMENT_BYTES', PLANE - 1)
    tifffile.imwrite(tmp_path / 'image', IMAGE[0, 0, 0], compression='zlib')
    with pytest.raises(ImageError, match='3,034 bytes once it is decoded; it may have 3,033. Convert it to tiled'):
        read(tmp_path / 'image')


@pytest.mark.parametrize('image, axes, message', [
    (IMAGE.astype(np.complex64)[0, 0], 'ZYX', 'complex numbers'), (IMAGE[0], 'QIYX', 'not all known'),
], ids=['complex', 'axes'])
def test_images_that_are_refused(image, axes, message, tmp_path):
    tifffile.imwrite(tmp_path / 'image', image, metadata={'axes': axes}, photometric='minisblack')
    with pytest.raises(ImageError, match=message):
        read(tmp_path / 'image')


def test_damaged_metadata_do_no_harm(tmp_path, capfd):
    """A value that lies beyond the end of the file is one of the names of the software (305), not of pixels."""
    tifffile.imwrite(tmp_path / 'image', IMAGE[0, 0, 0], software='a name that is long enough', metadata=None)
    patch(tmp_path / 'image', entries(tmp_path / 'image')[305].offset + 8, '<I', 10 ** 8)
    logger = logging.getLogger('tifffile')
    before = logger.handlers[:], logger.level, logger.propagate
    assert pixels_in(tmp_path / 'image') == in_order(IMAGE[0, 0, 0], 'yx')
    assert (logger.handlers, logger.level, logger.propagate) == before
    assert capfd.readouterr().err == ''


def test_a_lost_description_is_an_error(tmp_path):
    tifffile.imwrite(tmp_path / 'image', IMAGE[0, 0, 0], description='x' * 20, metadata=None)
    patch(tmp_path / 'image', entries(tmp_path / 'image')[270].offset + 8, '<I', 10 ** 8)
    with pytest.raises(ImageError, match='TiffTag 270'):
        read(tmp_path / 'image')


def test_each_strip_is_decoded_once(tmp_path, monkeypatch):
    decoded = []
    original = tiff_pages.CodedPage._decoded
    monkeypatch.setattr(
        tiff_pages.CodedPage, '_decoded',
        lambda page, number: decoded.append((id(page), number)) or original(page, number))
    monkeypatch.setattr(scenes, 'BAND_BYTES', 1000)
    tifffile.imwrite(tmp_path / 'image', np.stack([COLOURS] * 2), compression='zlib', rowsperstrip=5, photometric='rgb')
    assert pixels_in(tmp_path / 'image') == in_order(np.stack([COLOURS] * 2), 'tyxc')
    assert len(decoded) == len(set(decoded)) == 2 * 8


@pytest.mark.parametrize('how', [{}, {'compression': 'zlib', 'rowsperstrip': 16}, {'tile': (64, 64)}], ids=str)
def test_memory(how, tmp_path, monkeypatch):
    """Reading takes a few times the memory of what is read at a time, not that of the image."""
    image = np.zeros((4, 1024, 1024), np.uint16)
    tifffile.imwrite(tmp_path / 'image', image, metadata={'axes': 'ZYX'}, photometric='minisblack', **how)
    monkeypatch.setattr(scenes, 'BAND_BYTES', 2 ** 17)
    with opened(str(tmp_path / 'image')) as (scene,):
        tracemalloc.start()
        try:
            assert sum(band.pixels.nbytes for band in scene.bands()) == image.nbytes
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 6 * 2 ** 17
