"""Data go into a local Galaxy, tools run on them, results come out. Where an id is asked for, it is Galaxy's."""

from typing import Any

from bioblend.galaxy import GalaxyInstance
from bioblend.galaxy.dataset_collections import CollectionDescription, HistoryDatasetElement
from galaxy.tool_util.client.staging import InteractorStaging

from local_galaxy.configuration import TEST_DATA

JOB_SECONDS = 120
POLL_SECONDS = 0.2

# What a user would upload first: an image in two formats, an OME-Zarr folder, a collection in which versions of one
# image have lost each other, one with the same pixels in four formats, and one
# of a raw image, pictures made of it and other fields.
SAMPLES = {
    'png': {'class': 'File', 'path': 'nuclei.png'},
    'tiff': {'class': 'File', 'path': 'nuclei.tiff'},
    'ome_zarr': {'class': 'Directory', 'path': 'nuclei_ome.zarr', 'filetype': 'ome_zarr'},
    'collection': {
        'class': 'Collection', 'collection_type': 'list', 'name': 'Experiment 1', 'elements': [
            {'class': 'File', 'identifier': 'raw.tiff', 'path': 'nuclei.tiff'},
            {'class': 'File', 'identifier': 'copy of raw.tiff', 'path': 'nuclei.tiff'},
            {'class': 'File', 'identifier': 'edited.tiff', 'path': 'nuclei_edited.tiff'},
            {'class': 'File', 'identifier': 'described.tiff', 'path': 'nuclei_described.tiff'},
            {'class': 'File', 'identifier': 'two channels.ome.tiff', 'path': 'nuclei.ome.tiff'},
            {'class': 'File', 'identifier': 'measurements.csv', 'path': 'measurements.csv'},
        ],
    },
    'formats': {
        'class': 'Collection', 'collection_type': 'list', 'name': 'One image in four formats', 'elements': [
            {'class': 'File', 'identifier': 'nuclei.tiff', 'path': 'nuclei.tiff'},
            {'class': 'File', 'identifier': 'nuclei.ome.tiff', 'path': 'images/nuclei.ome.tiff'},
            {'class': 'Directory', 'identifier': 'nuclei.ome.zarr', 'path': 'nuclei_ome.zarr', 'filetype': 'ome_zarr'},
            {'class': 'File', 'identifier': 'nuclei.png', 'path': 'images/nuclei_16_bit.png'},
        ],
    },
    'look_alikes': {
        'class': 'Collection', 'collection_type': 'list', 'name': 'Figures and fields', 'elements': [
            {'class': 'File', 'identifier': name, 'path': f'look_alikes/{name}'}
            for name in ('field.tiff', 'exported.png', 'small.jpg', 'framed.png', 'other.tiff', 'third.tiff')
        ],
    },
}


class _Staging(InteractorStaging):
    """How Galaxy's tool tests upload their inputs. They would wait a day for an upload, and this JOB_SECONDS."""

    def _handle_job(self, job_response: dict[str, Any]) -> None:
        self.galaxy_interactor.wait_for_job(job_response['id'], maxseconds=JOB_SECONDS)


def upload(galaxy: GalaxyInstance, history_id: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Upload files, folders and collections of the test data, unchanged.

    `inputs` is written as planemo's job files are: `class` File, Directory or Collection. Return what refers to
    each in the inputs of a tool. Raise an Exception if an upload fails or takes longer than JOB_SECONDS.
    """
    # All tests import this module, few upload; this takes half a second, and warns of what Galaxy itself imports.
    from galaxy.tool_util.verify.interactor import GalaxyInteractorApi
    interactor = GalaxyInteractorApi(galaxy_url=galaxy.base_url, master_api_key=None, api_key=galaxy.key)
    lists = {name: item for name, item in inputs.items() if _has_folders(item)}
    others = {name: item for name, item in inputs.items() if name not in lists}
    staged, _ = _Staging(interactor).stage(
        'tool', history_id, job=others, use_path_paste=False, to_posix_lines=False, job_dir=str(TEST_DATA),
    )
    # Galaxy's staging takes a folder that is an element of a collection for a value.
    for name, item in lists.items():
        elements = upload(galaxy, history_id, {element['identifier']: element for element in item['elements']})
        staged[name] = make_list(galaxy, history_id, elements, item['name'])
    return staged


def _has_folders(item: dict[str, Any]) -> bool:
    """Return whether an item is a list of which some elements are folders."""
    return any(element['class'] == 'Directory' for element in item.get('elements', []))


def make_list(
    galaxy: GalaxyInstance, history_id: str, datasets: dict[str, dict[str, str]], name: str = 'list',
) -> dict[str, str]:
    """Make a list of datasets that are in Galaxy, by element identifier; return what refers to it in tools' inputs."""
    elements = [HistoryDatasetElement(identifier, dataset['id']) for identifier, dataset in datasets.items()]
    description = CollectionDescription(name, 'list', elements)
    return {'src': 'hdca', 'id': galaxy.histories.create_dataset_collection(history_id, description)['id']}


def run_tool(galaxy: GalaxyInstance, history_id: str, tool_id: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Run a tool, wait for its jobs, and return Galaxy's answer (`outputs`, `output_collections`, `jobs`)."""
    answer = galaxy.tools.run_tool(history_id, tool_id, inputs)
    for job in answer['jobs']:
        wait_for(galaxy, job['id'])
    return answer


def map_over(collection: dict[str, str]) -> dict[str, Any]:
    """Return what refers to a collection so that a tool runs once for each of its datasets."""
    return {'batch': True, 'values': [collection]}


def wait_for(galaxy: GalaxyInstance, job_id: str) -> None:
    """Wait until a job has ended, well or not. Raise bioblend's TimeoutException after JOB_SECONDS."""
    galaxy.jobs.wait_for_job(job_id, maxwait=JOB_SECONDS, interval=POLL_SECONDS, check=False)


def text_of(galaxy: GalaxyInstance, dataset_id: str) -> str:
    """Return the content of a text dataset."""
    return galaxy.datasets.download_dataset(dataset_id).decode()


def texts_of(galaxy: GalaxyInstance, collection_id: str) -> dict[str, str]:
    """Return the content of each text dataset of a collection, by identifiers joined with ` > `."""
    def walk(elements: list[dict[str, Any]], outer: tuple[str, ...]) -> dict[str, str]:
        texts = {}
        for element in elements:
            identifiers = (*outer, element['element_identifier'])
            if element['element_type'] == 'hda':
                texts[' > '.join(identifiers)] = text_of(galaxy, element['object']['id'])
            else:
                texts |= walk(element['object']['elements'], identifiers)
        return texts

    return walk(galaxy.dataset_collections.show_dataset_collection(collection_id)['elements'], ())
