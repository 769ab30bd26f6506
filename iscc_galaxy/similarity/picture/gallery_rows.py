"""The rows of a gallery: which tiles stand side by side, and which rows find room on a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from iscc_galaxy.similarity.groups import Groups

# Tiles that stand side by side, and how many of a group are shown.
IN_ROW = 5
MOST_OF_GROUP = 8 * IN_ROW
# More images than this nobody looks through, and they would take minutes to draw.
MOST_IMAGES = 2000
# A group's line above its tiles, the line that says how many more it has, and what is below a row.
HEADING, MORE, GAP = 22, 24, 14


@dataclass(frozen=True)
class Part:
    """Tiles of one group that stand side by side: the number of the group, its size, and the places of the images.

    `column` is where the first tile stands, and `more` how many images of the group are not shown after the last one.
    """

    group: int
    size: int
    places: range
    column: int
    is_first: bool
    more: int


@dataclass(frozen=True)
class Row:
    """One part, or two of groups of two. There is a line above if a group begins here, or a page."""

    parts: Sequence[Part]
    tile_height: int
    has_heading: bool

    @property
    def height(self) -> int:
        """How high the row is, with the gap below."""
        return HEADING * self.has_heading + self.tile_height + MORE * (self.parts[0].more > 0) + GAP


def parts_of(groups: Groups) -> list[list[Part]]:
    """Return the groups of two or more, row by row, as many as may be shown. Two groups of two share a row."""
    rows: list[list[Part]] = []
    shown = 0
    for number, (start, size) in enumerate(_bounds(groups), 1):
        end = start + min(size, MOST_OF_GROUP)
        shown += end - start
        if shown > MOST_IMAGES:
            break
        if size == 2 and rows and rows[-1][0].size == 2 and len(rows[-1]) == 1:
            rows[-1].append(Part(number, size, range(start, end), IN_ROW - 2, True, 0))
            continue
        for first in range(start, end, IN_ROW):
            last = min(first + IN_ROW, end)
            more = start + size - end if last == end else 0
            rows.append([Part(number, size, range(first, last), 0, first == start, more)])
    return rows


def places_in(parts: Sequence[Sequence[Part]]) -> list[int]:
    """Return the places of all images in some rows."""
    return [place for row in parts for part in row for place in part.places]


def on_pages(rows: Sequence[Row], first_height: float, height: float) -> list[list[Row]]:
    """Return the rows page by page; the first page has room for less, the heading of the gallery being there."""
    pages: list[list[Row]] = [[]]
    free = first_height
    for row in rows:
        if pages[-1] and row.height > free:
            pages.append([])
            free = height
            row = replace(row, has_heading=True)
        pages[-1].append(row)
        free -= row.height
    return pages


def _bounds(groups: Groups) -> Iterator[tuple[int, int]]:
    """Yield where each group of two or more begins, and its size; the largest come first."""
    start = 0
    while start < len(groups.size) and groups.size[start] > 1:
        yield start, int(groups.size[start])
        start += int(groups.size[start])
