"""Show the suite at work: real images, a folder and a collection, hashed by a real Galaxy."""

import time

from rich.console import Console
from rich.table import Table

from local_galaxy.session import Session, session_with_samples
from local_galaxy.staging import map_over, run_tool, text_of, texts_of


def main() -> None:
    with session_with_samples('demo') as session:
        print('Running Generate ISCC-CODE ...', flush=True)
        table = Table('Dataset', 'ISCC-CODE', 'Seconds', title='Generate ISCC-CODE')
        for name in ('png', 'tiff', 'ome_zarr'):
            code, seconds = generate(session, name)
            table.add_row(session.galaxy.datasets.show_dataset(session.samples[name]['id'])['name'], code, seconds)
        codes, seconds = generate_for_collection(session)
        for identifier, code in codes.items():
            table.add_row(f'Experiment 1 > {identifier}', code, seconds)
    Console(width=120).print(table)


def generate(session: Session, sample: str) -> tuple[str, str]:
    """Give the code of a sample, and the seconds from the click to the result."""
    galaxy, history_id, samples = session
    begin = time.monotonic()
    answer = run_tool(galaxy, history_id, 'iscc_sum', {'input_file': samples[sample]})
    return text_of(galaxy, answer['outputs'][0]['id']).strip(), f'{time.monotonic() - begin:.1f}'


def generate_for_collection(session: Session) -> tuple[dict[str, str], str]:
    """Give the codes of the sample collection by element identifier, and the seconds for all of them."""
    galaxy, history_id, samples = session
    begin = time.monotonic()
    answer = run_tool(galaxy, history_id, 'iscc_sum', {'input_file': map_over(samples['collection'])})
    texts = texts_of(galaxy, answer['implicit_collections'][0]['id'])
    return {identifier: text.strip() for identifier, text in texts.items()}, f'{time.monotonic() - begin:.1f} (all)'


if __name__ == '__main__':
    main()
