"""Zarr: the pixels that were written, in every layout; what is missing or damaged is told, and no foreign code runs."""

import json
import os
import pickle
import shutil
import warnings
from collections import Counter
from contextlib import nullcontext
from math import prod
from pathlib import Path
from typing import Any

import imagecodecs.numcodecs
import numcodecs
import numpy as np
import pytest
import tifffile
import zarr
from hypothesis import given, settings, strategies as st

from iscc_galaxy.images import memory, scenes, zarr_arrays
from iscc_galaxy.images.pixel_codes import PixelHasher
from iscc_galaxy.images.scenes import ImageError, Scene
from iscc_galaxy.images.zarr_folder import opened
from layouts import in_order
from oracle import codes_of

TEST_DATA = Path(__file__).parents[2] / 'test-data'
AXES = 'tczyx'
IMAGE = np.random.default_rng(1).integers(0, 2 ** 16, (2, 2, 3, 37, 41), np.uint16)
PLANE = 37 * 41 * 2
# Limits of scenes.py for a band, for planes that are read together, and of zarr_arrays.py for chunks.
LIMITS = {'whole': (2 ** 24, 2 ** 27, 2 ** 14), 'bands': (500, 10, 1), 'some planes': (2 * PLANE, 5 * PLANE, 3)}


def write_array(folder: Path, image: np.ndarray, axes: str, version: int = 2, **how: Any) -> zarr.Array:
    """Write an array with named axes."""
    names = {'attributes': {'_ARRAY_DIMENSIONS': list(axes)}} if version == 2 else {'dimension_names': list(axes)}
    return zarr.create_array(
        folder, data=image, zarr_format=version, config={'write_empty_chunks': True},
        **({'fill_value': 0} | names | how))


def write_image(group: zarr.Group, image: np.ndarray, path: str = '0', **described: Any) -> None:
    """Write an array, and metadata of OME-Zarr that name it."""
    group.create_array(path, data=image, chunks=image.shape)
    multiscales = [{'axes': [{'name': axis} for axis in AXES], 'datasets': [{'path': path}]} | described]
    if group.metadata.zarr_format == 2:
        group.attrs['multiscales'] = multiscales
    else:
        group.attrs['ome'] = {'version': '0.5', 'multiscales': multiscales}


def group_of(folder: Path, version: int = 2, **attributes: Any) -> zarr.Group:
    return zarr.create_group(folder, zarr_format=version, attributes=attributes)


def pixels_of(scene: Scene) -> bytes:
    return b''.join(band.pixels.astype(band.pixels.dtype.newbyteorder('>')).tobytes() for band in scene.bands())


def read(folder: Path) -> list[tuple[str, bytes]]:
    """Return the name and the pixels of each scene."""
    with opened(str(folder)) as found:
        return [(scene.name, pixels_of(scene)) for scene in found]


def pixels_in(folder: Path) -> bytes:
    (_, pixels), = read(folder)
    return pixels


def edit(file: Path, **changes: Any) -> None:
    """Change entries of a metadata file."""
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def v3(codec: str, **configuration: Any) -> dict[str, Any]:
    return {'name': codec, 'configuration': configuration}


ARRAYS: dict[str, dict[str, Any]] = {
    'planes': {'chunks': (1, 1, 1, 37, 41), 'compressors': None},
    'odd chunks': {'chunks': (1, 2, 1, 17, 9)},
    'deep chunks': {'chunks': (2, 1, 3, 20, 41)},
    'larger chunks': {'chunks': (5, 4, 7, 50, 64)},
    'slashes': {'chunks': (1, 1, 2, 37, 20), 'chunk_key_encoding': {'name': 'v2', 'separator': '/'}},
    'order F': {'chunks': (2, 1, 3, 20, 41), 'order': 'F'},
    **{f'compressor {codec.codec_id}': {'chunks': (1, 1, 2, 20, 41), 'compressors': codec} for codec in (
        numcodecs.Blosc('zstd', shuffle=2), numcodecs.Zlib(), numcodecs.GZip(), numcodecs.Zstd(), numcodecs.LZ4(),
        numcodecs.BZ2(), numcodecs.LZMA(), imagecodecs.numcodecs.Lz4(),
    )},
    'compressor JPEG XL': {'chunks': (1, 1, 1, 20, 41), 'compressors': imagecodecs.numcodecs.Jpegxl(lossless=True)},
    'compressor JPEG 2000': {
        'chunks': (1, 1, 1, 20, 41), 'compressors': imagecodecs.numcodecs.Jpeg2k(reversible=True, level=0)},
    **{f'filter {codec.codec_id}': {'chunks': (1, 2, 3, 10, 10), 'filters': [codec]} for codec in (
        numcodecs.Delta('<u2'), numcodecs.Shuffle(2), numcodecs.Fletcher32(), numcodecs.CRC32(),
        numcodecs.FixedScaleOffset(0, 1, '<u2', '<u4'),
    )},
    'v3': {'version': 3, 'chunks': (1, 1, 1, 37, 41)},
    'v3 odd': {'version': 3, 'chunks': (2, 1, 2, 17, 9), 'compressors': None},
    'v3 dots': {'version': 3, 'chunks': (1, 1, 3, 37, 41), 'chunk_key_encoding': {'name': 'default', 'separator': '.'}},
    'v3 keys of v2': {
        'version': 3, 'chunks': (1, 1, 3, 37, 41), 'chunk_key_encoding': {'name': 'v2', 'separator': '.'}},
    **{f'v3 {codec["name"]}': {'version': 3, 'chunks': (1, 1, 2, 20, 41), 'compressors': [codec]} for codec in (
        v3('blosc', cname='lz4', clevel=5, shuffle='shuffle', typesize=2, blocksize=0), v3('gzip', level=5),
        v3('zstd', level=3, checksum=True), v3('crc32c'), v3('numcodecs.bz2', level=1), v3('numcodecs.lz4'),
        v3('numcodecs.blosc', cname='zstd'),
    )},
    'v3 transposed': {'version': 3, 'chunks': (1, 2, 3, 20, 41), 'filters': [v3('transpose', order=[4, 0, 3, 1, 2])]},
    'v3 delta': {'version': 3, 'chunks': (1, 2, 3, 20, 41), 'filters': [v3('numcodecs.delta', dtype='<u2')]},
    'v3 big-endian': {'version': 3, 'chunks': (1, 2, 3, 20, 41), 'serializer': v3('bytes', endian='big')},
    'sharded': {'version': 3, 'chunks': (1, 1, 1, 10, 10), 'shards': (2, 2, 3, 40, 50)},
    'sharded, index first': {
        'version': 3, 'chunks': (1, 1, 3, 19, 41),
        'shards': {'shape': (1, 2, 3, 38, 41), 'index_location': 'start'}},
}


@pytest.fixture(params=LIMITS.values(), ids=list(LIMITS))
def limits(request, monkeypatch) -> None:
    monkeypatch.setattr(scenes, 'BAND_BYTES', request.param[0])
    monkeypatch.setattr(scenes, 'TOGETHER_BYTES', request.param[1])
    monkeypatch.setattr(zarr_arrays, 'CHUNKS_AT_A_TIME', request.param[2])


@pytest.mark.filterwarnings('ignore::zarr.errors.ZarrUserWarning', 'ignore:Numcodecs codecs')
@pytest.mark.parametrize('layout', ARRAYS)
def test_layouts_of_arrays(layout, limits, tmp_path):
    """The same pixels in each, whatever is read at a time."""
    write_array(tmp_path / 'zarr', IMAGE, AXES, **ARRAYS[layout])
    assert pixels_in(tmp_path / 'zarr') == in_order(IMAGE, AXES)


@pytest.mark.filterwarnings('ignore:Numcodecs codecs')
def test_a_codec_that_others_may_not_know_is_no_warning(tmp_path):
    """The log of a good job says nothing alarming."""
    write_array(tmp_path / 'zarr', IMAGE, AXES, **ARRAYS['v3 numcodecs.bz2'])
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert pixels_in(tmp_path / 'zarr') == in_order(IMAGE, AXES)


@pytest.mark.parametrize('axes', ['tczyx', 'xyzct', 'zctyx', 'yxtcz'])
@pytest.mark.parametrize('version', [2, 3])
def test_orders_of_axes(axes, version, tmp_path):
    image = IMAGE.transpose([AXES.index(axis) for axis in axes])
    write_array(tmp_path / 'zarr', image, axes, version, chunks=(2,) * 3 + (20,) * 2)
    assert pixels_in(tmp_path / 'zarr') == in_order(IMAGE, AXES)


@pytest.mark.parametrize('dtype', ['|b1', '|i1', '<u4', '>u2', '<f2', '<f4', '>f8', '<i8', '>u8'])
def test_pixel_types(dtype, tmp_path):
    image = (IMAGE[0, 0].astype(np.int32) - 30000).astype(dtype)
    for version in (2, 3):
        write_array(tmp_path / f'{version}', image, 'zyx', version, chunks=(1, 20, 41))
        assert pixels_in(tmp_path / f'{version}') == in_order(image, 'zyx')


@pytest.mark.filterwarnings('ignore::zarr.errors.ZarrUserWarning')
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_array_against_loops(data, tmp_path_factory):
    others = data.draw(st.lists(st.sampled_from('zct'), unique=True))
    axes = ''.join(data.draw(st.permutations([*others, 'y', 'x'])))
    shape = tuple(data.draw(st.integers(1, 6)) for _ in axes)
    image = np.arange(prod(shape)).reshape(shape).astype(data.draw(st.sampled_from(['<u2', '>u2', '<f4', '|i1'])))
    version, chunks = data.draw(st.sampled_from([2, 3])), tuple(data.draw(st.integers(1, size + 1)) for size in shape)
    how = {'order': data.draw(st.sampled_from('CF'))} if version == 2 else {}
    if version == 3 and data.draw(st.booleans()):
        how['shards'] = tuple(data.draw(st.integers(1, 2)) * size for size in chunks)
    folder = tmp_path_factory.mktemp('any') / 'zarr'
    write_array(folder, image, axes, version, chunks=chunks, **how)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scenes, 'BAND_BYTES', data.draw(st.integers(1, 100)))
        patch.setattr(scenes, 'TOGETHER_BYTES', data.draw(st.integers(1, 500)))
        assert pixels_in(folder) == in_order(image, axes)


def test_each_chunk_is_decoded_once(tmp_path, monkeypatch):
    decoded = Counter()

    class Counted(numcodecs.Zlib):
        def decode(self, content, out=None):
            decoded[bytes(content)] += 1
            return super().decode(content, out)

    write_array(tmp_path / 'zarr', IMAGE.reshape(12, 37, 41), 'zyx', chunks=(12, 20, 20), compressors=numcodecs.Zlib())
    monkeypatch.setitem(numcodecs.registry.codec_registry, 'zlib', Counted)
    assert pixels_in(tmp_path / 'zarr') == in_order(IMAGE.reshape(12, 37, 41), 'zyx')
    assert len(decoded) == 6 and set(decoded.values()) == {1}


@pytest.mark.parametrize('name, scene', [('nuclei.zarr', ''), ('nuclei_ome.zarr', 'nuclei')])
def test_nuclei(name, scene, tmp_path):
    """The folders in the test data have the pixels of the TIFF."""
    with opened(str(TEST_DATA / name)) as (found,):
        hasher = PixelHasher(found)
        for band in found.bands():
            hasher.add(band)
        image = tifffile.imread(TEST_DATA / 'nuclei.tiff')
        assert hasher.result().code == codes_of(in_order(image, 'yx'), tmp_path).wide
        assert (found.name, found.sizes, found.dtype.name, found.note) == (scene, (192, 192, 1, 1, 1), 'uint16', '')


def numbered(count: int) -> list[np.ndarray]:
    return [IMAGE + number for number in range(count)]


def several_multiscales(folder: Path, version: int) -> list[str]:
    group = group_of(folder, version)
    described = []
    for place, image in enumerate(numbered(2)):
        # The second dataset of each is a smaller level.
        for level in range(2):
            group.create_array(f'{place}/{level}', data=image[..., ::level + 1, ::level + 1], chunks=image.shape)
        described.append({
            'name': f'image {place}', 'axes': [{'name': axis} for axis in AXES],
            'datasets': [{'path': f'{place}/0'}, {'path': f'{place}/1'}]})
    if version == 3:
        group.attrs['ome'] = {'version': '0.5', 'multiscales': described}
    else:
        group.attrs['multiscales'] = described
    # Labels are no scenes.
    write_image(group.create_group('labels/cells'), IMAGE[:1])
    return ['image 0', 'image 1']


def series_of(folder: Path, version: int, paths: list[str], listed: bool = True) -> list[str]:
    layout = {'bioformats2raw.layout': 3}
    root = group_of(folder, version, **({'ome': layout} if version == 3 else layout))
    ome = root.create_group('OME')
    if listed:
        ome.attrs.update({'ome': {'series': paths}} if version == 3 else {'series': paths})
    images = ''.join(f'<Image ID="Image:{place}"><Pixels/></Image>' for place in range(len(paths)))
    (folder / 'OME' / 'METADATA.ome.xml').write_text(f'<OME xmlns="http://x.org/OME">{images}<ImageRef/></OME>')
    for path, image in zip(paths, numbered(len(paths))):
        write_image(root.create_group(path), image)
    return paths


def plate(folder: Path, version: int) -> list[str]:
    """Wells and fields in other orders than those of their names; a plate of bioformats2raw has its layout, too."""
    images, names = iter(numbered(4)), []
    metadata = {'plate': {'wells': [{'path': 'B/1'}, {'path': 'A/2'}]}, 'bioformats2raw.layout': 3}
    root = group_of(folder, version, **({'ome': metadata} if version == 3 else metadata))
    for well in ('B/1', 'A/2'):
        metadata = {'well': {'images': [{'path': '1', 'acquisition': 2}, {'path': '0'}]}}
        group = root.create_group(well)
        group.attrs.update({'ome': metadata} if version == 3 else metadata)
        for field in ('1', '0'):
            write_image(group.create_group(field), next(images))
            names.append(f'{well}/{field}')
    return names


def plain_arrays(folder: Path, version: int) -> list[str]:
    """As xarray writes them: each axis may have an array of coordinates."""
    group_of(folder, version)
    names = ['10', '2', 'B', 'a', 'b', 'ä']
    for name, image in reversed(list(zip(names, numbered(6)))):
        write_array(folder / name, image, AXES, version, chunks=image.shape)
    write_array(folder / 'x', np.arange(41), 'x', version)
    return names


@pytest.mark.filterwarnings('ignore:Object at')
@pytest.mark.parametrize('write', [
    several_multiscales, plain_arrays, plate,
    lambda folder, version: series_of(folder, version, ['2', 'b', '10']),
    lambda folder, version: series_of(folder, version, [str(place) for place in range(11)], listed=False),
], ids=['multiscales', 'plain arrays', 'plate', 'series', 'numbered series'])
@pytest.mark.parametrize('version', [2, 3])
def test_scenes_are_in_order(write, version, tmp_path):
    names = write(tmp_path / 'zarr', version)
    expected = [(name, in_order(image, AXES)) for name, image in zip(names, numbered(len(names)))]
    assert read(tmp_path / 'zarr') == expected


def test_one_well(tmp_path):
    plate(tmp_path / 'zarr', 2)
    assert [name for name, _ in read(tmp_path / 'zarr' / 'A' / '2')] == ['1', '0']


@pytest.mark.parametrize('described', [
    {'axes': None, 'version': '0.1'}, {'axes': None, 'version': '0.2'}, {'axes': None}, {'axes': list(AXES)},
    {'axes': [{'name': name, 'type': kind} for name, kind in [
        ('when', 'time'), ('lambda', 'channel'), ('z', 'space'), ('y', 'space'), ('x', 'space')]]},
    {'axes': [{'name': 'angle'}, *({'name': axis} for axis in 'czyx')]},
], ids=['0.1', '0.2', 'no version', '0.3', '0.4', 'one unknown axis'])
def test_versions_of_axes(described, tmp_path):
    write_image(group_of(tmp_path / 'zarr'), IMAGE, **{key: value for key, value in described.items() if value})
    multiscales = json.loads((tmp_path / 'zarr' / '.zattrs').read_text())['multiscales']
    if not described['axes']:
        del multiscales[0]['axes']
    edit(tmp_path / 'zarr' / '.zattrs', multiscales=multiscales)
    assert pixels_in(tmp_path / 'zarr') == in_order(IMAGE, AXES)


def test_colours_are_channels(tmp_path):
    write_image(group_of(tmp_path / 'zarr'), IMAGE[0, 0], axes=[{'name': axis} for axis in 'cyx'])
    with opened(str(tmp_path / 'zarr')) as (scene,):
        assert scene.sizes == (41, 37, 1, 3, 1)
        assert pixels_of(scene) == in_order(IMAGE[0, 0], 'cyx') == IMAGE[0, 0].astype('>u2').tobytes()


@pytest.mark.parametrize('names', [None, [None, None]])
def test_two_axes_without_names(names, tmp_path):
    zarr.create_array(tmp_path / 'zarr', data=IMAGE[0, 0, 0], dimension_names=names)
    assert pixels_in(tmp_path / 'zarr') == in_order(IMAGE[0, 0, 0], 'yx')


def test_a_zarr_one_folder_down(tmp_path):
    write_array(tmp_path / 'image.zarr', IMAGE, AXES)
    assert pixels_in(tmp_path) == in_order(IMAGE, AXES)
    write_array(tmp_path / 'other.zarr', IMAGE, AXES)
    with pytest.raises(ImageError, match='one Zarr alone, but it holds "image.zarr", "other.zarr"'):
        read(tmp_path)


def test_consolidated_metadata_do_not_count(tmp_path):
    """They may be older than the files."""
    write_image(group_of(tmp_path / 'zarr'), IMAGE)
    zarr.consolidate_metadata(tmp_path / 'zarr')
    consolidated = tmp_path / 'zarr' / '.zmetadata'
    consolidated.write_text(consolidated.read_text().replace('41', '40').replace('"multiscales"', '"other"'))
    assert pixels_in(tmp_path / 'zarr') == in_order(IMAGE, AXES)


@pytest.mark.parametrize('how, lost, note', [
    ({'chunks': (1, 1, 1, 37, 41)}, ['0.0.1.0.0', '1.1.2.0.0'], '2 of 12 chunks are not stored and read as 7'),
    ({'chunks': (1, 1, 3, 20, 41)}, ['0.0.0.1.0'], '1 of 8 chunks are not stored and read as 7'),
    ({'version': 3, 'chunks': (1, 1, 3, 37, 41)}, ['c/1/0/0/0/0'], '1 of 4 chunks are not stored and read as 7'),
    ({'version': 3, 'chunks': (1, 1, 1, 19, 41), 'shards': (1, 1, 3, 38, 41)}, ['c/0/1/0/0/0'],
     '1 of 4 shards are not stored and read as 7'),
])
def test_lost_chunks_have_a_note(how, lost, note, limits, tmp_path):
    array = write_array(tmp_path / 'zarr', IMAGE, AXES, fill_value=7, **how)
    image = IMAGE.copy()
    size = array.shards or array.chunks
    for key in lost:
        (tmp_path / 'zarr' / key).unlink()
        place = [int(part) for part in key.replace('/', '.').split('.') if part != 'c']
        image[tuple(slice(number * each, (number + 1) * each) for number, each in zip(place, size))] = 7
    with opened(str(tmp_path / 'zarr')) as (scene,):
        assert scene.note == note
        assert pixels_of(scene) == in_order(image, AXES)


def test_lost_chunks_without_a_value(tmp_path):
    image = IMAGE.copy()
    image[0, 1, 2] = 0
    planes(tmp_path / 'zarr', fill_value=None).unlink()
    with opened(str(tmp_path / 'zarr')) as (scene,):
        assert scene.note == '1 of 12 chunks are not stored and read as 0'
        assert pixels_of(scene) == in_order(image, AXES)


def planes(folder: Path, version: int = 2, **how: Any) -> Path:
    """Write chunks of one plane, and return the file of one."""
    write_array(folder, IMAGE, AXES, version, chunks=(1, 1, 1, 37, 41), **how)
    return folder / ('0.1.2.0.0' if version == 2 else 'c/0/1/2/0/0')


@pytest.mark.filterwarnings('ignore::zarr.errors.ZarrUserWarning', 'ignore:Numcodecs codecs')
@pytest.mark.parametrize('how', [
    *({'compressors': codec} for codec in (
        None, numcodecs.Zstd(), numcodecs.Blosc(), numcodecs.Blosc(clevel=0), numcodecs.Zlib(), numcodecs.GZip(),
        numcodecs.LZ4(), numcodecs.BZ2(), numcodecs.LZMA(), imagecodecs.numcodecs.Jpegxl(lossless=True),
        imagecodecs.numcodecs.Jpeg2k(reversible=True, level=0))),
    *({'version': 3, 'compressors': codec} for codec in (
        None, v3('zstd', level=3), v3('gzip', level=5), v3('crc32c'), v3('numcodecs.blosc', cname='lz4'),
        v3('blosc', cname='lz4', clevel=5, shuffle='bitshuffle', typesize=2, blocksize=0))),
], ids=str)
@pytest.mark.parametrize('damage', [
    lambda content: content[:len(content) // 2], lambda content: content[:-1], lambda content: b'no chunk' * 20,
    lambda content: content[:5],
], ids=['half', 'one byte less', 'garbage', 'beginning'])
def test_damaged_chunks(how, damage, limits, tmp_path):
    chunk = planes(tmp_path / 'zarr', **how)
    chunk.write_bytes(damage(chunk.read_bytes()))
    key = chunk.relative_to(tmp_path / 'zarr')
    with pytest.raises(ImageError, match=f'^Its file "{key}" is damaged: .+\\. Upload it again\\.$'):
        read(tmp_path / 'zarr')


@pytest.mark.parametrize('index', ['start', 'end'])
@pytest.mark.parametrize('lost', [1, 2 * 19 * 41 * 2, 10 * 19 * 41 * 2], ids=['a byte', 'two chunks', 'ten chunks'])
@pytest.mark.parametrize('codecs', [None, [v3('gzip', level=1)]])
def test_damaged_shards(index, lost, codecs, limits, tmp_path):
    """zarr itself reads a chunk behind the end of its shard as one that is not stored."""
    shards = {'shape': (1, 2, 3, 38, 41), 'index_location': index}
    write_array(tmp_path / 'zarr', IMAGE, AXES, 3, chunks=(1, 1, 1, 19, 41), shards=shards, compressors=codecs)
    shard = tmp_path / 'zarr' / 'c/1/0/0/0/0'
    shard.write_bytes(shard.read_bytes()[:-lost])
    with pytest.raises(ImageError, match='Its file "c/1/0/0/0/0" is damaged'):
        read(tmp_path / 'zarr')


def test_another_number_of_pixels_in_a_chunk(tmp_path):
    chunk = planes(tmp_path / 'zarr', compressors=numcodecs.Zlib())
    chunk.write_bytes(numcodecs.Zlib().encode(IMAGE[0, 0, 0, :36]))
    with pytest.raises(ImageError, match='0.1.2.0.0" is damaged: cannot reshape'):
        read(tmp_path / 'zarr')


class Payload:
    """What runs a command when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        return os.mkdir, (str(self.canary),)


@pytest.mark.parametrize('changes', [
    {'compressor': {'id': 'pickle'}}, {'compressor': {'id': 'pickle', 'protocol': 4}, 'dtype': '|O'},
    {'filters': [{'id': 'pickle'}], 'compressor': None}, {'filters': [{'id': 'shuffle'}, {'id': 'pickle'}]},
    {'dtype': '|O', 'filters': [{'id': 'vlen-utf8'}], 'fill_value': ''}, {'dtype': '|O', 'compressor': None},
    {'filters': [{'id': 'json2'}]}, {'filters': [{'id': 'msgpack2'}]},
], ids=str)
def test_no_foreign_code_runs(changes, tmp_path, monkeypatch):
    monkeypatch.setattr(numcodecs.pickles, 'ALLOW_UNSAFE_PICKLE_DECODE', True, raising=False)
    payload = pickle.dumps(Payload(tmp_path / 'canary'))
    planes(tmp_path / 'zarr').write_bytes(payload)
    edit(tmp_path / 'zarr' / '.zarray', **changes)
    with pytest.raises(ImageError, match='^Its array holds Python objects, .* as an array of numbers.$'):
        read(tmp_path / 'zarr')
    assert not (tmp_path / 'canary').exists()
    # The payload would have worked.
    pickle.loads(payload)
    assert (tmp_path / 'canary').is_dir()


@pytest.mark.parametrize('codec', [
    imagecodecs.numcodecs.Jpeg(level=95), imagecodecs.numcodecs.Htj2k(), imagecodecs.numcodecs.Jpegxr(),
    imagecodecs.numcodecs.Lzw(), imagecodecs.numcodecs.Blosc(),
], ids=lambda codec: codec.codec_id)
def test_codecs_that_do_not_notice_damage(codec, tmp_path):
    write_array(tmp_path / 'zarr', IMAGE[0, 0, 0] // 16, 'yx', chunks=(37, 41), compressors=codec)
    with pytest.raises(ImageError, match=f'Its array is compressed by {codec.codec_id}, which does not notice damage'):
        read(tmp_path / 'zarr')


def test_pickle_is_no_codec_of_v3(tmp_path):
    planes(tmp_path / 'zarr', 3).write_bytes(pickle.dumps(Payload(tmp_path / 'canary')))
    metadata = tmp_path / 'zarr' / 'zarr.json'
    for name in ('pickle', 'numcodecs.pickle'):
        edit(metadata, codecs=[v3('bytes', endian='little'), v3(name)])
        with pytest.raises(Exception, match=f'Unknown codec.*{name}'):
            read(tmp_path / 'zarr')
    assert not (tmp_path / 'canary').exists()


@pytest.mark.parametrize('link', ['0.1.2.0.0', '.zattrs', 'folder', 'lost'])
def test_links_are_refused(link, tmp_path):
    chunk = planes(tmp_path / 'zarr')
    target = {'folder': tmp_path, 'lost': tmp_path / 'lost'}.get(link, tmp_path / 'target')
    if (chunk.parent / link).exists():
        shutil.move(chunk.parent / link, target)
    (chunk.parent / link).symlink_to(target)
    with pytest.raises(ImageError, match=f'^It has the link "{link}" in the folder "zarr". Replace it'):
        read(tmp_path / 'zarr')


def test_the_folder_itself_may_be_a_link(tmp_path):
    planes(tmp_path / 'zarr')
    (tmp_path / 'link').symlink_to(tmp_path / 'zarr')
    assert pixels_in(tmp_path / 'link') == in_order(IMAGE, AXES)


@pytest.mark.parametrize('path', ['../0', '/0', '0/../0', '..'])
@pytest.mark.parametrize('metadata', [
    lambda path: {'multiscales': [{'datasets': [{'path': path}]}]},
    lambda path: {'plate': {'wells': [{'path': path}]}}, lambda path: {'well': {'images': [{'path': path}]}},
], ids=['datasets', 'wells', 'fields'])
def test_paths_that_lead_out_of_the_folder(path, metadata, tmp_path):
    write_image(group_of(tmp_path / 'zarr', **metadata(path)).create_group('other'), IMAGE)
    with pytest.raises(ImageError, match=f'^Its metadata lead out of its folder, to "{path}"'):
        read(tmp_path / 'zarr')


def test_series_that_lead_out_of_the_folder(tmp_path):
    series_of(tmp_path / 'zarr', 2, ['0'])
    edit(tmp_path / 'zarr' / 'OME' / '.zattrs', series=['0', '../0'])
    with pytest.raises(ImageError, match='to "../0"'):
        read(tmp_path / 'zarr')


@pytest.mark.filterwarnings('ignore::zarr.errors.ZarrUserWarning')
@pytest.mark.parametrize('attributes, message', [
    ({}, 'It holds no image, and no metadata of OME-Zarr'),
    ({'multiscales': []}, '"multiscales" is missing or wrong in its group. Write it again'),
    ({'multiscales': {'a': 1}}, '"multiscales" is missing or wrong'),
    ({'multiscales': ['a']}, '"datasets" is missing or wrong'),
    ({'multiscales': [{'datasets': []}]}, '"datasets" is missing or wrong'),
    ({'multiscales': [{'datasets': [{'path': 0}]}]}, '"path" is missing or wrong'),
    ({'multiscales': [{'datasets': [{'path': '0'}]}]}, '"0", which is not there. Upload it again'),
    ({'multiscales': [{'datasets': [{'path': '.'}]}]}, 'an array, but it is a group'),
    ({'plate': {'wells': []}}, '"wells" is missing or wrong'), ({'plate': {}}, '"wells" is missing or wrong'),
    ({'plate': {'wells': [{'path': 'A/1'}]}}, '"A/1", which is not there'),
    ({'well': {'images': [{}]}}, '"path" is missing or wrong'),
    ({'ome': 5}, '"ome" is missing or wrong'),
], ids=str)
def test_metadata_that_name_no_image(attributes, message, tmp_path):
    group_of(tmp_path / 'zarr', **attributes)
    with pytest.raises(ImageError, match=message):
        read(tmp_path / 'zarr')


@pytest.mark.parametrize('described, version, message', [
    ({'axes': [{'name': axis} for axis in 'czyx']}, 2, 'array "0" has 5 axes, but the metadata name 4: c, z, y, x'),
    ({'axes': []}, 2, '"axes" is missing or wrong'), ({'axes': 5}, 2, '"axes" is missing or wrong'),
    ({'axes': [{'type': 'space'}]}, 2, '"name" is missing or wrong'),
    ({'axes': [{'name': axis} for axis in 'qwzyx']}, 2, 'not all known'),
    ({'axes': [{'name': axis} for axis in 'tczyy']}, 3, 'each axis once'),
    ({'axes': None, 'version': '0.4'}, 2, '"axes" is missing or wrong'), ({'axes': None}, 3, '"axes" is missing'),
], ids=str)
def test_axes_that_are_refused(described, version, message, tmp_path):
    group = group_of(tmp_path / 'zarr', version)
    write_image(group, IMAGE, **described)
    if described['axes'] is None:
        metadata = group.attrs.asdict()
        del metadata.get('ome', metadata)['multiscales'][0]['axes']
        group.attrs.put(metadata)
    with pytest.raises(ImageError, match=message):
        read(tmp_path / 'zarr')


@pytest.mark.parametrize('change, message', [
    (lambda folder: shutil.rmtree(folder / '1'), 'Its series 1 is missing; it should have 3. Upload it again, whole'),
    (lambda folder: shutil.rmtree(folder / '2'), 'Its series 2 is missing; it should have 3'),
    (lambda folder: (folder / '1' / '.zattrs').unlink(), '"multiscales" is missing or wrong in its group "1"'),
    (lambda folder: (folder / 'OME' / '.zattrs').write_text('{"series": [0]}'), '"series" is missing or wrong'),
    (lambda folder: (folder / 'OME' / '.zattrs').write_text('{"series": "0"}'), '"series" is missing or wrong'),
], ids=['in between', 'last', 'no image', 'numbers', 'text'])
def test_series_that_are_missing(change, message, tmp_path):
    series_of(tmp_path / 'zarr', 2, ['0', '1', '2'], listed=False)
    change(tmp_path / 'zarr')
    with pytest.raises(ImageError, match=message):
        read(tmp_path / 'zarr')


def test_arrays_without_names(tmp_path):
    zarr.create_array(tmp_path / 'zarr', data=IMAGE[0, 0])
    with pytest.raises(ImageError, match='Its array has 3 axes without names. Name them .* or save it as OME-Zarr'):
        read(tmp_path / 'zarr')


def test_a_group_beside_plain_arrays(tmp_path):
    """It may hold images, which would be left out."""
    plain_arrays(tmp_path / 'zarr', 2)
    several_multiscales(tmp_path / 'zarr' / 'more', 2)
    with pytest.raises(ImageError, match='It holds the group "more", and no metadata of OME-Zarr'):
        read(tmp_path / 'zarr')


@pytest.mark.parametrize('version, changes, message', [
    (2, {'zarr_format': 1}, r'folder "zarr" are damaged, file .zarray: its "zarr_format" should be 2'),
    (3, {'zarr_format': 2}, 'file zarr.json: its "zarr_format" should be 3'),
    (3, {'node_type': 'file'}, 'neither an array nor a group'), (3, {'attributes': 1}, 'neither an array nor a group'),
    (2, {'shape': [-2, 2, 3, 37, 41]}, 'non-negative'), (2, {'shape': 5}, 'must have the same length'),
    (2, {'shape': [0, 2, 3, 37, 41]}, 'no pixels'), (2, {'shape': [10 ** 30, 10, 10, 37, 41]}, ' chunks, which is a'),
    (2, {'chunks': [0, 1, 1, 37, 41]}, 'The chunks of its array have the size 0'),
    (2, {'chunks': [1, 1, 1, 2 ** 15, 2 ** 15 + 1]}, r'has 2,147,549,184 bytes; it may have .* with smaller chunks'),
    (2, {'chunks': [1, 1]}, 'same length'), (2, {'dtype': '<c8', 'fill_value': None}, 'complex'),
    (2, {'dtype': '|S2', 'fill_value': None}, 'of the type'), (2, {'compressor': {'id': 'unknown'}}, 'unknown'),
    (3, {'codecs': [v3('bytes', endian='little'), v3('unknown')]}, 'Unknown codec'),
    (3, {'storage_transformers': [v3('unknown')]}, 'storage transformers'),
    (3, {'chunk_grid': v3('rectilinear')}, 'chunk grid'), (3, {'data_type': 'unknown'}, 'unknown'),
    (2, {'dimension_separator': '/'}, 'Its array has none of its 12 chunks. Upload it again, whole'),
], ids=str)
def test_metadata_of_arrays(version, changes, message, tmp_path):
    chunk = planes(tmp_path / 'zarr', version)
    edit(tmp_path / 'zarr' / ('.zarray' if version == 2 else 'zarr.json'), **changes)
    with pytest.raises(Exception, match=message):
        read(tmp_path / 'zarr')
    assert chunk.is_file()


@pytest.mark.parametrize('file, content, message', [
    ('.zarray', '{', 'file .zarray: it is not JSON'), ('.zarray', '[]', 'file .zarray: it is no JSON object'),
    ('.zattrs', '\xff', 'file .zattrs: it is not JSON'), ('.zattrs', '', 'file .zattrs: it is not JSON'),
    ('0.1.2.0.0', '', 'Its file "0.1.2.0.0" is empty. Upload it again'),
])
def test_files_that_are_damaged(file, content, message, tmp_path):
    planes(tmp_path / 'zarr')
    (tmp_path / 'zarr' / file).write_text(content, encoding='latin-1')
    with pytest.raises(ImageError, match=message):
        read(tmp_path / 'zarr')


@pytest.mark.parametrize('lost', ['.zarray', 'zarr.json'])
def test_no_zarr(lost, tmp_path):
    planes(tmp_path / 'zarr', 2 if lost == '.zarray' else 3)
    (tmp_path / 'zarr' / lost).unlink()
    with pytest.raises(ImageError, match='^It is no Zarr: .* Upload it again, whole.$'):
        read(tmp_path / 'zarr')


def test_too_little_memory_is_no_damage(tmp_path, monkeypatch):
    planes(tmp_path / 'zarr')
    monkeypatch.setattr(zarr.Array, '__getitem__', lambda array, region: (_ for _ in ()).throw(MemoryError))
    monkeypatch.setattr(memory, '_is_there', lambda size: False)
    with pytest.raises(MemoryError):
        read(tmp_path / 'zarr')


@pytest.mark.parametrize('shape, chunks, unstored, message', [
    # It has one chunk and two files of metadata.
    ((3000, 1), (1, 1), 10, None), ((3001, 1), (1, 1), 10, 'would have 3,001 chunks, which is a mistake'),
    ((3001, 1), (1, 1), 3001, None),
])
def test_claims_of_chunks(shape, chunks, unstored, message, tmp_path, monkeypatch):
    monkeypatch.setattr(zarr_arrays, 'MOST_CHUNKS_UNSTORED', unstored)
    zarr.create_array(tmp_path / 'zarr', shape=shape, chunks=chunks, dtype='u1', zarr_format=2)[0, 0] = 1
    with pytest.raises(ImageError, match=message) if message else nullcontext():
        assert pixels_in(tmp_path / 'zarr') == bytes([1]) + bytes(shape[0] - 1)


def test_more_images_than_files(tmp_path):
    write_image(group_of(tmp_path / 'zarr'), IMAGE)
    multiscales = json.loads((tmp_path / 'zarr' / '.zattrs').read_text())['multiscales']
    edit(tmp_path / 'zarr' / '.zattrs', multiscales=multiscales * 100)
    with pytest.raises(ImageError, match='Its metadata name 100 images, but it has [0-9]+ files. Write it again.'):
        read(tmp_path / 'zarr')


def test_chunks_within_a_shard_are_stored_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr(zarr_arrays, 'MOST_CHUNKS_UNSTORED', 10)
    image = np.ones((80, 80), np.uint8)
    zarr.create_array(tmp_path / 'zarr', data=image, chunks=(1, 1), shards=(80, 80))
    assert pixels_in(tmp_path / 'zarr') == image.tobytes()


@pytest.mark.parametrize('change', [
    lambda chunk: chunk.unlink(), lambda chunk: chunk.write_bytes(chunk.read_bytes() + b'x'),
    lambda chunk: os.utime(chunk, (2 ** 33, 2 ** 33)), lambda chunk: (chunk.parent / 'other').touch(),
], ids=['lost', 'longer', 'written again', 'another file'])
def test_a_zarr_that_changes_while_it_is_read(change, tmp_path):
    chunk = planes(tmp_path / 'zarr')
    with pytest.raises(ImageError, match='^It changed while it was read. Run the job again.$'):
        with opened(str(tmp_path / 'zarr')):
            change(chunk)
