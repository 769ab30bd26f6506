"""What stands above each picture: the result in one sentence, some notes, and what the colours mean."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from iscc_galaxy.similarity.groups import Groups
from iscc_galaxy.similarity.kinds import Kind
from iscc_galaxy.similarity.picture.page import BLACK, GREY, lines_of, MARGIN, TEXT, text_width, TITLE, write
from iscc_galaxy.similarity.picture.shades import colours, FAR, IDENTICAL, SELF, SIMILAR

TITLE_LINE, LINE, LEGEND = 19, 15, 26
# A box of the legend, what is between it and its words, and between them and the next box.
BOX, BOX_GAP, WORDS_GAP = 13, 5, 16


def result_of(groups: Groups) -> str:
    """Return what the comparison has found, in one sentence."""
    sizes = np.bincount(groups.group)[1:]
    similar = sizes[sizes > 1]
    alone = len(sizes) - len(similar)
    thing = groups.comparison.kind.thing
    compared, found = number_of(len(groups.datasets), thing), number_of(len(similar), 'group')
    if not len(similar):
        return f'{compared}: none is similar to another'
    if not alone:
        return f'{compared}: {found} with all of them'
    return f'{compared}: {found} with {number_of(similar.sum(), thing)}; {alone:,} similar to no other'


def notes_on(groups: Groups, beginning: str, end: str, of_numbers: str, of_narrow: str) -> list[str]:
    """Return what else is to be said of all datasets, a line each.

    `of_numbers` says what their numbers are, and `of_narrow` where the distances of narrow codes count double.
    """
    kind = groups.comparison.kind
    copies = len(groups.datasets) - len(set(groups.identical))
    notes = [f'{copies_in_words(copies, kind).capitalize()} {kind.of_copies}.'] if copies else []
    cut = ' and '.join(f'{words} with "{part}"' for words, part in (('begin', beginning), ('end', end)) if part)
    notes += [f'Names {cut}'] if cut else []
    notes += [of_numbers] if of_numbers else []
    if (groups.bits_compared(range(len(groups.datasets))) < kind.bits).any():
        notes.append(f'Distances of narrow codes, which have 64 bits, count double{of_narrow}.')
    return notes


def copies_in_words(copies: int, kind: Kind) -> str:
    """Return how many datasets are equal to others but for their names."""
    return f'{copies:,} {kind.copy if copies == 1 else kind.copies}'


def height_of(title: str, notes: Sequence[str]) -> float:
    """Return how much of the page the sentence, the notes and the legend take."""
    return MARGIN + TITLE_LINE * len(lines_of(title, TITLE)) + LINE * len(_lines(notes)) + LEGEND


def draw_heading(
    axes: Axes, title: str, notes: Sequence[str], kind: Kind, threshold: int, has_self: bool,
) -> None:
    """Write the sentence and the notes, and draw the legend below."""
    y = float(MARGIN)
    for line in lines_of(title, TITLE):
        write(axes, MARGIN, y + TITLE_LINE / 2, line, TITLE)
        y += TITLE_LINE
    for line in _lines(notes):
        write(axes, MARGIN, y + LINE / 2, line, color=GREY)
        y += LINE
    _draw_legend(axes, y + LEGEND / 2, kind, threshold, has_self)


def number_of(count: int, thing: str) -> str:
    """Return a count with the thing that is counted."""
    return f'{count:,} {thing}{"" if count == 1 else "s"}'


def similar_words(kind: Kind, threshold: int) -> str:
    """Return in words which datasets are similar."""
    return f'similar: up to {number_of(threshold, "bit")}' if threshold else f'similar: equal {kind.code}s'


def _lines(notes: Sequence[str]) -> list[str]:
    return [line for note in notes for line in lines_of(note)]


def _draw_legend(axes: Axes, y: float, kind: Kind, threshold: int, has_self: bool) -> None:
    entries = [
        (kind.identical, [(IDENTICAL, 0)]), (similar_words(kind, threshold), _steps(SIMILAR, 0, threshold)),
    ]
    if threshold < kind.bits:
        entries.append(('not similar', _steps(FAR, threshold + 1, kind.bits)))
    if has_self:
        entries.append(('itself', [(SELF, 0)]))
    x = float(MARGIN)
    for words, steps in entries:
        width = BOX * max(1, len(steps) / 2)
        for number, (shade, bits) in enumerate(steps):
            colour = colours(np.array(shade), np.array(bits), threshold, kind.unrelated)
            axes.add_patch(Rectangle(
                (x + number * width / len(steps), y - BOX / 2), width / len(steps), BOX, color=colour, linewidth=0))
        axes.add_patch(Rectangle((x, y - BOX / 2), width, BOX, fill=False, edgecolor=GREY, linewidth=0.4))
        x += width + BOX_GAP
        write(axes, x, y, words, color=BLACK)
        x += text_width(words, TEXT) + WORDS_GAP


def _steps(shade: int, low: int, high: int) -> list[tuple[int, int]]:
    """Return some distances from one to another, each with the kind of shade."""
    return [(shade, round(bits)) for bits in np.linspace(low, high, min(8, high - low + 1))]
