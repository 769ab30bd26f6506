"""How the distances of all pairs are distributed, and which of them mean that datasets are similar."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from iscc_galaxy.similarity.groups import Groups
from iscc_galaxy.similarity.kinds import Kind
from iscc_galaxy.similarity.picture.page import (
    BLACK, GREY, MARGIN, PIXELS_PER_INCH, SMALL, TEXT, text_width, WIDTH, write,
)
from iscc_galaxy.similarity.picture.shades import BLUES

HEIGHT = 210
# So many datasets stand for all.
SAMPLE = 2000
NEAR, FAR = BLUES(0.4), '#b5b5b5'
# What is beside, above and below the bars.
LEFT, ABOVE, BELOW, LINE = 60, 46, 50, 16


def draw_histogram(figure: Figure, axes: Axes, top: float, groups: Groups, threshold: int) -> None:
    """Draw the histogram of a picture whose pixels `axes` counts, from `top` down."""
    kind, count = groups.comparison.kind, len(groups.datasets)
    chosen = groups.places[::-(-count // SAMPLE)]
    part = f'a sample of {len(chosen):,} {kind.thing}s' if len(chosen) < count else f'{kind.thing}s'
    write(axes, MARGIN, top + LINE / 2, f'Distances of all pairs of {part}, in bits of {kind.bits}', TEXT)
    height, width = HEIGHT - ABOVE - BELOW, WIDTH - LEFT - 2 * MARGIN
    page_height = figure.get_figheight() * PIXELS_PER_INCH
    bars = figure.add_axes((
        LEFT / WIDTH, 1 - (top + ABOVE + height) / page_height, width / WIDTH, height / page_height))
    pairs = groups.comparison.all_distances(chosen)[np.triu_indices(len(chosen), 1)]
    _draw_bars(bars, np.bincount(pairs, minlength=kind.bits + 1), threshold)
    write(axes, LEFT + _x(kind.unrelated, kind, width), top + HEIGHT - BELOW + 1.9 * LINE,
          f'unrelated {kind.unrelated_things} are about {kind.unrelated} apart', SMALL, color=GREY, ha='center')
    write(axes, MARGIN, top + ABOVE + height / 2, 'pairs', SMALL, color=GREY, rotation='vertical', ha='center')
    _name_sides(axes, LEFT + _x(threshold + 0.5, kind, width), top + ABOVE - LINE / 2, threshold < kind.bits)


def _draw_bars(bars: Axes, counts: np.ndarray, threshold: int) -> None:
    places = np.arange(len(counts))
    bars.bar(places, counts, width=1, color=[NEAR if place <= threshold else FAR for place in places])
    bars.set_yscale('symlog', linthresh=1)
    bars.set(xlim=(-1, len(counts)), ylim=(0, 2 * counts.max()))
    powers = 10 ** np.arange(0, np.log10(counts.max()) + 0.01, dtype=int)
    powers = powers[::-(-len(powers) // 4)]
    bars.set_yticks(powers, [f'{power:,}' for power in powers.tolist()])
    bars.set_yticks([], minor=True)
    bars.set_xticks(range(0, len(counts), (len(counts) - 1) // 8))
    bars.tick_params(labelsize=SMALL * 72 / PIXELS_PER_INCH, color=GREY, labelcolor=GREY)
    bars.spines[['top', 'right']].set_visible(False)
    bars.axvline(threshold + 0.5, color=BLACK, linewidth=1, linestyle='--')


def _name_sides(axes: Axes, border: float, y: float, is_any_far: bool) -> None:
    """Write above the bars on which side of the maximum distance datasets are similar."""
    near, far, gap = '\u25c4 similar', 'not similar \u25ba', 5
    start = min(border + gap, WIDTH - MARGIN - text_width(far))
    if is_any_far:
        write(axes, start, y, far, color=GREY)
    write(axes, start - 2 * gap, y, near, color=NEAR, ha='right')


def _x(bits: float, kind: Kind, width: float) -> float:
    """Return how far from the left a distance is drawn."""
    return (bits + 1) / (kind.bits + 2) * width
