"""What stands above a gallery: what was found in one sentence, some notes, and what the colours of the frames mean."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from iscc_galaxy.images.image_codes import BITS
from iscc_galaxy.similarity.groups import Groups
from iscc_galaxy.similarity.picture.gallery_tiles import Colour, copies_among, LINKED, similar_colour
from iscc_galaxy.similarity.picture.heading import number_of
from iscc_galaxy.similarity.picture.page import GREY, lines_of, MARGIN, text_width, TITLE, write
from iscc_galaxy.similarity.picture.shades import COPY

TITLE_LINE, LINE, LEGEND = 19, 15, 34
# A box of the legend, what is between it and its words, and between them and the next box.
BOX, BOX_GAP, WORDS_GAP = 13, 5, 16
# The shades of blue that stand for all.
SHADES = 8


@dataclass(frozen=True)
class Heading:
    """The lines of the sentence and of the notes, and the legend: words, and the colours that they explain."""

    title: Sequence[str]
    notes: Sequence[str]
    legend: Sequence[tuple[str, Sequence[Colour]]]

    @property
    def height(self) -> int:
        """How much of the page the heading takes."""
        return MARGIN + TITLE_LINE * len(self.title) + LINE * len(self.notes) + LEGEND * bool(self.legend)


def heading_of(groups: Groups, beginning: str, end: str, threshold: int) -> Heading:
    """Return the heading; `beginning` and `end` are what all names have, `threshold` is in bits of 256."""
    of_group = groups.size > 1
    title = lines_of(_result(len(of_group), len(set(groups.group[of_group])), int(of_group.sum())), TITLE)
    if not of_group.any():
        return Heading(title, [f'No two images are within the maximum distance of {threshold} of {BITS} bits.'], [])
    legend = [('same pixels', [COPY]), (_similar(threshold), _shades(threshold))]
    if (groups.distance > threshold).any():
        legend.append(('further, but linked by others of the group', [LINKED]))
    notes = _notes(groups, beginning, end)
    return Heading(title, [line for note in notes for line in lines_of(note)], legend)


def draw_heading(axes: Axes, heading: Heading) -> None:
    """Write the sentence and the notes, and draw the legend below."""
    y = float(MARGIN)
    for line in heading.title:
        write(axes, MARGIN, y + TITLE_LINE / 2, line, TITLE)
        y += TITLE_LINE
    for line in heading.notes:
        write(axes, MARGIN, y + LINE / 2, line, color=GREY)
        y += LINE
    x = float(MARGIN)
    for words, colours in heading.legend:
        _draw_box(axes, x, y + LEGEND / 2, colours)
        write(axes, x + _width_of(colours) + BOX_GAP, y + LEGEND / 2, words)
        x += _width_of(colours) + BOX_GAP + text_width(words) + WORDS_GAP


def _result(images: int, groups: int, in_groups: int) -> str:
    """Return what was found, in one sentence."""
    compared, found = number_of(images, 'image'), number_of(groups, 'group')
    if not groups:
        return f'{compared}: none is similar to another'
    if in_groups == images:
        return f'{compared}: {found} with all of them'
    return f'{compared}: {found} with {number_of(in_groups, "image")}; {images - in_groups:,} similar to no other'


def _notes(groups: Groups, beginning: str, end: str) -> list[str]:
    copies = copies_among(groups, np.flatnonzero(groups.size > 1))
    cut = ' and '.join(f'{words} with "{part}"' for words, part in (('begin', beginning), ('end', end)) if part)
    notes = [f'Same pixels as another one: {number_of(copies, "image")}.'] if copies else []
    notes += [f'Names {cut}'] if cut else []
    return [*notes, 'Numbers are rows of the groups table. Distances are those to the representative of the group.']


def _similar(threshold: int) -> str:
    return f'similar: up to {threshold} of {BITS} bits' if threshold else 'similar: equal Image-Codes'


def _shades(threshold: int) -> list[Colour]:
    return [similar_colour(bits, threshold) for bits in np.linspace(0, threshold, min(SHADES, threshold + 1))]


def _draw_box(axes: Axes, x: float, y: float, colours: Sequence[Colour]) -> None:
    width = _width_of(colours) / len(colours)
    for number, colour in enumerate(colours):
        axes.add_patch(Rectangle((x + number * width, y - BOX / 2), width, BOX, color=colour, linewidth=0))


def _width_of(colours: Sequence[Colour]) -> float:
    return BOX * max(1, len(colours) / 2)
