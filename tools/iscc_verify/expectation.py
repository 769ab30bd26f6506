"""The code that a dataset is expected to have: typed in, or read from another dataset."""

from pathlib import Path
from typing import Any

import codes
from datasets import Dataset
from job import JobError, shown
from references import Entry, read_reference, Reference


def expected_code(text: str, file: dict[str, Any] | None, dataset: Dataset) -> str:
    """Give the bare expected code, from exactly one of the two sources; JobError if there is none to go by."""
    if bool(text.strip()) == bool(file):
        raise JobError(
            'Give the expected ISCC-CODE either as text or as a dataset: '
            f'{"both are" if file else "neither is"} given.'
        )
    if not file:
        try:
            return codes.parse(text)
        except codes.CodeError as error:
            raise JobError(f'The expected code {shown(text[:100])} can not be used: it {error}.') from error
    reference = read_reference(Path(file['path']), f'Dataset {shown(file["name"])}')
    if reference.is_list:
        return _look_up(reference, dataset)
    entry, = reference.entries
    if entry.name not in (None, dataset.name):
        print(f'{reference.label} holds the code of {shown(entry.name)}; it is compared with {shown(dataset.name)}.')
    return entry.code


def _look_up(reference: Reference, dataset: Dataset) -> str:
    """Find the dataset by its name; in a mapped nested list Galaxy tells only the last part of `outer/inner`."""
    if any(entry.name is None for entry in reference.entries):
        raise JobError(f'{reference.label} holds several codes, and at least one without a name to look up.')
    found = [entry for entry in reference.entries if entry.name == dataset.name] or [
        entry for entry in reference.entries if dataset.name and entry.name.endswith(f'/{dataset.name}')
    ]
    if not found:
        raise JobError(f'{reference.label} does not list the dataset {shown(dataset.name)}. Names must be equal.')
    if len({entry.code for entry in found}) > 1:
        raise JobError(
            f'{reference.label} lists {shown(dataset.name)} with different codes: {_places(found)}. '
            'Keep the line that is meant.'
        )
    return found[0].code


def _places(entries: list[Entry]) -> str:
    return ', '.join(f'line {entry.line} ({shown(entry.name)})' for entry in entries[:5])
