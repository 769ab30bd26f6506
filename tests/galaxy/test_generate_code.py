"""Generate ISCC-CODE in Galaxy, where XML tests can't go: mapped collections, names of datasets, broken hashers."""

import json
import tarfile

import pytest
from bioblend.util import attach_file

from histories import all_called
from local_galaxy.configuration import TEST_DATA
from local_galaxy.staging import map_over, wait_for
from names import HOSTILE_NAMES

COMMANDS = (
    '$(touch injected1)`touch injected2`\';touch injected3;\'";touch injected4;"${__import__("os").mkdir("injected5")}'
)


@pytest.mark.parametrize('name', HOSTILE_NAMES)
def test_the_name_of_a_dataset_comes_out_as_it_went_in(history, name, wide_code):
    dataset = history.upload(**{'class': 'File', 'path': 'measurements.csv', 'name': name})
    assert history.galaxy.datasets.show_dataset(dataset['id'])['name'] == name
    line = history.text(history.run('iscc_sum', input_file=dataset, output_format='checksum'))
    assert line == f'ISCC:{wide_code("measurements.csv")} *{name}\n'
    metadata = json.loads(history.text(history.run('iscc_sum', input_file=dataset, output_format='json')))
    assert metadata['name'] == name


def test_no_name_runs_as_a_command(history, galaxy_state):
    """Through every output format, as the name of a dataset and as the identifier of an element."""
    dataset = history.upload(**{'class': 'File', 'path': 'measurements.csv', 'name': COMMANDS})
    collection = history.list_of({COMMANDS: dataset})
    for output_format in ('code', 'iscc', 'checksum', 'json'):
        history.text(history.run('iscc_sum', input_file=dataset, output_format=output_format))
        history.run('iscc_sum', input_file=map_over(collection), output_format=output_format)
    assert not all_called('injected', galaxy_state)


def test_a_list_gives_a_code_for_each_element(history, wide_code):
    table = history.upload(**{'class': 'File', 'path': 'measurements.csv'})
    image = history.upload(**{'class': 'Directory', 'path': 'nuclei_ome.zarr', 'filetype': 'ome_zarr'})
    collection = history.list_of({**dict.fromkeys(HOSTILE_NAMES, table), 'ome zarr': image})
    job = history.run('iscc_sum', input_file=map_over(collection), output_format='checksum')
    texts = history.texts(job)
    assert texts == {
        **{name: f'ISCC:{wide_code("measurements.csv")} *{name}\n' for name in HOSTILE_NAMES},
        'ome zarr': f'ISCC:{wide_code("nuclei_ome.zarr")} *ome zarr/\n',
    }


def test_a_nested_list_keeps_its_shape(history, wide_code):
    plates = {'plate 1': {'A1': 'nuclei.png', 'A2': 'nuclei.tiff'}, 'plate 2': {'A1': 'measurements.csv'}}
    collection = history.upload(**{'class': 'Collection', 'collection_type': 'list:list', 'elements': [
        {'class': 'Collection', 'type': 'list', 'identifier': plate, 'elements': [
            {'class': 'File', 'identifier': well, 'path': path} for well, path in wells.items()
        ]} for plate, wells in plates.items()
    ]})
    job = history.run('iscc_sum', input_file=map_over(collection))
    assert history.texts(job) == {
        f'{plate} > {well}': wide_code(path) + '\n' for plate, wells in plates.items() for well, path in wells.items()
    }


@pytest.mark.parametrize('identifier', ['two\nlines', 'ends in/'])
def test_a_checksum_line_refuses_an_identifier_it_cannot_carry(history, identifier):
    collection = history.upload(**{'class': 'Collection', 'collection_type': 'list', 'elements': [
        {'class': 'File', 'identifier': identifier, 'path': 'measurements.csv'},
    ]})
    job = history.run('iscc_sum', input_file=map_over(collection), output_format='checksum')
    assert job['state'] == 'error'
    assert f'The dataset name {json.dumps(identifier)} can not stand in a checksum line' in job['tool_stderr']


def test_a_dataset_with_content_in_two_places_is_an_error(history, tmp_path):
    """An HTML report with its figures: a main file of its own, and more files beside it."""
    archive = tmp_path / 'figures.tar'
    with tarfile.open(archive, 'w') as tar:
        tar.add(TEST_DATA / 'nuclei.png', 'figure.png')
    element = {
        'src': 'pasted', 'paste_content': '<html><img src="figure.png"></html>\n', 'ext': 'html', 'name': 'report',
        'extra_files': {'src': 'files', 'items_from': 'archive', 'fuzzy_root': False},
    }
    payload = {
        'history_id': history.id, 'targets': json.dumps([{'destination': {'type': 'hdas'}, 'elements': [element]}]),
        'files_0|file_data': attach_file(archive),
    }
    answer = history.galaxy.make_post_request(f'{history.galaxy.url}/tools/fetch', payload, files_attached=True)
    wait_for(history.galaxy, answer['jobs'][0]['id'])
    job = history.run('iscc_sum', input_file={'src': 'hda', 'id': answer['outputs'][0]['id']})
    assert job['state'] == 'error'
    assert 'Dataset "report" keeps content in 1 further file(s)' in job['tool_stderr']


@pytest.mark.alone
@pytest.mark.parametrize('script, reason', [
    ('echo "disk on fire" >&2; exit 2', 'disk on fire'),
    ('exit 0', 'no valid ISCC-CODE'),
    ('echo "skipped a file" >&2; exit 0', 'skipped a file'),
    ('echo hello', 'no valid ISCC-CODE'),
])
def test_a_broken_hasher_fails_the_job(history, hasher, script, reason):
    dataset = history.upload(**{'class': 'File', 'path': 'nuclei.png'})
    hasher(script)
    job = history.run('iscc_sum', input_file=dataset)
    assert job['state'] == 'error'
    assert reason in job['tool_stderr']
    output = history.galaxy.datasets.show_dataset(job['answer']['outputs'][0]['id'])
    assert (output['state'], output['file_size']) == ('error', 0)
