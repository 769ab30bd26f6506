r"""Trace datasets through the steps of a processing chain: which are bit-identical, and which are near copies.

A cell of the provenance table may name several datasets, as `step: dataset`, with `; ` between them; in such a cell a
`;` of a name is written `\;`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from iscc_galaxy.formats.code_kinds import check_one_kind
from iscc_galaxy.formats.tables import escaped, table
from iscc_galaxy.galaxy.job import JobError, run, slots, write_output
from iscc_galaxy.galaxy.outputs import longest_identifier, write_collection
from iscc_galaxy.iscc.iscc_codes import canonical
from iscc_galaxy.similarity.compared import compared_files, ComparedDataset, ComparedFile
from iscc_galaxy.similarity.data_code_comparison import compare_datasets, DataCodeComparison

COLUMNS = ('dataset', 'step', 'iscc_code', 'bit_identical_to', 'near_copies')
# What OMERO's script Import_from_csv reads: a row of namespaces, and a header of keys behind the name of the object.
OMERO_ROWS_OF_FILES = 'namespace\torg.iscc.sum\nOBJECT_NAME\tISCC-CODE (file)\n'
# Where the OMERO service of the ISCC Foundation keeps codes of pixels, in the same order of planes. It passes over
# images that have any annotation in this namespace, so codes of files are not written there.
OMERO_ROWS_OF_PIXELS = 'namespace\torg.iscc.omero\nOBJECT_NAME\tISCC-CODE\n'
# The output of the tool that is a collection, by its name in the XML.
OMERO_COLLECTION = 'omero'
LONGEST_NAME = longest_identifier(OMERO_COLLECTION)


def main(options: dict[str, Any], provenance: Path) -> None:
    """Write the provenance table, and one table for OMERO for each step."""
    names = [step['name'] for step in options['steps']]
    if len(set(names)) < len(names) or not all(0 < len(name.strip()) <= LONGEST_NAME for name in names):
        raise JobError(
            'Each step needs a name of its own, such as raw, processed, exported, '
            f'of up to {LONGEST_NAME} characters.'
        )
    files = compared_files([step['codes'] for step in options['steps']])
    check_one_kind(files)
    rows = provenance_rows({name: file.datasets for name, file in zip(names, files)}, options['threshold'])
    tables = ((name, omero_table(file).encode()) for name, file in zip(names, files, strict=True))
    write_collection(OMERO_COLLECTION, 'tabular', tables)
    write_output(provenance, table(COLUMNS, rows))


def provenance_rows(steps: dict[str, list[ComparedDataset]], threshold: int) -> Iterator[str]:
    """Return a row for each dataset of each step, in their order; `threshold` is in bits of 128.

    Raise JobError for too many pairs, before the first row is asked for.
    """
    comparison = compare_datasets([dataset for each in steps.values() for dataset in each], None, threshold, slots())
    if comparison.matches.too_many:
        raise JobError(
            f'{comparison.matches.pairs} pairs of datasets are too many to list. Choose a smaller '
            '"Maximum distance".'
        )
    return _rows(comparison, [escaped(step) for step, datasets in steps.items() for _ in datasets])


def _rows(comparison: DataCodeComparison, steps: Sequence[str]) -> Iterator[str]:
    """Yield the rows of datasets and their steps."""
    identical = comparison.identical.tolist()
    names = [escaped(dataset.name) for dataset in comparison.datasets]

    def label(place: int) -> str:
        return f'{steps[place]}: {names[place]}'.replace(';', '\\;')

    for place, (matched, distances) in enumerate(comparison.matched.of_each()):
        same = [label(other) for other in matched if identical[other] == identical[place]]
        near = [
            f'{label(other)} ({distance})'
            for other, distance in zip(matched, distances) if identical[other] != identical[place]
        ]
        yield '\t'.join([
            names[place], steps[place], canonical(comparison.datasets[place].code), '; '.join(same), '; '.join(near),
        ])


def omero_table(file: ComparedFile) -> str:
    """Return the table by which OMERO annotates images, which it finds by name."""
    first_rows = OMERO_ROWS_OF_PIXELS if file.of_pixels else OMERO_ROWS_OF_FILES
    return first_rows + ''.join(f'{escaped(each.name)}\t{canonical(each.code)}\n' for each in file.datasets)


if __name__ == '__main__':
    run(main, look_for_cycles=False)
