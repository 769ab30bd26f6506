"""Codes of pixels in Galaxy, where XML tests can not go: flat and nested lists, and the tools that take the codes."""

import pytest

from histories import History, output_of
from iscc_galaxy.formats.tables import escaped
from local_galaxy.staging import texts_of
from names import HOSTILE_NAMES

# The same pixels in four formats.
SAME = {
    'imagej.tiff': {'class': 'File', 'path': 'images/imagej.tiff', 'filetype': 'tiff'},
    'lzw.ome.tiff': {'class': 'File', 'path': 'images/lzw.ome.tiff', 'filetype': 'ome.tiff'},
    'planes.ome.zarr': {'class': 'Directory', 'path': 'planes.ome.zarr', 'filetype': 'ome_zarr'},
    'sharded.ome.zarr': {'class': 'Directory', 'path': 'sharded.ome.zarr', 'filetype': 'ome_zarr'},
}
# By iscc-core and iscc-lib, as tests/unit/test_expected_codes.py knows.
CODE = 'ISCC:K4AENA52ZC46BUDCMENV7DRBN5DFUKXVMGE2YHGOPWE3DCFSEI37EHY'
CHANGED = {'class': 'File', 'path': 'images/changed.ome.tiff', 'filetype': 'ome.tiff'}
COLOUR = {'class': 'File', 'path': 'images/colour.png', 'filetype': 'png'}


@pytest.fixture
def same(history) -> dict[str, dict[str, str]]:
    return {name: history.upload(**item) for name, item in SAME.items()}


def names_and_codes(manifest: str) -> list[list[str]]:
    return [line.split('\t')[:2] for line in manifest.splitlines()[1:]]


def manifest_of(history: History, datasets: dict[str, dict[str, str]]) -> dict[str, str]:
    """Make a pixel manifest of a list; return what refers to it."""
    return output_of(history.run('iscc_image', input_files=history.list_of(datasets)), 'manifest')


def test_a_flat_list_of_files_and_folders(history, same):
    """In all outputs; hostile identifiers come out as they went in."""
    images = history.list_of(same | dict.fromkeys(HOSTILE_NAMES, history.upload(**COLOUR)))
    job = history.run('iscc_image', input_files=images, extra_outputs=['views', 'thumbnails', 'metadata'])
    manifest = names_and_codes(history.text(job, 'manifest'))
    assert manifest[:4] == [[name, CODE] for name in SAME]
    assert [name for name, _ in manifest] == [*SAME, *map(escaped, HOSTILE_NAMES)]
    views = names_and_codes(history.text(job, 'views'))
    # Two views of each channel.
    assert [name for name, _ in views] == [name for name in SAME for _ in range(4)] + [*map(escaped, HOSTILE_NAMES)]
    assert len({tuple(code for _, code in views[first:first + 4]) for first in range(0, 16, 4)}) == 1
    thumbnails, metadata = (
        history.galaxy.dataset_collections.show_dataset_collection(each['id'])['elements']
        for each in job['answer']['output_collections'])
    for elements, extension in ((thumbnails, 'png'), (metadata, 'json')):
        assert [element['element_identifier'] for element in elements] == [*SAME, *HOSTILE_NAMES]
        assert {(element['object']['file_ext'], element['object']['state']) for element in elements} == {
            (extension, 'ok')}


def test_a_nested_list_of_images(history, same):
    images = history.nested_list_of({'plate 1': same, "plate '2'": dict(list(same.items())[:1])})
    job = history.run('iscc_image', input_collection=images)
    expected = [[f'plate 1/{name}', CODE] for name in SAME] + [["plate '2'/imagej.tiff", CODE]]
    assert names_and_codes(history.text(job, 'manifest')) == expected


def test_a_manifest_verifies_another_one(history, same):
    """That of the images before a conversion, that of the images after it."""
    before = manifest_of(history, {'a.tiff': same['imagej.tiff'], 'b.tiff': same['imagej.tiff']})
    kept = manifest_of(history, {'a.ome.tiff': same['lzw.ome.tiff'], 'b.ome.zarr': same['planes.ome.zarr']})
    lost = manifest_of(history, {'a.ome.tiff': same['lzw.ome.tiff'], 'b.ome.tiff': history.upload(**CHANGED)})
    options = {'manifest': before, 'on_mismatch': 'fail', 'match_names': 'loose'}
    job = history.run('iscc_sum_verify_manifest', computed=kept, **options)
    assert history.text(job, 'summary').startswith('OK\n2 datasets came, 2 were listed: all as listed.\n')
    job = history.run('iscc_sum_verify_manifest', computed=lost, **options)
    assert job['state'] == 'error'
    assert '2 datasets came, 2 were listed: 1 modified.' in job['tool_stderr']


def test_pixels_are_not_verified_against_files(history, same):
    """Nor compared with them."""
    image = history.list_of({'imagej.tiff': same['imagej.tiff']})
    of_files = output_of(history.run('iscc_sum_manifest', input_files=image), 'manifest')
    of_pixels = output_of(history.run('iscc_image', input_files=image), 'manifest')
    for computed, manifest in ((of_files, of_pixels), (of_pixels, of_files)):
        job = history.run('iscc_sum_verify_manifest', computed=computed, manifest=manifest)
        assert job['state'] == 'error'
        assert 'pixels' in job['tool_stderr'] and 'Traceback' not in job['tool_stderr']
    job = history.run('iscc_sum_verify_manifest', input_files=image, manifest=of_pixels)
    assert job['state'] == 'error'
    assert 'pixels' in job['tool_stderr'] and 'Traceback' not in job['tool_stderr']


def test_the_same_images_are_found_and_traced(history, same):
    raw = manifest_of(history, {'raw.tiff': same['imagej.tiff'], 'other.tiff': history.upload(**COLOUR)})
    converted = manifest_of(history, {'converted.zarr': same['planes.ome.zarr']})
    job = history.run('iscc_sum_similarity', codes={'values': [raw, converted]}, threshold=0)
    pairs = [line.split('\t') for line in history.text(job).splitlines()[1:]]
    assert [(pair[1], pair[4]) for pair in pairs if pair[4]] == [
        ('raw.tiff', 'converted.zarr'), ('converted.zarr', 'raw.tiff')]
    job = history.run('iscc_sum_provenance', **{
        'steps_0|name': 'raw', 'steps_0|codes': raw, 'steps_1|name': 'converted', 'steps_1|codes': converted})
    assert 'converted.zarr' in history.text(job, 'provenance').splitlines()[1]


def test_one_image_that_cannot_be_read_fails_the_job(history, same):
    broken = history.upload(**{'class': 'File', 'path': 'images/truncated.ome.tiff', 'filetype': 'ome.tiff'})
    job = history.run(
        'iscc_image', input_files=history.list_of(same | {'broken': broken}), extra_outputs=['views', 'thumbnails'])
    assert job['state'] == 'error'
    assert 'Image "broken" can not be read whole.' in job['tool_stderr']
    outputs = [history.galaxy.datasets.show_dataset(output['id']) for output in job['answer']['outputs']]
    assert [(output['state'], output['file_size']) for output in outputs] == [('error', 0)] * 2
    assert texts_of(history.galaxy, job['answer']['output_collections'][0]['id']) == {}
