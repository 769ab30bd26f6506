"""The table of similar pairs: each in both directions, an entry without a match once."""

from collections.abc import Iterator, Sequence

import numpy as np

from code_sets import CodeSet
from entries import Entry
from matches import Matches
from ranges import cut_points, places_of_ranges

COLUMNS = ('file_id', 'filename', 'iscc_code', 'match_id', 'match_filename', 'match_iscc_code', 'distance')
# The columns of the match, and the distance, of an entry that has none.
NO_MATCH = '\t\t\t\t-1\n'
# Rows that are put together at a time.
ROWS = 2 ** 18


def pair_rows(
    matches: Matches, entries: Sequence[Entry], found: CodeSet, others: Sequence[Entry], found_others: CodeSet,
) -> Iterator[str]:
    """Give the rows in the order of the entries; among entries compared with each other, `others` are the same."""
    for entry, (matched, distances) in zip(entries, matches_of_entries(matches, found, found_others), strict=True):
        own = entry.columns
        if not matched:
            yield own + NO_MATCH
        for place, distance in zip(matched, distances):
            yield f'{own}\t{others[place].columns}\t{distance}\n'


def matches_of_entries(
    matches: Matches, found: CodeSet, found_others: CodeSet,
) -> Iterator[tuple[list[int], list[int]]]:
    """Give, for each entry in order, the places of its matches among the others, and their distances.

    The closest match is first, equals are in the order of the others.
    """
    neighbours, distances, begins = matches.neighbours()
    first_other = 0 if matches.is_self else len(found)
    bounds = cut_points(matches.matches_of[found.code_of] + 1, ROWS)
    for low, high in zip(bounds, bounds[1:]):
        # From entries to the codes that match theirs, and on to the entries that have those codes.
        codes = found.code_of[low:high]
        count = begins[codes + 1] - begins[codes]
        near = places_of_ranges(begins[codes], count)
        other = neighbours[near] - first_other
        counts = found_others.counts[other]
        match = found_others.entries[places_of_ranges(found_others.starts[other], counts)]
        entry = np.repeat(np.repeat(np.arange(low, high), count), counts)
        distance = np.repeat(distances[near], counts)
        if matches.is_self:
            is_other = entry != match
            entry, match, distance = entry[is_other], match[is_other], distance[is_other]
        order = np.lexsort((match, distance, entry))
        places = np.searchsorted(entry[order], np.arange(low, high + 1)).tolist()
        matched, apart = match[order].tolist(), distance[order].tolist()
        for begin, end in zip(places, places[1:]):
            yield matched[begin:end], apart[begin:end]
