"""Hostile names through the commands of all tools: they come out as they went in, touch nothing else, and none runs."""

import csv
import io
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from iscc_galaxy.commands.generate_image_codes import (
    LONGEST_NAME as LONGEST_WITH_THUMBNAIL, METADATA_COLLECTION, THUMBNAIL_COLLECTION,
)
from iscc_galaxy.commands.generate_manifest import CODE_COLLECTION
from iscc_galaxy.commands.trace_chain import LONGEST_NAME
from iscc_galaxy.galaxy.job import shown
from iscc_galaxy.galaxy.outputs import longest_identifier
from local_galaxy.configuration import IMAGE_SIMILARITY_BIN, IMAGES_BIN, SIMILARITY_BIN, TEST_DATA
from names import fits_checksum_line, hostile_names, LONE_SURROGATES, meant, spelt
from oracle import codes_of
from scripts import Tool

LONGEST_IDENTIFIER = longest_identifier(CODE_COLLECTION)

CONTENT = b'content'
IMAGE = (TEST_DATA / 'images' / 'series.ome.tiff').read_bytes()
# The folders in which jobs write the elements of collections.
COLLECTIONS = ('codes', 'omero', METADATA_COLLECTION, THUMBNAIL_COLLECTION)
WORKERS = 2


@pytest.fixture
def names(tmp_path):
    """Yield the names, and insist at the end that none of them ran as a command."""
    canary = tmp_path / 'canary'
    yield hostile_names(canary)
    assert not list(tmp_path.rglob('canary*'))


@pytest.fixture
def tool_in(tmp_path):
    """Make a tool that runs in a folder of its own, with other files around that."""
    def tool_in(folder: str, *of: str | Path | tuple) -> Tool:
        around = tmp_path / 'around' / folder
        (around / 'job').mkdir(parents=True)
        for bystander in ('x', 'name', 'kanary', '..x', '-rf', 'file'):
            (around / bystander).write_text('untouched')
        return Tool(around / 'job', *of)
    return tool_in


def state(tool: Tool) -> dict[Path, bytes]:
    """Return the content of all files around a job but those that are its own."""
    files = [path for path in tool.folder.parent.rglob('*') if path.is_file()]
    own = {*tool.outputs.values(), tool.folder / 'job.json', tool.folder / 'galaxy.json'}
    return {path: path.read_bytes() for path in files if path not in own and path.parent.name not in COLLECTIONS}


def table(path: Path) -> list[list[str]]:
    lines = path.read_bytes().decode().split('\n')
    assert lines.pop() == ''
    rows = list(csv.reader(lines, delimiter='\t', quoting=csv.QUOTE_NONE))
    assert {len(row) for row in rows} == {len(rows[0])}
    return rows[1:]


def for_each(names: list[str], tools: list[Tool], check: Callable[[Tool, str], None]) -> None:
    """Check all names, some at a time, each worker with a tool of its own."""
    def check_share(number: int) -> None:
        for name in names[number::len(tools)]:
            check(tools[number], name)
    with ThreadPoolExecutor(len(tools)) as pool:
        list(pool.map(check_share, range(len(tools))))


@pytest.fixture
def quick(fake_iscc_sum):
    """Let tools that hash CONTENT alone, from a file of one name, do so once."""
    def quick(tools: list[Tool]) -> None:
        fake_iscc_sum(tools[0], '[ -e answer ] || "$real" "$@" > answer; cat answer')
        for tool in tools:
            tool.path_first = tools[0].path_first
    return quick


def test_generate(names, tool_in, quick, tmp_path):
    """Of one dataset: as metadata, or if a checksum line can not carry the name, as the refusal of that."""
    tools = [tool_in(f'generate {number}', 'generate_code') for number in range(WORKERS)]
    quick(tools)
    code = codes_of(CONTENT, tmp_path).wide

    def check(tool: Tool, name: str) -> None:
        options = {'dataset': tool.file_with(CONTENT, name), 'narrow': False, 'units': False}
        before = state(tool)
        if fits_checksum_line(name):
            text = tool.succeeds(tool.run(**options, output_format='json'))
            assert {'iscc': f'ISCC:{code}', 'name': name}.items() <= json.loads(text).items()
        else:
            done = tool.run(**options, output_format='checksum')
            tool.fails(done, shown(name), 'can not stand in a checksum line')
        assert {**state(tool), tool.folder / 'answer': b''} == {**before, tool.folder / 'answer': b''}

    for_each(names, tools, check)


def test_verify(names, tool_in, quick, tmp_path):
    """Each dataset is found in a manifest of all."""
    tools = [tool_in(f'verify {number}', 'verify_code') for number in range(WORKERS)]
    quick(tools)
    manifest = tmp_path / 'manifest'
    code = codes_of(CONTENT, tmp_path).wide
    rows = ''.join(f'{spelt(name)}\tISCC:{code}\n' for name in names)
    manifest.write_text(f'name\tiscc_code\n{rows}', encoding='utf-8', newline='\n')

    def check(tool: Tool, name: str) -> None:
        options = {
            'dataset': tool.file_with(CONTENT, name), 'expected_code': '', 'on_mismatch': 'fail',
            'expected_file': tool.described(name=name, path=str(manifest)),
        }
        assert tool.succeeds(tool.run(**options)).startswith('OK')

    for_each(names, tools, check)


def test_manifest_and_its_verification(names, tool_in, tmp_path):
    """All names in one job, some of them twice; the manifest verifies the same datasets."""
    generate = tool_in('manifest', 'generate_manifest')
    datasets = generate.files_with({name: f'content {number}'.encode() for number, name in enumerate(names)})
    datasets += datasets[::9]
    before = state(generate)
    generate.slots = 2
    assert generate.run(datasets=datasets, narrow=False, codes=False).returncode == 0
    rows = table(generate.output)
    assert [meant(row[0]) for row in rows] == [dataset['name'] for dataset in datasets]
    assert state(generate) == before

    verify = tool_in('verify', 'verify_manifest', ('report', 'summary'))
    before = state(verify)
    done = verify.run(
        datasets=datasets[::-1], manifest={'name': names[0], 'path': str(generate.output)}, computed=None,
        on_mismatch='fail', allow_unlisted=False, match_names='exact')
    verify.succeeds(done, f'Hashed {len(datasets)} / {len(datasets)} datasets, {verified_bytes(rows):,} bytes\n')
    found = table(verify.outputs['report'])
    assert [(meant(row[0]), row[1]) for row in found] == [(dataset['name'], 'OK') for dataset in datasets]
    assert state(verify) == before


def verified_bytes(rows: list[list[str]]) -> int:
    return sum(int(row[2]) for row in rows)


def test_renamed_datasets(names, tool_in, tmp_path):
    """Each name as the one that a dataset is found under now."""
    tool = tool_in('verify', 'verify_manifest', ('report', 'summary'))
    contents = [f'content {number}'.encode() for number in range(len(names))]
    manifest = tmp_path / 'manifest'
    manifest.write_text('name\tiscc_code\n' + ''.join(
        f'old {number}\tISCC:{codes_of(content, tmp_path).wide}\n' for number, content in enumerate(contents)))
    done = tool.run(
        datasets=tool.files_with(dict(zip(names, contents))), manifest={'name': 'old', 'path': str(manifest)},
        computed=None, on_mismatch='report', allow_unlisted=False, match_names='exact')
    assert done.returncode == 0
    rows = table(tool.output)
    assert [(row[1], meant(row[2])) for row in rows] == [('RENAMED', name) for name in names]


def test_checksum_file_and_collection_of_codes(names, tool_in, tmp_path):
    """What these can carry comes out of them; of what they can't, the first name is refused before hashing."""
    tool = tool_in('manifest', 'generate_manifest', ('output', 'checksums'))
    kept = [name for name in names if fits_checksum_line(name) and len(name) <= LONGEST_IDENTIFIER]
    done = tool.run(datasets=tool.files_with(dict.fromkeys(kept, CONTENT)), narrow=False, codes=True)
    assert done.returncode == 0
    code = codes_of(CONTENT, tmp_path).wide
    lines = ''.join(f'ISCC:{code} *{name}\n' for name in kept)
    assert tool.outputs['checksums'].read_bytes() == lines.encode()
    elements = json.loads((tool.folder / 'galaxy.json').read_text())['codes']['elements']
    assert [element['name'] for element in elements] == kept
    assert {(tool.folder / element['filename']).read_text() for element in elements} == {f'{code}\n'}
    assert all(re.fullmatch(r'codes/\d+', element['filename']) for element in elements)

    verify = tool_in('verify', 'verify_manifest', ('report', 'summary'))
    done = verify.run(
        datasets=verify.files_with(dict.fromkeys(kept, CONTENT)), computed=None, on_mismatch='fail',
        manifest={'name': 'checksums', 'path': str(tool.outputs['checksums'])}, allow_unlisted=False,
        match_names='exact')
    assert done.returncode == 0
    assert {row[1] for row in table(verify.output)} == {'OK'}

    for path in (tool.folder / 'codes').iterdir():
        path.unlink()
    (tool.folder / 'codes').rmdir()
    for name in set(names) - set(kept):
        done = tool.run(datasets=tool.files_with({'good': CONTENT, name: CONTENT}), narrow=False, codes=True)
        tool.fails(done, shown(name))
        assert 'can not stand in a checksum line' in done.stderr or 'too long for an element' in done.stderr


def test_image_codes(names, tool_in):
    """Of an image with two scenes, in all outputs; the names that elements can't have are in the tables alone."""
    tool = tool_in('images', 'generate_image_codes', ('manifest', 'views'), IMAGES_BIN)
    tool.slots = 2
    kept = [name for name in names if len(name) <= LONGEST_WITH_THUMBNAIL]
    for some, collections in ((names, False), (kept, True)):
        datasets = tool.files_with(dict.fromkeys(some, IMAGE))
        before = state(tool)
        done = tool.run(datasets=datasets, thumbnails=collections, metadata=collections)
        assert (done.returncode, done.stderr) == (0, '')
        scenes = [f'{name}#{number}' for name in some for number in (1, 2)]
        assert [meant(row[0]) for row in table(tool.output)] == scenes
        assert list(dict.fromkeys(meant(row[0]) for row in table(tool.outputs['views']))) == scenes
        assert state(tool) == before
    told = json.loads((tool.folder / 'galaxy.json').read_text())
    for collection, expected in ((THUMBNAIL_COLLECTION, scenes), (METADATA_COLLECTION, kept)):
        elements = told[collection]['elements']
        assert [element['name'] for element in elements] == expected
        assert [element['filename'] for element in elements] == [
            f'{collection}/{number + 1}' for number in range(len(expected))]
    for element in elements:
        content = json.loads((tool.folder / element['filename']).read_text())
        assert [content['name'], *(part['name'] for part in content['parts'])] == [
            element['name'], f'{element["name"]}#1', f'{element["name"]}#2']


def test_names_in_errors_of_images(names, tool_in):
    """An image that can't be read is named in one line."""
    tool = tool_in('images', 'generate_image_codes', ('manifest', 'views'), IMAGES_BIN)
    for name in names[::20]:
        done = tool.run(datasets=[tool.file_with(IMAGE[:999], name)], thumbnails=False, metadata=False)
        tool.fails(done, f'Image {shown(name)} can not be read whole.')
        assert done.stderr.count('\n') == 1


@pytest.mark.parametrize('collection, longest', [
    (METADATA_COLLECTION, longest_identifier(METADATA_COLLECTION)), (THUMBNAIL_COLLECTION, LONGEST_WITH_THUMBNAIL)])
def test_names_too_long_for_a_collection_of_images(tool_in, collection, longest):
    """They are refused before any image is read."""
    tool = tool_in('images', 'generate_image_codes', ('manifest',), IMAGES_BIN)
    outputs = dict.fromkeys([METADATA_COLLECTION, THUMBNAIL_COLLECTION], False) | {collection: True}
    longest_fits = tool.file_with(IMAGE, 'x' * longest)
    done = tool.run(datasets=[longest_fits], **outputs)
    assert (done.returncode, done.stderr) == (0, '')
    for long in ('x' * (longest + 1), 'ü' * 255):
        done = tool.run(datasets=[longest_fits, tool.file_with(IMAGE, long)], **outputs)
        tool.fails(done, shown(long), f'too long for an element of the collection of {collection}', f'{longest} char')
        assert done.stdout == ''


def test_names_in_an_image(names, tool_in):
    """Those that its metadata give to its scenes."""
    tool = tool_in('images', 'generate_image_codes', ('manifest',), IMAGES_BIN)
    multiscales = []
    for number, name in enumerate(names):
        array = tool.folder / 'image.zarr' / str(number)
        array.mkdir(parents=True)
        (array / '.zarray').write_text(
            '{"zarr_format": 2, "shape": [1, 1], "chunks": [1, 1], "dtype": "|u1", "fill_value": 0, "order": "C", '
            '"compressor": null, "filters": null}')
        (array / '0.0').write_bytes(b'x')
        multiscales.append({'name': name, 'axes': ['y', 'x'], 'datasets': [{'path': str(number)}]})
    (tool.folder / 'image.zarr' / '.zgroup').write_text('{"zarr_format": 2}')
    (tool.folder / 'image.zarr' / '.zattrs').write_text(json.dumps({'multiscales': multiscales}))
    before = state(tool)
    done = tool.run(datasets=[tool.folder_of(tool.folder / 'image.zarr')], thumbnails=True, metadata=False)
    assert (done.returncode, done.stderr) == (0, '')
    assert [meant(row[6]) for row in table(tool.output)] == names
    assert state(tool) == before


ALIKE = ('output', 'findings', 'clusters', 'plot', 'gallery', 'views')


def picture(number: int) -> bytes:
    """Return a PNG of noise, which looks like no other."""
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(number).integers(0, 256, (32, 32), np.uint8)).save(file, 'PNG')
    return file.getvalue()


def check_pairs(tool: Tool, names: list[str]) -> None:
    """Insist that each second image looks like the one before it, in all tables, and that the heatmap is drawn."""
    pairs = list(zip(names[::2], names[1::2], strict=True))
    both = [(name, match) for one, other in pairs for name, match in ((one, other), (other, one))]
    assert [(meant(row[1]), meant(row[4])) for row in table(tool.output)] == both
    assert [(meant(row[0]), meant(row[1])) for row in table(tool.outputs['findings'])] == pairs
    groups = [(meant(row[2]), meant(row[5])) for row in table(tool.outputs['clusters'])]
    assert sorted(groups) == sorted((name, one) for one, other in pairs for name in (one, other))
    assert tool.outputs['plot'].read_bytes().startswith(b'\x89PNG')


def test_images_that_look_alike(names, tool_in):
    """Two of each picture, in every table; all names are drawn beside their thumbnails, on the pages of a gallery."""
    names = names[:len(names) // 2 * 2]
    tool = tool_in('alike', 'find_similar_images', ALIKE, IMAGE_SIMILARITY_BIN)
    tool.slots = 2
    datasets = tool.files_with({name: picture(place // 2) for place, name in enumerate(names)})
    before = state(tool)
    done = tool.run(datasets=datasets, codes=[], reference=[], threshold=0)
    assert (done.returncode, done.stderr) == (0, '')
    check_pairs(tool, names)
    assert tool.outputs['gallery'].read_bytes().startswith(b'%PDF')
    assert [meant(row[0]) for row in table(tool.outputs['views'])] == names
    assert state(tool) == before

    # The same from the table of views; and in a reference, each image finds also itself.
    listed = tool_in('listed', 'find_similar_images', ALIKE[:-1], IMAGE_SIMILARITY_BIN)
    codes = [listed.described(name=names[0], path=str(tool.outputs['views']))]
    done = listed.run(datasets=[], codes=codes, reference=[], threshold=0)
    assert (done.returncode, done.stderr) == (0, '')
    check_pairs(listed, names)
    assert listed.outputs['gallery'].read_bytes().startswith(b'%PDF')
    done = listed.run(datasets=[], codes=codes, reference=codes, threshold=0)
    assert (done.returncode, done.stderr) == (0, '')
    assert [(meant(row[1]), meant(row[4])) for row in table(listed.output)] == [
        (name, match) for place, name in enumerate(names) for match in names[place & ~1:(place & ~1) + 2]]


def test_every_name_can_be_drawn_in_one_picture(names, tool_in):
    """In the gallery and heatmap of few images, which are no pages."""
    tool = tool_in('alike', 'find_similar_images', ('output', 'plot', 'gallery'), IMAGE_SIMILARITY_BIN)
    pictures = [picture(0), picture(1)]
    for first in range(0, len(names), 60):
        some = names[first:first + 60]
        datasets = tool.files_with({name: pictures[place % 2] for place, name in enumerate(some)})
        done = tool.run(datasets=datasets, codes=[], reference=[], threshold=0)
        assert (done.returncode, done.stderr) == (0, '')
        for output in ('plot', 'gallery'):
            assert tool.outputs[output].read_bytes().startswith(b'\x89PNG')


def test_names_in_errors_about_looks(names, tool_in):
    """Of an image that can't be read, and of a table that is none, in one line."""
    tool = tool_in('alike', 'find_similar_images', ALIKE, IMAGE_SIMILARITY_BIN)
    for name in names[::60]:
        done = tool.run(datasets=[tool.file_with(IMAGE[:999], name)] * 2, codes=[], reference=[], threshold=0)
        tool.fails(done, f'Image {shown(name)} can not be read whole.')
        assert done.stderr.count('\n') == 1
        done = tool.run(datasets=[], codes=[tool.file_with(CONTENT, name)], reference=[], threshold=0)
        tool.fails(done, f'Dataset {shown(name)} is no table of Image-Codes')
        assert done.stderr.count('\n') == 1


def test_similar_datasets(names, tool_in, tmp_path):
    """Two datasets of each content, in every table; the picture is drawn."""
    tool = tool_in(
        'similar', 'find_similar', ('output', 'clusters', 'plot', 'manifest'), SIMILARITY_BIN)
    contents = {name: f'content {place // 2}'.encode() for place, name in enumerate(names)}
    datasets = [{**dataset, 'id': str(number)} for number, dataset in enumerate(tool.files_with(contents))]
    before = state(tool)
    done = tool.run(datasets=datasets, codes=[], reference=[], threshold=0)
    assert (done.returncode, done.stderr) == (0, '')
    partner = {name: names[place ^ 1] for place, name in enumerate(names) if place ^ 1 < len(names)}
    found = {row[0]: (meant(row[1]), meant(row[4])) for row in table(tool.output)}
    assert found == {str(place): (name, partner.get(name, '')) for place, name in enumerate(names)}
    groups = table(tool.outputs['clusters'])
    assert sorted(meant(row[2]) for row in groups) == sorted(names)
    assert {(meant(row[2]), meant(row[5])) for row in groups} == {
        (name, names[place & ~1]) for place, name in enumerate(names)}
    assert [meant(row[0]) for row in table(tool.outputs['manifest'])] == names
    assert tool.outputs['plot'].read_bytes().startswith(b'\x89PNG')
    assert state(tool) == before


def test_provenance(names, tool_in, tmp_path):
    """As names of datasets and of steps, in the table and for OMERO; a name that no step can have is refused."""
    tool = tool_in('provenance', 'trace_chain', ('provenance',), SIMILARITY_BIN)
    code = f'ISCC:{codes_of(CONTENT, tmp_path).wide}'
    before = state(tool)
    of_steps = [name for name in names if name.strip() and len(name) <= LONGEST_NAME]
    listed = [
        tool.file_with(f'name\tiscc_code\n{spelt(name)}\t{code}\n'.encode(), file=f'dataset_{number}.dat')
        for number, name in enumerate(of_steps)
    ]
    made = {path: path.read_bytes() for path in tool.folder.glob('dataset_*.dat')}
    tool.succeeds(tool.run(
        steps=[{'name': name, 'codes': file} for name, file in zip(of_steps, listed)], threshold=0))
    rows = table(tool.output)
    assert [(meant(row[0]), meant(row[1]), row[2]) for row in rows] == [(name, name, code) for name in of_steps]
    first, *others = (f'{spelt(name)}: {spelt(name)}'.replace(';', '\\;') for name in of_steps)
    assert rows[0][3] == '; '.join(others) and rows[1][3].startswith(f'{first}; ')
    elements = json.loads((tool.folder / 'galaxy.json').read_text())['omero']['elements']
    assert [element['name'] for element in elements] == of_steps
    for element, name in zip(elements, of_steps):
        assert (tool.folder / element['filename']).read_text().split('\n')[2:] == [f'{spelt(name)}\t{code}', '']
    assert state(tool) == before | made


def test_every_name_can_be_drawn(names, tool_in):
    """In the picture of few datasets, each has its name beside its row."""
    tool = tool_in('similar', 'find_similar', ('output', 'plot'), SIMILARITY_BIN)
    for first in range(0, len(names), 100):
        datasets = tool.files_with(dict.fromkeys(names[first:first + 100], CONTENT))
        done = tool.run(datasets=datasets, codes=[], reference=[], threshold=0)
        assert (done.returncode, done.stderr) == (0, '')
        assert tool.outputs['plot'].read_bytes().startswith(b'\x89PNG')


def test_a_lone_code_has_the_name_of_its_file(names, tool_in, tmp_path):
    tool = tool_in('similar', 'find_similar', ('output',), SIMILARITY_BIN)
    path = tmp_path / 'code'
    path.write_text(codes_of(CONTENT, tmp_path).wide)
    files = [{'id': 'x', 'name': name, 'path': str(path)} for name in names]
    reference = tmp_path / 'reference'
    reference.write_text(f'name\tiscc_code\nx\t{codes_of(b"other", tmp_path).wide}\n')
    done = tool.run(
        datasets=[], codes=files, reference=[{'id': 'r', 'name': 'r', 'path': str(reference)}], threshold=0)
    assert (done.returncode, done.stderr) == (0, '')
    assert [meant(row[1]) for row in table(tool.output)] == names


@pytest.mark.parametrize('name', LONE_SURROGATES)
def test_half_of_a_surrogate_pair_is_refused(generate, generate_manifest, verify, find_similar, name, tmp_path):
    """No file can hold it; the job says so, and leaves no output."""
    dataset = generate.file_with(CONTENT, name)
    generate.fails(generate.run(dataset=dataset, output_format='json', narrow=False, units=False), 'UTF-8')
    generate_manifest.fails(generate_manifest.run(datasets=[dataset], narrow=False, codes=True), 'UTF-8')
    find_similar.fails(find_similar.run(datasets=[dataset] * 2, codes=[], reference=[], threshold=0), 'UTF-8')
    images = Tool(tmp_path, 'generate_image_codes', ('manifest',), IMAGES_BIN)
    done = images.run(datasets=[images.file_with(IMAGE, name)], thumbnails=True, metadata=True)
    images.fails(done, 'UTF-8')
    alike = Tool(tmp_path, 'find_similar_images', ALIKE, IMAGE_SIMILARITY_BIN)
    done = alike.run(datasets=[alike.file_with(picture(0), name)] * 2, codes=[], reference=[], threshold=0)
    alike.fails(done, 'UTF-8')
    metadata = tmp_path / 'metadata.json'
    metadata.write_text(json.dumps({'iscc': f'ISCC:{codes_of(CONTENT, tmp_path).wide}', 'name': name}))
    file = {'id': '1', 'name': 'metadata', 'path': str(metadata)}
    done = find_similar.run(datasets=[], codes=[file] * 2, reference=[], threshold=0)
    find_similar.fails(done, 'Dataset "metadata" is not ISCC metadata')
    done = verify.run(
        dataset=generate.file_with(CONTENT), expected_code='', expected_file=file, on_mismatch='report')
    verify.fails(done, 'Dataset "metadata" is not ISCC metadata')
