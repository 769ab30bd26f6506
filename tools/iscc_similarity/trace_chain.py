r"""Trace datasets through the steps of a processing chain: which are bit-identical, and which are near copies.

A cell of the provenance table may name several datasets, as `step: dataset`, with `; ` between them; in such a cell a
`;` of a name is written `\;`.
"""

from pathlib import Path
from typing import Any

import codes
import job
from code_sets import code_set
from entries import Entry, listed_entries
from groups import identical_groups
from matches import find_matches
from output_collection import longest_identifier, write_collection
from pair_table import matches_of_entries
from table_names import escaped

COLUMNS = ('dataset', 'step', 'iscc_code', 'bit_identical_to', 'near_copies')
# What OMERO's script Import_from_csv reads: a row of namespaces, and a header of keys behind the name of the object.
# Namespace and key are those of the OMERO service of the ISCC Foundation.
OMERO_ROWS = 'namespace\torg.iscc.omero\nOBJECT_NAME\tISCC-CODE\n'
# The name of the output in the tool's XML.
OMERO = 'omero'
LONGEST_NAME = longest_identifier(OMERO)


def main(options: dict[str, Any], provenance: Path) -> None:
    """Write the provenance table, and one table for OMERO for each step."""
    names = [step['name'] for step in options['steps']]
    if len(set(names)) < len(names) or not all(0 < len(name.strip()) <= LONGEST_NAME for name in names):
        raise job.JobError(
            'Each step needs a name of its own, such as raw, processed, exported, '
            f'of up to {LONGEST_NAME} characters.'
        )
    steps = {step['name']: listed_entries([step['codes']]) for step in options['steps']}
    rows = provenance_rows(steps, options['threshold'])
    write_collection(OMERO, 'tabular', ((step, omero_table(entries)) for step, entries in steps.items()))
    provenance.write_text('\n'.join(['\t'.join(COLUMNS), *rows]) + '\n', encoding='utf-8', newline='\n')


def provenance_rows(steps: dict[str, list[Entry]], threshold: int) -> list[str]:
    """Give a row for each dataset of each step, in their order."""
    step_of = [step for step, entries in steps.items() for _ in entries]
    entries = [entry for entries in steps.values() for entry in entries]
    found = code_set([entry.code for entry in entries])
    matches = find_matches(found, None, threshold, job.slots())
    if matches.too_many:
        raise job.JobError(f'{matches.pairs} pairs of datasets are too many to list. Choose a lower threshold.')
    identical = identical_groups(entries)
    labels = [f'{escaped(step)}: {escaped(entry.name)}'.replace(';', '\\;') for step, entry in zip(step_of, entries)]
    rows = []
    for place, (matched, distances) in enumerate(matches_of_entries(matches, found, found)):
        same = [labels[other] for other in matched if identical[other] == identical[place]]
        near = [
            f'{labels[other]} ({distance})'
            for other, distance in zip(matched, distances) if identical[other] != identical[place]
        ]
        rows.append('\t'.join([
            escaped(entries[place].name), escaped(step_of[place]), codes.canonical(entries[place].code),
            '; '.join(same), '; '.join(near),
        ]))
    return rows


def omero_table(entries: list[Entry]) -> str:
    """Give the table by which OMERO annotates images, which it finds by name."""
    return OMERO_ROWS + ''.join(f'{escaped(entry.name)}\t{codes.canonical(entry.code)}\n' for entry in entries)


if __name__ == '__main__':
    job.run(main)
