"""The collection of codes: one file for each dataset, under its name."""

from datasets import Dataset
from hashing import Fingerprint
from job import JobError, shown
from output_collection import longest_identifier, write_collection
from output_forms import code_lines

# The name of the output in the tool's XML.
COLLECTION = 'codes'
LONGEST_IDENTIFIER = longest_identifier(COLLECTION)


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
    """Write the codes as elements of the collection."""
    texts = (code_lines(fingerprint, units=False) for fingerprint in fingerprints)
    write_collection(COLLECTION, 'txt', zip(identifiers, texts, strict=True))
