"""Ways into a local Galaxy for more than a browser would upload."""

import io
import json
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bioblend.galaxy import GalaxyInstance
from bioblend.util import attach_file

from local_galaxy.staging import wait_for

FILLING_SECONDS = 120


def upload_collection(
    galaxy: GalaxyInstance, history_id: str, count: int, content: Callable[[str], bytes], extension: str = 'data',
) -> dict[str, str]:
    """Make a list of datasets with the content for each name, from an archive, which takes one upload job for all."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, 'datasets.tar')
        with tarfile.open(archive, 'w') as tar:
            for number in range(count):
                member = tarfile.TarInfo(f'{number}.dat')
                made = content(member.name)
                member.size = len(made)
                tar.addfile(member, io.BytesIO(made))
        target = {
            'destination': {'type': 'hdca'}, 'collection_type': 'list', 'name': 'datasets', 'elements_from': 'archive',
            'src': 'files', 'ext': extension,
        }
        payload = {
            'history_id': history_id, 'targets': json.dumps([target]), 'files_0|file_data': attach_file(archive),
        }
        answer = galaxy.make_post_request(f'{galaxy.url}/tools/fetch', payload, files_attached=True)
    wait_for(galaxy, answer['jobs'][0]['id'])
    collection_id = answer['output_collections'][0]['id']
    # Galaxy may fill the collection in after the job has ended.
    deadline = time.monotonic() + FILLING_SECONDS
    while galaxy.dataset_collections.show_dataset_collection(collection_id)['element_count'] != count:
        assert time.monotonic() < deadline
        time.sleep(1)
    return {'src': 'hdca', 'id': collection_id}


def link_file(admin: GalaxyInstance, history_id: str, path: Path) -> dict[str, str]:
    """Make a dataset of a file that Galaxy reads where it lies, which only an admin may ask for."""
    element = {'src': 'path', 'path': str(path), 'link_data_only': True, 'ext': 'data', 'name': path.name}
    target = {'destination': {'type': 'hdas'}, 'elements': [element]}
    payload = {'history_id': history_id, 'targets': json.dumps([target])}
    answer = admin.make_post_request(f'{admin.url}/tools/fetch', payload)
    wait_for(admin, answer['jobs'][0]['id'])
    return {'src': 'hda', 'id': answer['outputs'][0]['id']}
