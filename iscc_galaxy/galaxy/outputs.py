"""What Galaxy is told of outputs by `galaxy.json` in the job's folder: names, and the elements of collections."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from iscc_galaxy.galaxy.job import JobError, shown

# Characters of a dataset's name that Galaxy's database keeps.
LONGEST_NAME = 255


def longest_identifier(output: str) -> int:
    """Return how many characters an element identifier may have in the collection of this name in the tool's XML.

    Galaxy notes each element as `__new_primary_file_OUTPUT|IDENTIFIER__` in 255 characters (galaxy.model, Job). With a
    longer identifier it empties the whole collection, and the job still looks well.
    """
    return 255 - len(f'__new_primary_file_{output}|__')


def element_identifiers(names: list[str], output: str) -> list[str]:
    """Return an identifier for each dataset: its name, or where that was given before, `name (2)` or the next free.

    Raise JobError for a name that Galaxy could not take.
    """
    longest = longest_identifier(output)
    taken = set(names)
    given: dict[str, int] = {}
    identifiers = []
    for name in names:
        identifier, number = name, given.get(name, 0) + 1
        if number > 1:
            while (identifier := f'{name} ({number})') in taken:
                number += 1
        given[name] = number
        if len(identifier) > longest:
            raise JobError(
                f'The dataset name {shown(name)} is too long for an element of the collection of {output}: with '
                f'its number it may have {longest} characters. Shorten it, or do not ask for the collection.'
            )
        identifiers.append(identifier)
    return identifiers


def write_collection(output: str, extension: str, elements: Iterable[tuple[str, bytes]]) -> None:
    """Write the elements, identifiers and contents, into the job's working directory, and tell Galaxy of them."""
    Path(output).mkdir()
    listed = []
    for number, (identifier, content) in enumerate(elements, start=1):
        file = Path(output, str(number))
        file.write_bytes(content)
        listed.append({'name': identifier, 'filename': str(file), 'ext': extension})
    _tell({output: {'elements': listed}})


def add_to_names(names: dict[str, str], words: str) -> None:
    """Add the result of a job to the names that its outputs have in the history; `names` is by output in the XML.

    A name that a user or a workflow gave stays, with the result behind it.
    """
    ending = f': {words}'
    _tell({output: {'name': name[:LONGEST_NAME - len(ending)] + ending} for output, name in names.items()})


def _tell(of_outputs: dict[str, Any]) -> None:
    """Tell Galaxy of outputs, in addition to those that it was told of before."""
    file = Path('galaxy.json')
    told = json.loads(file.read_text(encoding='utf-8')) if file.exists() else {}
    file.write_text(json.dumps(told | of_outputs), encoding='utf-8')
