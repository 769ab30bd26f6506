"""The heatmap of a comparison: who is like whom. For many datasets, the largest groups and all distances instead."""

import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager, get_font
from matplotlib.patches import Rectangle
from matplotlib.transforms import ScaledTranslation

from iscc_galaxy.iscc.iscc_codes import is_narrow
from iscc_galaxy.similarity.compared import ComparedDataset
from iscc_galaxy.similarity.data_codes import data_codes, distances
from iscc_galaxy.similarity.groups import Groups

# Up to so many datasets, each has a row with its name; up to so many, each cell has its distance written in.
MOST_NAMED = 100
MOST_NUMBERED = 30
MOST_GROUPS = 20
# The font that matplotlib brings.
FONT = 'DejaVu Sans'
# Names are cut in the middle, for they often differ at their ends.
LONGEST_NAME = 44
# So many datasets stand for all in the distribution of distances.
SAMPLE = 2000
BITS = 128
# Two unrelated datasets are mostly about this far apart: half of the bits are equal by chance.
UNRELATED = 64
# Shades of one colour, told apart also by the colour-blind: the darker, the more alike.
COLOURS = 'Blues_r'
DARK, MIDDLE, LIGHT = '#08306b', '#8c8c8c', '#9ecae1'
BAR_INCHES = 2.4
# Words nearer to each other than so many bits would overlap beside the colour bar.
TICK_BITS = 5
TITLE_SIZE, TEXT_SIZE, CELL_TEXT_SIZE = 13, 9, 7


def draw(groups: Groups, threshold: int, path: Path) -> None:
    """Draw the heatmap of few datasets, or the groups and distances of many, as PNG."""
    make = _heatmap if len(groups.datasets) <= MOST_NAMED else _overview
    names = ''.join(groups.datasets[place].name for place in _named(groups))
    with warnings.catch_warnings(), rc_context({'font.family': _fonts_for(names)}):
        # A letter that no font has is drawn as a box, and in some scripts letters stand apart that belong together;
        # the log of a good job holds no warning.
        warnings.filterwarnings('ignore', message='Glyph .* missing from font|Matplotlib .* does not support')
        make(groups, threshold).savefig(path, format='png', dpi=110, bbox_inches='tight', pad_inches=0.2)


def _named(groups: Groups) -> Iterable[int]:
    """Return the places of the datasets whose names are drawn: all, or of many the first of each large group."""
    if len(groups.datasets) <= MOST_NAMED:
        return range(len(groups.datasets))
    return np.searchsorted(groups.group, np.arange(1, min(MOST_GROUPS, groups.group[-1]) + 1))


def _heatmap(groups: Groups, threshold: int) -> Figure:
    """Draw the distances of all pairs; the rows are those of the table of groups, in its order."""
    matrix = _distances(groups.datasets)
    size = len(groups.datasets)
    cell = 0.3 if size <= MOST_NUMBERED else 0.17
    side = max(size * cell, BAR_INCHES)
    # The cells fill the figure; names, title and colour bar stand outside, and the file is cut to hold them all.
    figure = Figure(figsize=(side, side))
    axes = figure.add_axes((0, 0, 1, 1))
    image = axes.imshow(matrix, COLOURS, vmin=0, vmax=UNRELATED)
    labels = [f'{_visible(dataset.name)}  {number}' for number, dataset in enumerate(groups.datasets, start=1)]
    for label in axes.set_yticks(range(size), labels, size=TEXT_SIZE):
        label.label1.set_parse_math(False)
    axes.set_xticks(range(size) if size <= MOST_NUMBERED else [], range(1, size + 1) if size <= MOST_NUMBERED else [],
                    size=TEXT_SIZE)
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    axes.spines[:].set_visible(False)
    _mark_groups(axes, groups.group)
    if size <= MOST_NUMBERED:
        _write_distances(axes, matrix, groups.identical)
    similar = np.count_nonzero(groups.size > 1)
    has_signs = size <= MOST_NUMBERED and len(set(groups.identical)) < size
    lines = (
        (0.3, TEXT_SIZE, f'{similar or "None"} of them similar to another, within {threshold} of {BITS} bits'
         + (': groups are framed' if similar else '') + ('; "=" is bit-identical' if has_signs else '')),
        (0.55, TITLE_SIZE, f'{size} datasets, compared by their content'),
    )
    for inches, text_size, line in lines:
        above = axes.transAxes + ScaledTranslation(0, inches, figure.dpi_scale_trans)
        axes.text(0, 1, line, size=text_size, transform=above)
    share = BAR_INCHES / side
    bar = figure.colorbar(image, figure.add_axes((1 + share / 8, 1 - share, share / 14, share)))
    words = {0: 'equal Data-Codes', UNRELATED: 'unrelated'}
    if TICK_BITS <= threshold <= UNRELATED - TICK_BITS:
        words[threshold] = 'maximum distance'
    bar.set_ticks(list(words), labels=[f'{bits}  {word}' for bits, word in words.items()], size=TEXT_SIZE)
    bar.set_label('Distance of the Data-Codes (bits)', size=TEXT_SIZE)
    return figure


def _mark_groups(axes: Axes, numbers: np.ndarray) -> None:
    """Frame the groups, whose members stand side by side."""
    starts = np.flatnonzero(np.diff(numbers, prepend=0))
    for start, end in zip(starts, [*starts[1:], len(numbers)]):
        if end - start > 1:
            axes.add_patch(Rectangle(
                (start - 0.5, start - 0.5), end - start, end - start, fill=False, edgecolor='black', linewidth=1.5,
                clip_on=False,
            ))


def _write_distances(axes: Axes, matrix: np.ndarray, identical: list[int]) -> None:
    """Write the distance into each cell, or that the two are bit-identical."""
    for (row, column), distance in np.ndenumerate(matrix):
        if row != column:
            axes.text(
                column, row, '=' if identical[row] == identical[column] else f'{distance:.0f}', size=CELL_TEXT_SIZE,
                ha='center', va='center', color='white' if distance < UNRELATED / 2 else 'black',
            )


def _overview(groups: Groups, threshold: int) -> Figure:
    """Draw the largest groups, and how the distances of all pairs are distributed."""
    figure = Figure(figsize=(12, 6.4), layout='constrained')
    left, right = figure.subplots(1, 2, width_ratios=[1.15, 1])
    sizes = np.bincount(groups.group)[1:]
    alone = np.count_nonzero(sizes == 1)
    figure.suptitle(
        f'{len(groups.datasets):,} datasets, compared by their content: {len(sizes) - alone:,} groups of similar ones, '
        f'{alone:,} similar to no other', size=TITLE_SIZE, x=0.01, ha='left',
    )
    _draw_groups(left, groups, sizes[sizes > 1][:MOST_GROUPS], np.count_nonzero(sizes > 1))
    _draw_distribution(right, groups.datasets, threshold)
    return figure


def _draw_groups(axes: Axes, groups: Groups, sizes: np.ndarray, all_groups: int) -> None:
    part = f', the largest {len(sizes)} of {all_groups:,}' if all_groups > len(sizes) else ''
    axes.set_title(f'Groups of similar datasets{part}', size=TEXT_SIZE + 1, loc='left')
    axes.spines[['top', 'right']].set_visible(False)
    if not len(sizes):
        axes.set_axis_off()
        axes.text(0, 0.5, 'No two datasets are similar.', size=TEXT_SIZE + 1)
        return
    starts = np.searchsorted(groups.group, np.arange(1, len(sizes) + 1))
    contents = np.array([len(set(groups.identical[start:start + size])) for start, size in zip(starts, sizes)])
    places = np.arange(len(sizes))
    axes.barh(places, contents, color=DARK, label='different contents')
    axes.barh(places, sizes - contents, left=contents, color=LIGHT, label='bit-identical copies of these')
    for place, size in zip(places, sizes):
        axes.text(size, place, f' {size:,}', size=TEXT_SIZE, va='center')
    names = [f'{_visible(groups.datasets[start].name)}  {number}' for number, start in enumerate(starts, start=1)]
    for label in axes.set_yticks(places, names, size=TEXT_SIZE):
        label.label1.set_parse_math(False)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.locator_params(axis='x', integer=True)
    axes.set_xlabel('Datasets (the name is that of the group\'s representative)', size=TEXT_SIZE)
    axes.legend(fontsize=TEXT_SIZE, loc='lower right', frameon=False)


def _draw_distribution(axes: Axes, datasets: list[ComparedDataset], threshold: int) -> None:
    chosen = datasets[::-(-len(datasets) // SAMPLE)]
    matrix = _distances(chosen)
    counts = np.bincount(matrix[np.triu_indices(len(chosen), 1)].astype(int), minlength=BITS + 1)
    similar = np.arange(BITS + 1) <= threshold
    axes.bar(np.arange(BITS + 1), counts, width=1, color=np.where(similar, DARK, MIDDLE))
    axes.set_yscale('symlog', linthresh=1)
    axes.set_xlim(-1, BITS + 1)
    axes.set_ylim(0)
    axes.axvline(threshold + 0.5, color='black', linewidth=1.5, linestyle='--')
    axes.annotate(
        f'maximum distance {threshold}', (threshold + 0.5, 1), (4, -4), xycoords=('data', 'axes fraction'),
        textcoords='offset points', size=TEXT_SIZE, va='top',
    )
    part = f'a sample of {len(chosen):,}' if len(chosen) < len(datasets) else 'them'
    axes.set_title(f'Distances of all pairs of {part}', size=TEXT_SIZE + 1, loc='left')
    axes.set_xlabel(
        f'Distance (of {BITS} bits); unrelated data are about {UNRELATED} apart', size=TEXT_SIZE)
    axes.set_ylabel('Pairs (logarithmic)', size=TEXT_SIZE)
    axes.spines[['top', 'right']].set_visible(False)


def _distances(datasets: list[ComparedDataset]) -> np.ndarray:
    """Return the distances of all pairs as a square matrix, in bits of 128; those of narrow codes count double."""
    codes = data_codes([dataset.code for dataset in datasets])
    size = len(datasets)
    one, other = np.divmod(np.arange(size * size), size)
    apart = distances([codes], codes.code_of[one], codes.code_of[other]).astype(float)
    narrow = np.array([is_narrow(dataset.code) for dataset in datasets])
    return (apart * np.where(narrow[one] | narrow[other], 2, 1)).reshape(size, size)


def _fonts_for(text: str) -> list[str]:
    """Return the families of fonts that have the letters of a text: the usual one, and others where it lacks some."""
    fonts = sorted(fontManager.ttflist, key=lambda font: (font.name != FONT, font.name))
    missing, families = {ord(letter) for letter in text}, [FONT]
    for font in fonts:
        if not missing:
            break
        try:
            found = missing & get_font(font.fname).get_charmap().keys()
        except (OSError, RuntimeError):
            # Some fonts of pictures can't be read.
            continue
        if found:
            families.append(font.name)
            missing -= found
    return list(dict.fromkeys(families))


def _visible(name: str) -> str:
    """Return a name as it can be drawn on one line: no control characters, and not too long."""
    name = ''.join(character if character.isprintable() else '\ufffd' for character in name) or '(no name)'
    if len(name) <= LONGEST_NAME:
        return name
    half = (LONGEST_NAME - 3) // 2
    return f'{name[:half]}...{name[-half:]}'
