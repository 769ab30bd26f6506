"""Ways into a local Galaxy for more than a browser would upload."""

import io
import json
import os
import tarfile
import tempfile
from pathlib import Path

from bioblend.galaxy import GalaxyInstance
from bioblend.util import attach_file

from local_galaxy.staging import wait_for


def upload_collection(galaxy: GalaxyInstance, history_id: str, count: int, size: int) -> dict[str, str]:
    """Make a list of random datasets of `size` bytes, from an archive, which takes one upload job for all."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, 'datasets.tar')
        with tarfile.open(archive, 'w') as tar:
            for number in range(count):
                member = tarfile.TarInfo(f'{number}.dat')
                member.size = size
                tar.addfile(member, io.BytesIO(os.urandom(size)))
        target = {
            'destination': {'type': 'hdca'}, 'collection_type': 'list', 'name': 'datasets', 'elements_from': 'archive',
            'src': 'files', 'ext': 'data',
        }
        payload = {
            'history_id': history_id, 'targets': json.dumps([target]), 'files_0|file_data': attach_file(archive),
        }
        answer = galaxy.make_post_request(f'{galaxy.url}/tools/fetch', payload, files_attached=True)
    wait_for(galaxy, answer['jobs'][0]['id'])
    collection_id = answer['output_collections'][0]['id']
    assert galaxy.dataset_collections.show_dataset_collection(collection_id)['element_count'] == count
    return {'src': 'hdca', 'id': collection_id}


def link_file(admin: GalaxyInstance, file: Path) -> str:
    """Make a library dataset of a file where it is, without a copy, and give its id."""
    library = admin.libraries.create_library('large files')['id']
    dataset_id = admin.libraries.upload_from_galaxy_filesystem(
        library, str(file), file_type='data', link_data_only='link_to_files')[0]['id']
    admin.libraries.wait_for_dataset(library, dataset_id)
    return dataset_id
