"""A collection in a real Galaxy: Generate ISCC-CODE mapped over it against one manifest job, in seconds and jobs."""

from functools import partial

from bioblend.galaxy import GalaxyInstance

from large_uploads import upload_collection
from local_galaxy.configuration import CHECKOUT, PASSWORD, USER, WORKERS
from local_galaxy.session import started
from local_galaxy.staging import map_over, run_tool
from measuring import plot, print_table, timed
from tests.contents import some_bytes

COUNTS = (20, 200, 1000)
SIZE_BYTES = 100_000


def main() -> None:
    rows = []
    growth: dict[str, list[tuple[float, float]]] = {'mapped': [], 'manifest': []}
    with started(CHECKOUT / '.galaxy' / 'bench') as local:
        galaxy = GalaxyInstance(local.url, local.create_user(USER, PASSWORD))
        for count in COUNTS:
            history_id = galaxy.histories.create_history(f'{count} datasets')['id']
            collection = upload_collection(galaxy, history_id, count, partial(some_bytes, SIZE_BYTES))
            mapped, answer = timed(lambda: run_tool(galaxy, history_id, 'iscc_sum', {
                'input_file': map_over(collection),
            }))
            single, _ = timed(lambda: run_tool(galaxy, history_id, 'iscc_sum_manifest', {'input_files': collection}))
            assert all(galaxy.jobs.show_job(job['id'])['state'] == 'ok' for job in answer['jobs'])
            growth['mapped'].append((count, mapped))
            growth['manifest'].append((count, single))
            rows += [
                [f'{count}', 'Generate ISCC-CODE, mapped', f'{len(answer["jobs"])}', f'{mapped:.1f}', '1'],
                [f'{count}', 'Generate ISCC-CODE manifest', '1', f'{single:.1f}', f'1/{mapped / single:.0f}'],
            ]
    print_table(f'Collections of datasets of {SIZE_BYTES:,} bytes, in a Galaxy that runs {WORKERS} jobs at a time', [
        'Datasets', 'Tool', 'Jobs', 'Seconds', 'Ratio',
    ], rows)
    plot('map_or_manifest', ('Datasets', 'Seconds in Galaxy'), growth)


if __name__ == '__main__':
    main()
