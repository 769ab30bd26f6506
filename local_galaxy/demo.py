"""Show the suite at work in a real Galaxy: sample data hashed, and verified, once against a tampered copy."""

import time
from typing import Any

from rich.console import Console
from rich.table import Table

from local_galaxy.session import Session, session_with_samples
from local_galaxy.staging import map_over, run_tool, text_of, texts_of, upload

COLLECTION = 'Experiment 1'
# A copy of nuclei.tiff in which a few pixels were set to zero.
TAMPERED = {'class': 'File', 'path': 'nuclei_edited.tiff'}


def main() -> None:
    with session_with_samples('demo') as session:
        tables = [generate(session), verify(session)]
    console = Console(width=120)
    for table in tables:
        console.print(table)


def generate(session: Session) -> Table:
    """Hash each sample, and the collection in one go."""
    print('Running Generate ISCC-CODE ...', flush=True)
    table = Table('Dataset', 'ISCC-CODE', 'Seconds', title='Generate ISCC-CODE')
    for name in ('png', 'tiff', 'ome_zarr'):
        code, seconds = timed_text(session, 'iscc_sum', input_file=session.samples[name])
        table.add_row(name_of(session, name), code.strip(), seconds)
    begin = time.monotonic()
    answer = run_tool(session.galaxy, session.history_id, 'iscc_sum', {
        'input_file': map_over(session.samples['collection']),
    })
    codes = texts_of(session.galaxy, answer['implicit_collections'][0]['id'])
    seconds = f'{time.monotonic() - begin:.1f} (all)'
    for identifier, code in codes.items():
        table.add_row(f'{COLLECTION} > {identifier}', code.strip(), seconds)
    return table


def verify(session: Session) -> Table:
    """Verify an image against its own code, and a tampered copy of it."""
    print('Running Verify ISCC-CODE ...', flush=True)
    table = Table('Dataset', 'Report', 'Seconds', title='Verify ISCC-CODE against the code of nuclei.tiff')
    answer = run_tool(session.galaxy, session.history_id, 'iscc_sum', {'input_file': session.samples['tiff']})
    expected = {'src': 'hda', 'id': answer['outputs'][0]['id']}
    tampered = upload(session.galaxy, session.history_id, {'tampered': TAMPERED})['tampered']
    for name, dataset in (('nuclei.tiff', session.samples['tiff']), (TAMPERED['path'], tampered)):
        report, seconds = timed_text(session, 'iscc_sum_verify', input_file=dataset, expected_file=expected)
        lines = report.splitlines()
        table.add_row(name, f'{lines[0]}\n{lines[-1]}', seconds)
    return table


def timed_text(session: Session, tool_id: str, **inputs: Any) -> tuple[str, str]:
    """Run a tool on one dataset; give its output, and the seconds from the click to the result."""
    begin = time.monotonic()
    answer = run_tool(session.galaxy, session.history_id, tool_id, inputs)
    return text_of(session.galaxy, answer['outputs'][0]['id']), f'{time.monotonic() - begin:.1f}'


def name_of(session: Session, sample: str) -> str:
    """Give the name of a sample in the history."""
    return session.galaxy.datasets.show_dataset(session.samples[sample]['id'])['name']


if __name__ == '__main__':
    main()
