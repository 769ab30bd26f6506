"""How the distances of all pairs are distributed, and which of them mean that datasets are similar."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from iscc_galaxy.similarity.compared import ComparedDataset
from iscc_galaxy.similarity.data_codes import all_distances, BITS, UNRELATED
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


def draw_histogram(figure: Figure, axes: Axes, top: float, datasets: Sequence[ComparedDataset], threshold: int) -> None:
    """Draw the histogram of a picture whose pixels `axes` counts, from `top` down."""
    chosen = datasets[::-(-len(datasets) // SAMPLE)]
    part = f'a sample of {len(chosen):,} datasets' if len(chosen) < len(datasets) else 'datasets'
    write(axes, MARGIN, top + LINE / 2, f'Distances of all pairs of {part}, in bits of {BITS}', TEXT)
    height, width = HEIGHT - ABOVE - BELOW, WIDTH - LEFT - 2 * MARGIN
    page_height = figure.get_figheight() * PIXELS_PER_INCH
    bars = figure.add_axes((
        LEFT / WIDTH, 1 - (top + ABOVE + height) / page_height, width / WIDTH, height / page_height))
    _draw_bars(bars, np.bincount(_pairs(chosen), minlength=BITS + 1), threshold)
    write(axes, LEFT + _x(UNRELATED, width), top + HEIGHT - BELOW + 1.9 * LINE,
          f'unrelated data are about {UNRELATED} apart', SMALL, color=GREY, ha='center')
    write(axes, MARGIN, top + ABOVE + height / 2, 'pairs', SMALL, color=GREY, rotation='vertical', ha='center')
    _name_sides(axes, LEFT + _x(threshold + 0.5, width), top + ABOVE - LINE / 2, threshold)


def _pairs(datasets: Sequence[ComparedDataset]) -> np.ndarray:
    return all_distances([dataset.code for dataset in datasets])[np.triu_indices(len(datasets), 1)]


def _draw_bars(bars: Axes, counts: np.ndarray, threshold: int) -> None:
    places = np.arange(BITS + 1)
    bars.bar(places, counts, width=1, color=[NEAR if place <= threshold else FAR for place in places])
    bars.set_yscale('symlog', linthresh=1)
    bars.set(xlim=(-1, BITS + 1), ylim=(0, 2 * counts.max()))
    powers = 10 ** np.arange(0, np.log10(counts.max()) + 0.01, dtype=int)
    powers = powers[::-(-len(powers) // 4)]
    bars.set_yticks(powers, [f'{power:,}' for power in powers.tolist()])
    bars.set_yticks([], minor=True)
    bars.set_xticks(range(0, BITS + 1, 16))
    bars.tick_params(labelsize=SMALL * 72 / PIXELS_PER_INCH, color=GREY, labelcolor=GREY)
    bars.spines[['top', 'right']].set_visible(False)
    bars.axvline(threshold + 0.5, color=BLACK, linewidth=1, linestyle='--')


def _name_sides(axes: Axes, border: float, y: float, threshold: int) -> None:
    """Write above the bars on which side of the maximum distance datasets are similar."""
    near, far, gap = '\u25c4 similar', 'not similar \u25ba', 5
    start = min(border + gap, WIDTH - MARGIN - text_width(far))
    if threshold < BITS:
        write(axes, start, y, far, color=GREY)
    write(axes, start - 2 * gap, y, near, color=NEAR, ha='right')


def _x(bits: float, width: float) -> float:
    """Return how far from the left a distance is drawn."""
    return (bits + 1) / (BITS + 2) * width
