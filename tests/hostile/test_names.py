"""Hostile names through the commands of all tools: they come out as they went in, touch nothing else, and none runs."""

import csv
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from iscc_galaxy.commands.generate_image_codes import METADATA_COLLECTION, THUMBNAIL_COLLECTION
from iscc_galaxy.commands.generate_manifest import CODE_COLLECTION
from iscc_galaxy.commands.trace_chain import LONGEST_NAME
from iscc_galaxy.galaxy.job import shown
from iscc_galaxy.galaxy.outputs import longest_identifier
from local_galaxy.configuration import IMAGES_BIN, SIMILARITY_BIN, TEST_DATA
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
    assert all(re.fullmatch(r'codes/\d+\.txt', element['filename']) for element in elements)

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
    kept = [name for name in names if len(f'{name}#2') <= longest_identifier(THUMBNAIL_COLLECTION)]
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
    """An image that can't be read is named in one line; a name too long for a collection is refused before reading."""
    tool = tool_in('images', 'generate_image_codes', ('manifest', 'views'), IMAGES_BIN)
    for name in names[::20]:
        done = tool.run(datasets=[tool.file_with(IMAGE[:999], name)], thumbnails=True, metadata=False)
        tool.fails(done, f'Image {shown(name)} can not be read whole.')
        assert done.stderr.count('\n') == 1
    long = 'x' * (longest_identifier(METADATA_COLLECTION) + 1)
    done = tool.run(datasets=[tool.file_with(IMAGE, long)], thumbnails=False, metadata=True)
    tool.fails(done, shown(long), 'too long for an element')
    assert done.stdout == ''


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
    metadata = tmp_path / 'metadata.json'
    metadata.write_text(json.dumps({'iscc': f'ISCC:{codes_of(CONTENT, tmp_path).wide}', 'name': name}))
    file = {'id': '1', 'name': 'metadata', 'path': str(metadata)}
    done = find_similar.run(datasets=[], codes=[file] * 2, reference=[], threshold=0)
    find_similar.fails(done, 'Dataset "metadata" is not ISCC metadata')
    done = verify.run(
        dataset=generate.file_with(CONTENT), expected_code='', expected_file=file, on_mismatch='report')
    verify.fails(done, 'Dataset "metadata" is not ISCC metadata')
