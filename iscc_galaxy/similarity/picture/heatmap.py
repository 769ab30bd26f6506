"""The picture of a comparison: who is like whom. Of few datasets a heatmap of all distances, of many their groups."""

import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from iscc_galaxy.similarity.groups import Groups
from iscc_galaxy.similarity.picture.drawn_names import drawn_names
from iscc_galaxy.similarity.picture.fonts import fonts_for
from iscc_galaxy.similarity.picture.group_list import group_list, listed_places
from iscc_galaxy.similarity.picture.heading import draw_heading, height_of, notes_on, result_of
from iscc_galaxy.similarity.picture.page import (
    BLACK, cut_to, EXACT_WIDTHS, GREY, MARGIN, page, SMALL, text_width, WIDTH, write,
)
from iscc_galaxy.similarity.picture.shades import colours, IDENTICAL, kinds, SELF, text_colour

# From so many datasets on, their groups are listed; up to so many, each cell has its distance written in.
FIRST_LISTED = 40
MOST_NUMBERED = 14
# Cells and rows, and how wide the names may be where cells could be larger.
SMALLEST_CELL, LARGEST_CELL, LOWEST_ROW, NAMES = 11.2, 36, 14, 300
# Smaller numbers are hard to read.
SMALLEST_NUMBER = 8
GAP = 6


def draw(groups: Groups, threshold: int, path: Path) -> None:
    """Draw the heatmap of few datasets, or the groups and distances of many, as PNG."""
    places = range(len(groups.datasets)) if _is_heatmap(groups) else listed_places(groups)
    names = ''.join(groups.datasets[place].name for place in places)
    with warnings.catch_warnings(), rc_context({'font.family': fonts_for(names), **EXACT_WIDTHS}):
        # A letter that no font has is drawn as a box, and in some scripts letters stand apart that belong together;
        # the log of a good job holds no warning.
        warnings.filterwarnings('ignore', message='Glyph .* missing from font|Matplotlib .* does not support')
        picture(groups, threshold).savefig(path, format='png', dpi='figure')


def picture(groups: Groups, threshold: int) -> Figure:
    """Return the picture; `threshold` is the maximum distance in bits of a whole code."""
    return (_heatmap if _is_heatmap(groups) else group_list)(groups, threshold)


def _is_heatmap(groups: Groups) -> bool:
    return len(groups.datasets) < FIRST_LISTED


def _heatmap(groups: Groups, threshold: int) -> Figure:
    """Return a picture of the distances of all pairs; the rows are those of the table of groups, in its order."""
    size = len(groups.datasets)
    *cut, names = drawn_names([dataset.name for dataset in groups.datasets])
    title = result_of(groups)
    notes = notes_on(groups, *cut, 'Numbers are rows of the groups table; groups are framed.', '')
    top = height_of(title, notes) + LOWEST_ROW + GAP
    left, cell = _columns(names)
    row = max(cell, LOWEST_ROW)
    figure, axes = page(top + size * row + MARGIN)
    draw_heading(axes, title, notes, groups.comparison.kind, threshold, has_self=True)
    _draw_cells(axes, (left, top, cell, row), groups, threshold)
    _draw_names(axes, (left, top, cell, row), names)
    return figure


def _columns(names: list[str]) -> tuple[float, float]:
    """Return where the cells begin, and how wide a cell is."""
    numbers = text_width(str(len(names))) + 2 * GAP
    free = WIDTH - 2 * MARGIN - numbers
    widest = min(NAMES, max(map(text_width, names)))
    cell = min(LARGEST_CELL, max(SMALLEST_CELL, (free - widest) / len(names)))
    return MARGIN + numbers + min(widest, free - cell * len(names)), cell


def _draw_names(axes: Axes, grid: tuple[float, float, float, float], names: list[str]) -> None:
    """Write the names before the rows, and the numbers of all before the rows and above the columns."""
    left, top, cell, row = grid
    end = left - text_width(str(len(names))) - 2 * GAP
    size = _size_of_numbers(cell)
    rotation = 'horizontal' if text_width(str(len(names)), size) <= cell - GAP / 2 else 'vertical'
    for place, name in enumerate(names):
        y = top + (place + 0.5) * row
        write(axes, end, y, cut_to(end - MARGIN, name), ha='right')
        write(axes, left - GAP, y, str(place + 1), color=GREY, ha='right')
        write(
            axes, left + (place + 0.5) * cell, top - LOWEST_ROW / 2, str(place + 1), size, color=GREY, ha='center',
            rotation=rotation,
        )


def _draw_cells(axes: Axes, grid: tuple[float, float, float, float], groups: Groups, threshold: int) -> None:
    left, top, cell, row = grid
    size = len(groups.datasets)
    matrix, identical = groups.comparison.all_distances(groups.places), np.array(groups.identical)
    kind = kinds(matrix, identical[:, None] == identical, threshold)
    np.fill_diagonal(kind, SELF)
    shades = colours(kind, matrix, threshold, groups.comparison.kind.unrelated)
    axes.imshow(
        shades, extent=(left, left + size * cell, top + size * row, top), aspect='auto', interpolation='nearest')
    lines = np.arange(size + 1)
    axes.hlines(top + lines * row, left, left + size * cell, color='white', linewidth=0.7)
    axes.vlines(left + lines * cell, top, top + size * row, color='white', linewidth=0.7)
    _frame_groups(axes, grid, groups.group)
    for one, other in np.argwhere(_is_numbered(groups)):
        words = '=' if kind[one, other] == IDENTICAL else str(matrix[one, other])
        if text_width(words, _size_of_numbers(cell)) <= cell:
            write(
                axes, left + (other + 0.5) * cell, top + (one + 0.5) * row, words, _size_of_numbers(cell),
                color=text_colour(shades[one, other]), ha='center',
            )


def _size_of_numbers(cell: float) -> float:
    """Return the size in which two digits fill a cell, within what is readable."""
    return min(SMALL, max(SMALLEST_NUMBER, SMALL * (cell - 1) / text_width('00', SMALL)))


def _is_numbered(groups: Groups) -> np.ndarray:
    """Return into which cells the distance is written: in few datasets all, else those inside groups."""
    in_group = groups.group[:, None] == groups.group
    return (in_group | (len(in_group) <= MOST_NUMBERED)) & ~np.eye(len(in_group), dtype=bool)


def _frame_groups(axes: Axes, grid: tuple[float, float, float, float], numbers: np.ndarray) -> None:
    """Frame the groups, whose members stand side by side."""
    left, top, cell, row = grid
    starts = np.flatnonzero(np.diff(numbers, prepend=0)).tolist()
    for start, end in pairwise([*starts, len(numbers)]):
        if end - start > 1:
            axes.add_patch(Rectangle(
                (left + start * cell, top + start * row), (end - start) * cell, (end - start) * row, fill=False,
                edgecolor=BLACK, linewidth=1.2, zorder=3,
            ))
