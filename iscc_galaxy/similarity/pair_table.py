"""The table of similar pairs: each in both directions, a dataset without a match once."""

from collections.abc import Iterable, Iterator

from iscc_galaxy.formats.tables import table
from iscc_galaxy.similarity.data_code_comparison import DataCodeComparison

COLUMNS = ('file_id', 'filename', 'iscc_code', 'match_id', 'match_filename', 'match_iscc_code', 'distance')
# The columns of the match, and the distance, of a dataset that has none.
NO_MATCH = '\t\t\t\t-1'


def pair_table(comparison: DataCodeComparison) -> Iterator[str]:
    """Yield the lines of the table; the datasets are in their order, for each the closest match comes first."""
    return table(COLUMNS, _rows(comparison))


def unlisted(columns: Iterable[str], pairs: int) -> Iterator[str]:
    """Yield the lines of a table in place of so many pairs that they are not listed."""
    return table(columns, [f'# {not_listed(pairs)}'])


def not_listed(pairs: int) -> str:
    """Return what is said of so many pairs that they are not listed."""
    return f'{pairs} pairs, not listed: see clusters'


def _rows(comparison: DataCodeComparison) -> Iterator[str]:
    others = comparison.others
    for dataset, (matched, distances) in zip(comparison.datasets, comparison.matched.of_each(), strict=True):
        own = dataset.columns
        if not matched:
            yield own + NO_MATCH
        for place, distance in zip(matched, distances):
            yield f'{own}\t{others[place].columns}\t{distance}'
