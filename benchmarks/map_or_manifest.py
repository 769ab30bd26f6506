"""A collection in a real Galaxy: Generate ISCC-CODE mapped over it against one manifest job, in seconds and jobs."""

import os
import tempfile
from pathlib import Path

from bioblend.galaxy import GalaxyInstance

from local_galaxy.configuration import CHECKOUT, WORKERS
from local_galaxy.session import PASSWORD, started, USER
from local_galaxy.staging import map_over, run_tool, upload
from measuring import print_table, timed

COUNTS = (200, 1000)
SIZE_BYTES = 100_000


def upload_collection(galaxy: GalaxyInstance, history_id: str, count: int) -> dict[str, str]:
    """Make a list of random datasets."""
    with tempfile.TemporaryDirectory() as folder:
        elements = []
        for number in range(count):
            path = Path(folder, f'{number}.dat')
            path.write_bytes(os.urandom(SIZE_BYTES))
            elements.append({'class': 'File', 'identifier': path.name, 'path': str(path), 'filetype': 'data'})
        collection = {'class': 'Collection', 'collection_type': 'list', 'elements': elements}
        return upload(galaxy, history_id, {'collection': collection})['collection']


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
