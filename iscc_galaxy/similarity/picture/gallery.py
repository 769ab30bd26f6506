"""The gallery: the groups of images that look alike, as rows of thumbnails, on one picture or, if long, on pages."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from iscc_galaxy.similarity.groups import Groups
from iscc_galaxy.similarity.picture.drawn_names import drawn_names
from iscc_galaxy.similarity.picture.fonts import FONT, fonts_for
from iscc_galaxy.similarity.picture.gallery_rows import HEADING, IN_ROW, MORE, on_pages, Part, parts_of, places_in, Row
from iscc_galaxy.similarity.picture.gallery_tiles import draw_tile, Tile, TILE_WIDTH, tiles_at
from iscc_galaxy.similarity.picture.heading import (
    copies_in_words, draw_heading, height_of, notes_on, number_of, result_of,
)
from iscc_galaxy.similarity.picture.page import EXACT_WIDTHS, GREY, MARGIN, page, SMALL, WIDTH, write

# A picture may be so high; the file has some more pixels, but no more than 4,000. Pages have the shape of A4.
HIGHEST, PAGE_HEIGHT = 2850, 877
FOOT, LINE, GAP = 24, 15, 6
OF_NUMBERS = 'Numbers are rows of the groups table. Distances are those to the representative of the group.'
# What is between tiles, and from the left of one tile to that of the next.
TILE_GAP = 10
STEP = TILE_WIDTH + TILE_GAP


@dataclass(frozen=True)
class Gallery:
    """What is drawn: a sentence and notes, the rows of each page, the tiles by their places.

    `left_out` is how many groups have no room.
    """

    groups: Groups
    threshold: int
    title: str
    notes: Sequence[str]
    pages: Sequence[Sequence[Row]]
    tiles: dict[int, Tile]
    left_out: int

    @property
    def top(self) -> float:
        """Where the first row begins."""
        return height_of(self.title, self.notes) + GAP

    @property
    def height(self) -> float:
        """How high a gallery of one page is."""
        return self.top + sum(row.height for row in self.pages[0]) + LINE * (self.left_out > 0) + MARGIN


def draw_gallery(groups: Groups, thumbnails: Sequence[bytes | None], threshold: int, path: Path) -> str:
    """Draw the gallery, and return its format: 'png', or 'pdf' where it is too long for one picture.

    The thumbnails, in PNG, are in the order of `groups.datasets`; an image that is only known from a table has none.
    `threshold` is in bits.
    """
    parts = parts_of(groups)
    letters = ''.join(groups.datasets[place].name for place in places_in(parts))
    with warnings.catch_warnings(), rc_context({'font.family': fonts_for(letters), **EXACT_WIDTHS}):
        # A letter that no font has is drawn as a box, and in some scripts letters stand apart that belong together;
        # the log of a good job holds no warning.
        warnings.filterwarnings('ignore', message='Glyph .* missing from font|Matplotlib .* does not support')
        gallery = _gallery(groups, parts, thumbnails, threshold)
        if len(gallery.pages) == 1:
            picture(gallery, 0).savefig(path, format='png', dpi='figure')
            return 'png'
        with PdfPages(path, metadata={'CreationDate': None}) as file:
            for number in range(len(gallery.pages)):
                picture(gallery, number).savefig(file, format='pdf', dpi='figure')
        return 'pdf'


def picture(gallery: Gallery, number: int) -> Figure:
    """Return a page of the gallery, counted from 0."""
    rows, is_first, is_last = gallery.pages[number], number == 0, number == len(gallery.pages) - 1
    top = gallery.top if is_first else MARGIN
    figure, axes = page(gallery.height if len(gallery.pages) == 1 else PAGE_HEIGHT)
    if is_first:
        kind = gallery.groups.comparison.kind
        draw_heading(axes, gallery.title, gallery.notes, kind, gallery.threshold, has_self=False)
    for row in rows:
        _draw_row(axes, top, row, gallery)
        top += row.height
    if is_last and gallery.left_out:
        write(axes, MARGIN, top + LINE / 2, f'and {number_of(gallery.left_out, "more group")}: see the groups table')
    if len(gallery.pages) > 1:
        words = f'page {number + 1} of {len(gallery.pages)}'
        write(axes, WIDTH - MARGIN, PAGE_HEIGHT - FOOT / 2, words, SMALL, color=GREY, ha='right')
    return figure


def _gallery(
    groups: Groups, parts: Sequence[Sequence[Part]], thumbnails: Sequence[bytes | None], threshold: int,
) -> Gallery:
    places = places_in(parts)
    *cut, names = drawn_names([groups.datasets[place].name for place in places])
    notes = notes_on(groups, *cut, OF_NUMBERS if parts else '', '')
    if (groups.distance > threshold).any():
        notes.append('What is not similar to the representative is similar to others of the group.')
    tiles = tiles_at(groups, thumbnails, places, names, threshold)
    rows = [Row(row, max(tiles[place].height for place in places_in([row])), row[0].is_first) for row in parts]
    left_out = len(set(groups.group[groups.size > 1])) - sum(part.is_first for row in parts for part in row)
    gallery = Gallery(
        groups, threshold, result_of(groups), notes, on_pages(rows, math.inf, math.inf), tiles, left_out)
    if gallery.height <= HIGHEST:
        return gallery
    room = PAGE_HEIGHT - FOOT - LINE * (left_out > 0)
    return replace(gallery, pages=on_pages(rows, room - gallery.top, room - MARGIN))


def _draw_row(axes: Axes, top: float, row: Row, gallery: Gallery) -> None:
    if row.has_heading:
        for part in row.parts:
            _draw_heading_of(axes, top, part, gallery.groups)
        top += HEADING
    for part in row.parts:
        for column, place in enumerate(part.places, part.column):
            draw_tile(axes, MARGIN + column * STEP, top, gallery.tiles[place])
        if part.more:
            y = top + row.tile_height + MORE / 2
            write(axes, MARGIN, y, f'and {part.more:,} more in this group: see the groups table', color=GREY)


def _draw_heading_of(axes: Axes, top: float, part: Part, groups: Groups) -> None:
    """Write what a group is above its tiles, with a line below that is as wide as they are."""
    members = np.flatnonzero(groups.group == part.group)
    copies = part.size - len({groups.identical[place] for place in members})
    if part.is_first:
        words, more = f'{part.size:,} images', copies_in_words(copies, groups.comparison.kind) if copies else ''
    else:
        words, more = 'continued', f'The representative has the number {members[0] + 1}.'
    left = MARGIN + part.column * STEP
    right = left + (len(part.places) if part.is_first else IN_ROW) * STEP - TILE_GAP
    # Of the other fonts, which names may need, not all have bold letters.
    write(axes, left, top + LINE / 2, f'Group {part.group}: {words}', weight='bold', family=FONT)
    write(axes, right, top + LINE / 2, more, SMALL, color=GREY, ha='right')
    axes.hlines(top + LINE + 2, left, right, color='#999999', linewidth=0.8)
