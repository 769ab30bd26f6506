"""The collection of codes: one file for each dataset, which Galaxy takes up by way of `galaxy.json`."""

import json
from pathlib import Path

from datasets import Dataset
from hashing import Fingerprint
from job import JobError, shown
from output_forms import code_lines

# The name of the output in the tool's XML.
COLLECTION = 'codes'
# Galaxy notes each element as `__new_primary_file_codes|IDENTIFIER__` in 255 characters (galaxy.model, Job). With a
# longer identifier it empties the whole collection, and the job still looks well.
LONGEST_IDENTIFIER = 255 - len(f'__new_primary_file_{COLLECTION}|__')


def element_identifiers(datasets: list[Dataset]) -> list[str]:
    """Give an identifier for each dataset: its name, or where that was given before, `name (2)` or the next free.

    Raise JobError for a name that Galaxy could not take.
    """
    names = {dataset.name for dataset in datasets}
    given: dict[str, int] = {}
    identifiers = []
    for dataset in datasets:
        identifier, number = dataset.name, given.get(dataset.name, 0) + 1
        if number > 1:
            while (identifier := f'{dataset.name} ({number})') in names:
                number += 1
        given[dataset.name] = number
        if len(identifier) > LONGEST_IDENTIFIER:
            raise JobError(
                f'The dataset name {shown(dataset.name)} is too long for an element of the collection of codes: with '
                f'its number it may have {LONGEST_IDENTIFIER} characters. Shorten it, or do not ask for the collection.'
            )
        identifiers.append(identifier)
    return identifiers


def write_code_files(identifiers: list[str], fingerprints: list[Fingerprint]) -> None:
    """Write the files, and what tells Galaxy of them, into the job's working directory."""
    Path(COLLECTION).mkdir()
    elements = []
    for number, (identifier, fingerprint) in enumerate(zip(identifiers, fingerprints, strict=True), start=1):
        file = Path(COLLECTION, f'{number}.txt')
        file.write_text(code_lines(fingerprint, units=False), encoding='utf-8', newline='\n')
        elements.append({'name': identifier, 'filename': str(file), 'ext': 'txt'})
    Path('galaxy.json').write_text(json.dumps({COLLECTION: {'elements': elements}}), encoding='utf-8')
