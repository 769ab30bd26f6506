"""Hostile names through all tools in the running Galaxy: as names of datasets, and as identifiers in collections.

What Galaxy itself changes or refuses is seen from what its API says that a name is.
"""

import json
import os
from pathlib import Path

import pytest
from bioblend import ConnectionError as Refused
from bioblend.galaxy import GalaxyInstance
from bioblend.galaxy.dataset_collections import CollectionDescription, CollectionElement, HistoryDatasetElement

from histories import all_called, History, output_of
from iscc_galaxy.commands.generate_image_codes import LONGEST_NAME as LONGEST_WITH_THUMBNAIL
from iscc_galaxy.commands.generate_manifest import CODE_COLLECTION
from iscc_galaxy.galaxy.job import shown
from iscc_galaxy.galaxy.outputs import longest_identifier
from local_galaxy.staging import map_over, texts_of, wait_for
from names import fits_checksum_line, hostile_names, LONE_SURROGATES, meant
from oracle import codes_of

LONGEST_IDENTIFIER = longest_identifier(CODE_COLLECTION)

CONTENTS = [f'content {number}\n'.encode() for number in range(6)]
# Galaxy cuts the name of a dataset.
LONGEST_NAME = 255
# Each name is an identifier; one in so many is also the name of a dataset, and has a job of its own.
NAMED, MAPPED = 7, 40


@pytest.fixture
def names(galaxy_state):
    """Yield the names, and insist at the end that none of them ran as a command, in a job or in the server."""
    yield hostile_names(galaxy_state / 'canary')
    assert not [path for folder in (galaxy_state, Path()) for path in all_called('canary', folder)]


@pytest.fixture(scope='module')
def datasets():
    """Upload a dataset of each content, and return what refers to them."""
    history = History(GalaxyInstance(os.environ['GALAXY_URL'], os.environ['GALAXY_USER_KEY']), 'datasets')
    elements = [
        {'src': 'pasted', 'paste_content': content.decode(), 'ext': 'txt', 'name': 'x'} for content in CONTENTS
    ]
    targets = [{'destination': {'type': 'hdas'}, 'elements': elements}]
    answer = history.galaxy.make_post_request(
        f'{history.galaxy.url}/tools/fetch', {'history_id': history.id, 'targets': targets})
    wait_for(history.galaxy, answer['jobs'][0]['id'])
    return [{'src': 'hda', 'id': output['id']} for output in answer['outputs']]


@pytest.fixture
def copies(history, datasets):
    """Copy datasets into the history."""
    def copies(count: int) -> list[dict[str, str]]:
        made = [
            history.galaxy.histories.copy_dataset(history.id, datasets[number % len(datasets)]['id'])
            for number in range(count)
        ]
        return [{'src': 'hda', 'id': dataset['id']} for dataset in made]
    return copies


@pytest.fixture
def collection_of(history, datasets):
    """Make a collection of some datasets; its elements are a name each, or a name and the elements in that."""
    def collection_of(kind: str, elements: list) -> dict[str, str]:
        numbers = iter(range(10 ** 6))

        def made(kind: str, element):
            if isinstance(element, str):
                return HistoryDatasetElement(element, datasets[next(numbers) % len(datasets)]['id'])
            name, inner = element
            return CollectionElement(name, kind, [made(kind.partition(':')[2], each) for each in inner])

        description = CollectionDescription('c', kind, [made(kind.partition(':')[2], each) for each in elements])
        return {'src': 'hdca', 'id': history.galaxy.histories.create_dataset_collection(history.id, description)['id']}
    return collection_of


def identifiers(history, collection: dict[str, str]) -> list[tuple[str, ...]]:
    """Return the identifiers of each dataset of a collection, from the outermost on, as Galaxy's API has them."""
    def walk(elements: list[dict], outer: tuple[str, ...]) -> list[tuple[str, ...]]:
        found = []
        for element in elements:
            path = (*outer, element['element_identifier'])
            found += [path] if element['element_type'] == 'hda' else walk(element['object']['elements'], path)
        return found
    return walk(history.galaxy.dataset_collections.show_dataset_collection(collection['id'])['elements'], ())


def column(text: str, name: str) -> list[str]:
    """Return the names in a column of a table."""
    header, *rows = [line.split('\t') for line in text.split('\n')[:-1]]
    assert {len(row) for row in rows} == {len(header)}
    return [meant(row[header.index(name)]) for row in rows]


def check_all_many_dataset_tools(history, names: list[str], **inputs) -> None:
    """Insist that these are the names in every table of the tools for many datasets, in this order."""
    job = history.run('iscc_sum_manifest', **inputs)
    assert column(history.text(job, 'manifest'), 'name') == names
    manifest = output_of(job, 'manifest')
    verified = history.run('iscc_sum_verify_manifest', **inputs, manifest=manifest, on_mismatch='fail')
    assert column(history.text(verified, 'report'), 'name') == names
    assert history.text(verified, 'summary').startswith('OK\n')
    assert f'\nOK\t{len(names)}\nMODIFIED\t0\n' in history.text(verified, 'summary')
    similar = history.run(
        'iscc_sum_similarity', **inputs, threshold=0, extra_outputs=['clusters', 'plot', 'manifest'])
    assert list(dict.fromkeys(column(history.text(similar), 'filename'))) == list(dict.fromkeys(names))
    assert set(column(history.text(similar), 'match_filename')) <= {*names, ''}
    assert sorted(column(history.text(similar, 'clusters'), 'filename')) == sorted(names)
    assert column(history.text(similar, 'manifest'), 'name') == names


def test_a_list(history, names, collection_of):
    """All names in one list. Galaxy takes an empty identifier for `None`, and leaves every other as it is."""
    elements = collection_of('list', names)
    found = [name for name, in identifiers(history, elements)]
    assert found == [name or 'None' for name in names]
    check_all_many_dataset_tools(history, found, input_files=elements)


@pytest.mark.parametrize('kind', ['list:list', 'list:list:paired'])
def test_a_nested_collection(history, names, collection_of, kind):
    """Names as identifiers on all levels, joined by `/`."""
    pair = ['forward', 'reverse']
    elements = collection_of(kind, {
        'list:list': [(names[number], names[number:number + 9]) for number in range(0, len(names), 9)],
        'list:list:paired': [
            (names[-number], [(name, pair) for name in names[number:number + 30]])
            for number in range(30, len(names), 60)
        ],
    }[kind])
    found = ['/'.join(path) for path in identifiers(history, elements)]
    assert len(found) > 700
    check_all_many_dataset_tools(history, found, input_collection=elements)


def test_checksum_file_and_collection_of_codes(history, names, collection_of):
    """These carry what they can, and verify it; what they can't fails the job by name."""
    kept = [name for name in names if fits_checksum_line(name) and len(name) <= LONGEST_IDENTIFIER]
    elements = collection_of('list', kept)
    job = history.run('iscc_sum_manifest', input_files=elements, extra_outputs=['checksums', 'codes'])
    lines = history.text(job, 'checksums').split('\n')
    assert [line.split(' *', 1)[1] for line in lines[:-1]] == kept
    codes = {'src': 'hdca', 'id': job['answer']['output_collections'][0]['id']}
    assert [name for name, in identifiers(history, codes)] == kept
    verified = history.run('iscc_sum_verify_manifest', input_files=elements, manifest=output_of(job, 'checksums'))
    assert history.text(verified, 'summary').startswith('OK\n')
    assert f'\nOK\t{len(kept)}\nMODIFIED\t0\n' in history.text(verified, 'summary')
    assert column(history.text(verified, 'report'), 'name') == kept
    # Codes alone are named by the identifiers of their files.
    similar = history.run('iscc_sum_similarity', codes=codes, threshold=0)
    assert list(dict.fromkeys(column(history.text(similar), 'filename'))) == kept

    for name, extra in (('two\nlines', 'checksums'), ('a/', 'checksums'), ('x' * (LONGEST_IDENTIFIER + 1), 'codes')):
        job = history.run('iscc_sum_manifest', input_files=collection_of('list', ['x', name]), extra_outputs=[extra])
        assert (job['state'], shown(name) in job['tool_stderr']) == ('error', True)


def test_images(history, names):
    """In the tables all names, also joined by `/`; in the collections those that these can carry."""
    image = history.upload(**{'class': 'File', 'path': 'images/cells.png', 'filetype': 'png'})
    found = [name or 'None' for name in names]
    job = history.run('iscc_image', input_files=history.list_of(dict.fromkeys(names, image)), extra_outputs=['views'])
    assert column(history.text(job, 'manifest'), 'name') == column(history.text(job, 'views'), 'name') == found
    nested = history.nested_list_of({name: {name: image} for name in names})
    job = history.run('iscc_image', input_collection=nested)
    assert column(history.text(job, 'manifest'), 'name') == [f'{name}/{name}' for name in found]
    kept = [name for name in names if 0 < len(name) <= LONGEST_WITH_THUMBNAIL]
    job = history.run(
        'iscc_image', input_files=history.list_of(dict.fromkeys(kept, image)),
        extra_outputs=['thumbnails', 'metadata'])
    assert job['state'] == 'ok'
    for collection in job['answer']['output_collections']:
        assert [name for name, in identifiers(history, collection)] == kept


LOOK_ALIKE = ['findings', 'clusters', 'gallery', 'plot', 'views']


def check_pictures(history, job: dict) -> None:
    """Insist that the gallery and the heatmap are there."""
    for output, extensions in (('gallery', ('png', 'pdf')), ('plot', ('png',))):
        dataset = history.galaxy.datasets.show_dataset(output_of(job, output)['id'])
        assert dataset['state'] == 'ok' and dataset['file_ext'] in extensions and dataset['file_size'] > 1000


def test_images_that_look_alike(history, names):
    """In all tables and pictures: of images in a list, joined by `/`, of tables, and in a reference."""
    image = history.upload(**{'class': 'File', 'path': 'images/cells.png', 'filetype': 'png'})
    found = [name or 'None' for name in names]
    listed = history.run(
        'iscc_image', input_files=history.list_of({names[0]: image}), extra_outputs=['views'])
    reference = output_of(listed, 'views')
    job = history.run(
        'iscc_image_similarity', input_files=history.list_of(dict.fromkeys(names, image)), reference=reference,
        extra_outputs=LOOK_ALIKE)
    pairs = history.text(job)
    assert (column(pairs, 'filename'), set(column(pairs, 'match_filename'))) == (found, {found[0]})
    findings = history.text(job, 'findings')
    assert (column(findings, 'dataset'), set(column(findings, 'similar_to'))) == (found, {found[0]})
    assert sorted(column(history.text(job, 'clusters'), 'filename')) == sorted([*found, found[0]])
    assert column(history.text(job, 'views'), 'name') == found
    check_pictures(history, job)

    again = history.run(
        'iscc_image_similarity', codes=output_of(job, 'views'), reference=reference, extra_outputs=LOOK_ALIKE[:-1])
    assert column(history.text(again), 'filename') == found
    check_pictures(history, again)

    some = names[::20]
    nested = history.nested_list_of({name: {name: image} for name in some})
    job = history.run('iscc_image_similarity', input_collection=nested, extra_outputs=LOOK_ALIKE)
    joined = [f'{name or "None"}/{name or "None"}' for name in some]
    pairs = history.text(job)
    assert list(zip(column(pairs, 'filename'), column(pairs, 'match_filename'))) == [
        (name, other) for name in joined for other in joined if other != name]
    assert column(history.text(job, 'clusters'), 'filename') == joined
    check_pictures(history, job)


def test_images_by_their_own_names(history, names):
    """Renamed through the API."""
    some = names[::MAPPED]
    image = history.upload(**{'class': 'File', 'path': 'images/cells.png', 'filetype': 'png'})
    copies = [history.galaxy.histories.copy_dataset(history.id, image['id'])['id'] for _ in some]
    for copy, name in zip(copies, some):
        history.galaxy.histories.update_dataset(history.id, copy, name=name)
    found = [history.galaxy.datasets.show_dataset(copy)['name'] for copy in copies]
    assert found == [name[:LONGEST_NAME] for name in some]
    datasets = {'values': [{'src': 'hda', 'id': copy} for copy in copies]}
    job = history.run('iscc_image', input_files=datasets, extra_outputs=['views'])
    assert column(history.text(job, 'manifest'), 'name') == column(history.text(job, 'views'), 'name') == found
    job = history.run('iscc_image_similarity', input_files=datasets, extra_outputs=LOOK_ALIKE)
    assert list(dict.fromkeys(column(history.text(job), 'filename'))) == found
    assert column(history.text(job, 'clusters'), 'filename') == found
    check_pictures(history, job)


def test_a_name_too_long_for_thumbnails(history):
    image = history.upload(**{'class': 'File', 'path': 'images/cells.png', 'filetype': 'png'})
    name = 'x' * 255
    job = history.run(
        'iscc_image', input_files=history.list_of({'short': image, name: image}), extra_outputs=['thumbnails'])
    assert (job['state'], 'is too long for an element of the collection of thumbnails' in job['tool_stderr']) == (
        'error', True)
    assert job['tool_stdout'] == ''


def test_datasets_by_their_own_names(history, names, copies):
    """Renamed through the API. Galaxy cuts a name after 255 characters."""
    names = [*names[::NAMED], 'x' * LONGEST_NAME, 'y' * (LONGEST_NAME + 1)]
    single = copies(len(names))
    for dataset, name in zip(single, names):
        history.galaxy.histories.update_dataset(history.id, dataset['id'], name=name)
    listed = history.galaxy.datasets.get_datasets(history_id=history.id, limit=len(names), order='hid-asc')
    found = [dataset['name'] for dataset in listed]
    assert found == [name[:LONGEST_NAME] for name in names]
    check_all_many_dataset_tools(history, found, input_files={'values': single})
    for dataset, name in list(zip(single, found))[::MAPPED // NAMED]:
        job = history.run('iscc_sum', input_file=dataset, output_format='json')
        assert json.loads(history.text(job))['name'] == name


def test_tools_that_are_mapped(history, names, collection_of, tmp_path):
    """Generate and Verify, one job for each name; Verify looks each up in a manifest of all."""
    some = names[::MAPPED]
    elements = collection_of('list', some)
    found = [name for name, in identifiers(history, elements)]
    job = history.run('iscc_sum', input_file=map_over(elements), output_format='json')
    generated = history.texts(job)
    assert [json.loads(text)['name'] for text in generated.values()] == found
    assert list(generated) == found
    fitting = [name for name in found if fits_checksum_line(name)]
    job = history.run('iscc_sum', input_file=map_over(collection_of('list', fitting)), output_format='checksum')
    assert [text.split(' *', 1)[1] for text in history.texts(job).values()] == [f'{name}\n' for name in fitting]
    manifest = history.run('iscc_sum_manifest', input_files=elements)
    job = history.run('iscc_sum_verify', input_file=map_over(elements), expected_file=output_of(manifest, 'manifest'))
    reports = history.texts(job)
    assert list(reports) == found
    for number, report in enumerate(reports.values()):
        code = codes_of(CONTENTS[number % len(CONTENTS)], tmp_path).wide
        assert report.startswith(f'OK - ISCC-CODEs match\nExpected:  {code}\n')


@pytest.mark.parametrize('name', LONE_SURROGATES)
def test_galaxy_refuses_half_of_a_surrogate_pair(history, collection_of, copies, name):
    """It has no form in UTF-8, so no database keeps it and no job gets to see it."""
    dataset, = copies(1)
    with pytest.raises(Refused, match='500'):
        history.galaxy.histories.update_dataset(history.id, dataset['id'], name=name)
    with pytest.raises(Refused, match='500'):
        collection_of('list', [name])


def test_galaxy_refuses_equal_identifiers(collection_of):
    with pytest.raises(Refused, match='[Dd]uplicate'):
        collection_of('list', ['x', 'x'])


def test_equal_names_of_datasets(history, copies):
    single = copies(3)
    check_all_many_dataset_tools(history, ['x'] * 3, input_files={'values': single})
    job = history.run('iscc_sum_manifest', input_files={'values': single}, extra_outputs=['codes'])
    codes = texts_of(history.galaxy, job['answer']['output_collections'][0]['id'])
    assert list(codes) == ['x', 'x (2)', 'x (3)']
