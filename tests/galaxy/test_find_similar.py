"""Find datasets with similar ISCC-CODEs in Galaxy, where XML tests can't go: flat lists, hostile names, workflows."""

import csv

import pytest
from PIL import Image

from histories import all_called, output_of
from iscc_galaxy.formats.tables import escaped
from local_galaxy.staging import map_over
from names import HOSTILE_NAMES


@pytest.fixture
def table(history):
    return history.upload(**{'class': 'File', 'path': 'measurements.csv'})


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines(), delimiter='\t', quoting=csv.QUOTE_NONE))


def test_a_flat_list_with_hostile_names_and_a_folder(history, table, wide_code, galaxy_state, tmp_path):
    image = history.upload(**{'class': 'Directory', 'path': 'nuclei_ome.zarr', 'filetype': 'ome_zarr'})
    images = history.list_of({**dict.fromkeys(HOSTILE_NAMES, table), 'ome zarr': image})
    job = history.run('iscc_sum_similarity', input_files=images, extra_outputs=['clusters', 'plot', 'manifest'])
    names = [escaped(name) for name in HOSTILE_NAMES]
    pairs = [(row['filename'], row['match_filename']) for row in rows(history.text(job))]
    assert pairs == [(one, other) for one in names for other in names if one != other] + [('ome zarr', '')]
    groups = rows(history.text(job, 'clusters'))
    assert [row['filename'] for row in groups] == [*names, 'ome zarr']
    assert {row['file_id'] for row in groups if row['group'] == '1'} != {''}
    assert [row['name'] for row in rows(history.text(job, 'manifest'))] == [*names, 'ome zarr']
    picture = tmp_path / 'picture.png'
    picture.write_bytes(history.galaxy.datasets.download_dataset(output_of(job, 'plot')['id']))
    with Image.open(picture) as opened:
        assert opened.format == 'PNG'
    assert not all_called('injected', galaxy_state)


def test_a_list_of_codes_is_named_by_its_identifiers(history, table):
    """Generate mapped over a list, then all codes compared in one job, without hashing again."""
    image = history.upload(**{'class': 'File', 'path': 'nuclei.tiff'})
    images = history.list_of({'raw': image, "copy of 'raw'": image, 'table': table})
    job = history.run('iscc_sum', input_file=map_over(images))
    codes = {'src': 'hdca', 'id': job['answer']['implicit_collections'][0]['id']}
    found = rows(history.text(history.run('iscc_sum_similarity', codes=codes)))
    assert [(row['filename'], row['match_filename'], row['distance']) for row in found] == [
        ('raw', "copy of 'raw'", '0'), ("copy of 'raw'", 'raw', '0'), ('table', '', '-1'),
    ]
    assert all(row['file_id'].endswith(':1') for row in found)


def test_a_new_dataset_is_searched_for_in_a_manifest(history, table):
    image = history.upload(**{'class': 'File', 'path': 'nuclei.tiff'})
    edited = history.upload(**{'class': 'File', 'path': 'nuclei_edited.tiff'})
    job = history.run('iscc_sum_manifest', input_files=history.list_of({'registered': image, 'table': table}))
    registry = output_of(job, 'manifest')
    found = rows(history.text(history.run('iscc_sum_similarity', input_files={'values': [edited]}, reference=registry)))
    assert [(row['filename'], row['match_filename'], row['distance']) for row in found] == [
        ('nuclei_edited.tiff', 'registered', '4'),
    ]


@pytest.mark.alone
def test_one_dataset_that_cannot_be_hashed_fails_the_job(history, table, hasher):
    hasher('echo "disk on fire" >&2; exit 2')
    images = history.list_of({'one': table, 'other': table})
    job = history.run('iscc_sum_similarity', input_files=images, extra_outputs=['clusters', 'plot', 'manifest'])
    assert job['state'] == 'error'
    assert 'could not hash dataset "one"' in job['tool_stderr']
    outputs = [history.galaxy.datasets.show_dataset(output['id']) for output in job['answer']['outputs']]
    assert [(output['state'], output['file_size']) for output in outputs] == [('error', 0)] * 4
