"""The picture of many datasets: the largest groups with the names of their members, and how all distances lie."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from iscc_galaxy.similarity.groups import Groups
from iscc_galaxy.similarity.picture.drawn_names import drawn_names
from iscc_galaxy.similarity.picture.fonts import FONT
from iscc_galaxy.similarity.picture.group_columns import Block, BLOCK_GAP, in_columns, LINE, MOST_GROUPS, MOST_MEMBERS
from iscc_galaxy.similarity.picture.group_members import Member, members_at
from iscc_galaxy.similarity.picture.heading import (
    copies_in_words, draw_heading, height_of, notes_on, number_of, result_of,
)
from iscc_galaxy.similarity.picture.histogram import draw_histogram, HEIGHT as HISTOGRAM
from iscc_galaxy.similarity.picture.page import cut_to, GREY, MARGIN, page, text_width, WIDTH, write

COLUMN_GAP, BOX, GAP = 24, 9, 6


@dataclass(frozen=True)
class Column:
    """Where a column of the list begins and ends, where the numbers in it end, and where the names begin and end."""

    left: float
    right: float
    numbers_end: float
    names: float
    names_end: float


def listed_places(groups: Groups) -> list[int]:
    """Return the places of all datasets that may be listed."""
    return [place for start, end in _bounds(groups) for place in range(start, min(end, start + MOST_MEMBERS + 1))]


def group_list(groups: Groups, threshold: int) -> Figure:
    """Return the picture; the numbers are those of the rows of the table of groups."""
    blocks, columns, members, cut = _layout(groups, threshold)
    title = result_of(groups)
    notes = notes_on(groups, *cut, 'Numbers are rows of the groups table.' if members else '', ' in the colours')
    top = height_of(title, notes) + GAP
    below = top + max((sum(block.height for block in column) for column in blocks), default=0)
    left_out = np.count_nonzero(np.bincount(groups.group) > 1) - sum(map(len, blocks))
    figure, axes = page(below + (LINE + 2 * BLOCK_GAP) * (left_out > 0) + HISTOGRAM)
    draw_heading(axes, title, notes, groups.comparison.kind, threshold, has_self=False)
    for column, of_column in zip(columns, blocks):
        _draw_blocks(axes, column, top, of_column, members, groups)
    if left_out > 0:
        write(axes, MARGIN, below + LINE / 2, f'and {number_of(left_out, "more group")}: see the groups table')
        below += LINE + 2 * BLOCK_GAP
    draw_histogram(figure, axes, below, groups, threshold)
    return figure


def _layout(groups: Groups, threshold: int) -> tuple[list[list[Block]], list[Column], dict[int, Member], list[str]]:
    """Return what is in the columns of the list, these, the members, and what all their names begin and end with.

    There are two columns if the names have room in them, else one.
    """
    for count in (2, 1):
        blocks = in_columns(_bounds(groups), count)
        places = [place for block in chain(*blocks) for place in block.places]
        *cut, names = drawn_names([groups.datasets[place].name for place in places])
        members = members_at(groups, places, names, threshold)
        columns = _columns(count, members.values())
        if all(text_width(name) <= columns[0].names_end - columns[0].names for name in names):
            break
    return blocks, columns, members, cut


def _bounds(groups: Groups) -> list[tuple[int, int]]:
    """Return where the largest groups of two or more begin and end."""
    numbers = np.arange(1, min(MOST_GROUPS, groups.group[-1]) + 2)
    bounds = np.searchsorted(groups.group, numbers).tolist()
    return [(start, end) for start, end in zip(bounds, bounds[1:]) if end - start > 1]


def _columns(count: int, members: Iterable[Member]) -> list[Column]:
    """Return the columns of the list, all of one width."""
    width = (WIDTH - 2 * MARGIN - (count - 1) * COLUMN_GAP) / count
    numbers = max((text_width(member.number) for member in members), default=0)
    relations = max((text_width(member.relation) for member in members), default=0)
    lefts = [MARGIN + place * (width + COLUMN_GAP) for place in range(count)]
    return [
        Column(left, left + width, left + numbers, left + numbers + BOX + 2 * GAP, left + width - relations - 2 * GAP)
        for left in lefts
    ]


def _draw_blocks(
    axes: Axes, column: Column, y: float, blocks: Sequence[Block], members: dict[int, Member], groups: Groups,
) -> None:
    kind = groups.comparison.kind
    for block in blocks:
        copies = block.size - len(set(groups.identical[block.start:block.end]))
        # Of the other fonts, which names may need, not all have bold letters.
        write(axes, column.left, y + LINE / 2, f'Group {block.number}: {number_of(block.size, kind.thing)}',
              weight='bold', family=FONT)
        if copies:
            write(axes, column.right, y + LINE / 2, copies_in_words(copies, kind), color=GREY, ha='right')
        axes.hlines(y + LINE, column.left, column.right, color='#cccccc', linewidth=0.6)
        for line, place in enumerate(block.places, 1):
            _draw_member(axes, column, y + (line + 0.5) * LINE, members[place])
        if block.shown < block.size:
            write(axes, column.names, y + (block.shown + 1.5) * LINE, f'and {block.size - block.shown:,} more',
                  color=GREY)
        y += block.height


def _draw_member(axes: Axes, column: Column, y: float, member: Member) -> None:
    write(axes, column.numbers_end, y, member.number, color=GREY, ha='right')
    axes.add_patch(Rectangle(
        (column.numbers_end + GAP, y - BOX / 2), BOX, BOX, facecolor=member.colour, edgecolor=GREY, linewidth=0.4))
    write(axes, column.names, y, cut_to(column.names_end - column.names, member.name))
    write(axes, column.right, y, member.relation, ha='right')
