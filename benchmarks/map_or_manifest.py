"""A collection in a real Galaxy: Generate ISCC-CODE mapped over it against one manifest job, in seconds and jobs."""

import io
import json
import os
import tarfile
import tempfile
from pathlib import Path

from bioblend.galaxy import GalaxyInstance
from bioblend.util import attach_file

from local_galaxy.configuration import CHECKOUT, WORKERS
from local_galaxy.session import PASSWORD, started, USER
from local_galaxy.staging import map_over, run_tool, wait_for
from measuring import print_table, timed

COUNTS = (200, 1000)
SIZE_BYTES = 100_000


def upload_collection(galaxy: GalaxyInstance, history_id: str, count: int) -> dict[str, str]:
    """Make a list of random datasets, from an archive, which takes one upload job for all."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, 'datasets.tar')
        with tarfile.open(archive, 'w') as tar:
            for number in range(count):
                member = tarfile.TarInfo(f'{number}.dat')
                member.size = SIZE_BYTES
                tar.addfile(member, io.BytesIO(os.urandom(SIZE_BYTES)))
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


def main() -> None:
    rows = []
    with started(CHECKOUT / '.galaxy' / 'bench') as local:
        galaxy = GalaxyInstance(local.url, local.create_user(USER, PASSWORD))
        for count in COUNTS:
            history_id = galaxy.histories.create_history(f'{count} datasets')['id']
            collection = upload_collection(galaxy, history_id, count)
            mapped, answer = timed(lambda: run_tool(galaxy, history_id, 'iscc_sum', {
                'input_file': map_over(collection),
            }))
            single, _ = timed(lambda: run_tool(galaxy, history_id, 'iscc_sum_manifest', {'input_files': collection}))
            assert all(galaxy.jobs.show_job(job['id'])['state'] == 'ok' for job in answer['jobs'])
            rows += [
                [f'{count}', 'Generate ISCC-CODE, mapped', f'{len(answer["jobs"])}', f'{mapped:.1f}', '1'],
                [f'{count}', 'Generate ISCC-CODE manifest', '1', f'{single:.1f}', f'1/{mapped / single:.0f}'],
            ]
    print_table(f'Collections of datasets of {SIZE_BYTES:,} bytes, in a Galaxy that runs {WORKERS} jobs at a time', [
        'Datasets', 'Tool', 'Jobs', 'Seconds', 'Ratio',
    ], rows)


if __name__ == '__main__':
    main()
