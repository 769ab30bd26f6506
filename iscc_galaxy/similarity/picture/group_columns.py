"""Which groups and how many of their members find room in the columns of a page."""

from collections.abc import Sequence
from dataclasses import dataclass

# The lines of the list, and how high the page may be: more can't be seen at once.
LINE, BLOCK_GAP, HIGHEST = 15, 9, 645
# Where not all groups find room, each has so many members listed.
FEWEST_MEMBERS = 8
MOST_MEMBERS = HIGHEST // LINE - 2
# More groups than this find no room in two columns.
MOST_GROUPS = 2 * (HIGHEST + BLOCK_GAP) // (3 * LINE + BLOCK_GAP)


@dataclass(frozen=True)
class Block:
    """A group in the list: its number, the places of its datasets from `start` up to `end`, how many have a line."""

    number: int
    start: int
    end: int
    shown: int

    @property
    def size(self) -> int:
        """How many datasets the group has."""
        return self.end - self.start

    @property
    def places(self) -> range:
        """The places of the datasets that have a line."""
        return range(self.start, self.start + self.shown)

    @property
    def height(self) -> int:
        """How much of a column the group takes: a line for what it is, its members, how many more there are, a gap."""
        return LINE * (1 + self.shown + (self.shown < self.size)) + BLOCK_GAP


def in_columns(bounds: Sequence[tuple[int, int]], count: int) -> list[list[Block]]:
    """Return groups in columns: all, with as many of their members as find room, or as many groups as do.

    The columns are no higher than they need to be.
    """
    for most in range(MOST_MEMBERS, FEWEST_MEMBERS - 1, -1):
        blocks = _blocks(bounds, most)
        if not _filled(blocks, count, HIGHEST)[1]:
            break
    lowest = max((block.height for block in blocks), default=0)
    for height in range(lowest, HIGHEST, LINE):
        columns, left_out = _filled(blocks, count, height)
        if not left_out:
            return columns
    return _filled(blocks, count, HIGHEST)[0]


def _blocks(bounds: Sequence[tuple[int, int]], most: int) -> list[Block]:
    """Return groups with some of their members; the last one has a line where another would say that it is left out."""
    return [
        Block(number, start, end, end - start if end - start <= most + 1 else most)
        for number, (start, end) in enumerate(bounds, 1)
    ]


def _filled(blocks: Sequence[Block], count: int, height: int) -> tuple[list[list[Block]], Sequence[Block]]:
    """Return columns no higher than a height, not counting the gap below the last group, and what finds no room."""
    columns: list[list[Block]] = []
    free = 0
    for place, block in enumerate(blocks):
        if block.height > free:
            if len(columns) == count:
                return columns, blocks[place:]
            columns.append([])
            free = height + BLOCK_GAP
        columns[-1].append(block)
        free -= block.height
    return columns, ()
