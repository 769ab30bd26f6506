"""Show the suite at work in a real Galaxy: sample data hashed, verified, and compared."""

import time
from typing import Any

from rich.console import Console
from rich.table import Table

from local_galaxy.configuration import CHECKOUT
from local_galaxy.session import Session, session_with_samples
from local_galaxy.staging import make_list, map_over, run_tool, text_of, texts_of

COLLECTION = 'Experiment 1'
HEATMAP = CHECKOUT / '.galaxy' / 'similar.png'
GALLERY = CHECKOUT / '.galaxy' / 'gallery.png'


def main() -> None:
    with session_with_samples('demo') as session:
        tables = [table(session) for table in (
            generate, verify, verify_manifest, find_similar, image_content, look_alikes,
        )]
    console = Console(width=120)
    for table in tables:
        console.print(table)


def generate(session: Session) -> Table:
    """Hash each sample, and the collection in one go; return a table of the codes."""
    print('Running Generate ISCC-CODE ...', flush=True)
    table = Table('Dataset', 'ISCC-CODE', 'Seconds', title='Generate ISCC-CODE')
    for name in ('png', 'tiff', 'ome_zarr'):
        answer, seconds = timed_run(session, 'iscc_sum', input_file=session.samples[name])
        table.add_row(name_of(session, name), output(session, answer).strip(), seconds)
    answer, seconds = timed_run(session, 'iscc_sum', input_file=map_over(session.samples['collection']))
    for identifier, code in texts_of(session.galaxy, answer['implicit_collections'][0]['id']).items():
        table.add_row(f'{COLLECTION} > {identifier}', code.strip(), f'{seconds} (all)')
    return table


def verify(session: Session) -> Table:
    """Verify an image against its own code, and an edited version of it; return a table of the reports."""
    print('Running Verify ISCC-CODE ...', flush=True)
    table = Table('Dataset', 'Report', 'Seconds', title='Verify ISCC-CODE against the code of nuclei.tiff')
    answer, _ = timed_run(session, 'iscc_sum', input_file=session.samples['tiff'])
    expected = {'src': 'hda', 'id': answer['outputs'][0]['id']}
    elements = elements_of(session)
    for name in ('raw.tiff', 'edited.tiff'):
        answer, seconds = timed_run(session, 'iscc_sum_verify', input_file=elements[name], expected_file=expected)
        lines = output(session, answer).splitlines()
        table.add_row(f'{COLLECTION} > {name}', f'{lines[0]}\n{lines[-1]}', seconds)
    return table


def verify_manifest(session: Session) -> Table:
    """Verify a tampered copy of the collection against the collection's manifest; return a table of the datasets."""
    print('Running Generate ISCC-CODE manifest and Verify datasets against an ISCC-CODE manifest ...', flush=True)
    answer, made = timed_run(session, 'iscc_sum_manifest', input_files=session.samples['collection'])
    manifest = {'src': 'hda', 'id': answer['outputs'][0]['id']}
    received = elements_of(session)
    received['described.tiff'] = received['edited.tiff']
    received['same image.tiff'] = received.pop('copy of raw.tiff')
    del received['measurements.csv']
    copy = make_list(session.galaxy, session.history_id, received)
    answer, verified = timed_run(session, 'iscc_sum_verify_manifest', input_files=copy, manifest=manifest)
    rows = [line.split('\t') for line in output(session, answer).splitlines()]
    table = Table('Dataset', 'Status', 'Distance', 'Found as', title=(
        f'Verify datasets against an ISCC-CODE manifest\nmade in {made} s, verified in {verified} s'
    ))
    for name, status, found_as, distance, *_ in rows[1:]:
        table.add_row(name, status, distance, found_as)
    return table


def find_similar(session: Session) -> Table:
    """Find what is similar in the collection, and save the heatmap; return a table of the findings."""
    print('Running Find datasets with similar ISCC-CODEs ...', flush=True)
    answer, seconds = timed_run(session, 'iscc_sum_similarity', input_files=session.samples['collection'])
    outputs = {each['output_name']: each['id'] for each in answer['outputs']}
    HEATMAP.write_bytes(session.galaxy.datasets.download_dataset(outputs['plot']))
    table = Table('Dataset', 'Similar to', 'Relation', 'Distance', title=(
        f'Find datasets with similar ISCC-CODEs\nin {seconds} s; the heatmap is {HEATMAP.relative_to(CHECKOUT)}'
    ))
    for line in text_of(session.galaxy, outputs['findings']).splitlines()[1:]:
        table.add_row(*line.split('\t'))
    return table


def image_content(session: Session) -> Table:
    """Make the codes of the pixels of one image in four formats; return a table of them, beside those of the files."""
    print('Running Generate ISCC-CODEs of image content ...', flush=True)
    formats = session.samples['formats']
    answer, seconds = timed_run(session, 'iscc_image', input_files=formats)
    files, _ = timed_run(session, 'iscc_sum_manifest', input_files=formats)
    table = Table('Image', 'Code of the file', 'Code of the pixels', title=(
        f'Generate ISCC-CODEs of image content: one image in four formats\nin {seconds} s'
    ))
    for of_file, of_pixels in zip(*(output(session, made).splitlines()[1:] for made in (files, answer))):
        name, code_of_file, *_ = of_file.split('\t')
        table.add_row(name, short(code_of_file), short(of_pixels.split('\t')[1]))
    return table


def look_alikes(session: Session) -> Table:
    """Find the pictures that were made of an image, and save the gallery; return a table of the findings."""
    print('Running Find images that look alike ...', flush=True)
    answer, seconds = timed_run(session, 'iscc_image_similarity', input_files=session.samples['look_alikes'])
    outputs = {each['output_name']: each['id'] for each in answer['outputs']}
    GALLERY.write_bytes(session.galaxy.datasets.download_dataset(outputs['gallery']))
    table = Table('Image', 'Looks like', 'Relation', 'Distance', title=(
        f'Find images that look alike\nin {seconds} s; the gallery is {GALLERY.relative_to(CHECKOUT)}'
    ))
    for line in text_of(session.galaxy, outputs['findings']).splitlines()[1:]:
        table.add_row(*line.split('\t'))
    return table


def short(code: str) -> str:
    """Return the beginning of a code, enough to see whether codes are equal."""
    return f'{code[:29]}...'


def timed_run(session: Session, tool_id: str, **inputs: Any) -> tuple[dict[str, Any], str]:
    """Run a tool; return Galaxy's answer, and the seconds from the click to the result."""
    begin = time.monotonic()
    answer = run_tool(session.galaxy, session.history_id, tool_id, inputs)
    return answer, f'{time.monotonic() - begin:.1f}'


def output(session: Session, answer: dict[str, Any]) -> str:
    """Return the text of the first output of a job."""
    return text_of(session.galaxy, answer['outputs'][0]['id'])


def elements_of(session: Session) -> dict[str, dict[str, str]]:
    """Return the datasets of the sample collection by their identifiers."""
    collection = session.galaxy.dataset_collections.show_dataset_collection(session.samples['collection']['id'])
    return {
        element['element_identifier']: {'src': 'hda', 'id': element['object']['id']}
        for element in collection['elements']
    }


def name_of(session: Session, sample: str) -> str:
    """Return the name of a sample in the history."""
    return session.galaxy.datasets.show_dataset(session.samples[sample]['id'])['name']


if __name__ == '__main__':
    main()
