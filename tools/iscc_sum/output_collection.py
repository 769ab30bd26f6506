"""Outputs that are collections: the files of their elements, and `galaxy.json`, by which Galaxy takes them up."""

import json
from collections.abc import Iterable
from pathlib import Path


def longest_identifier(output: str) -> int:
    """Give how many characters the identifier of an element may have in the collection of this name in the tool's XML.

    Galaxy notes each element as `__new_primary_file_OUTPUT|IDENTIFIER__` in 255 characters (galaxy.model, Job). With a
    longer identifier it empties the whole collection, and the job still looks well.
    """
    return 255 - len(f'__new_primary_file_{output}|__')


def write_collection(output: str, extension: str, elements: Iterable[tuple[str, str]]) -> None:
    """Write the elements, identifiers and texts, into the job's working directory, and tell Galaxy of them."""
    Path(output).mkdir()
    listed = []
    for number, (identifier, text) in enumerate(elements, start=1):
        file = Path(output, f'{number}.txt')
        file.write_text(text, encoding='utf-8', newline='\n')
        listed.append({'name': identifier, 'filename': str(file), 'ext': extension})
    Path('galaxy.json').write_text(json.dumps({output: {'elements': listed}}), encoding='utf-8')
