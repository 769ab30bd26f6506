"""A picture as Galaxy shows it: 620 pixels wide, with text that is readable at that width.

All lengths here are pixels at that width, from the top left corner. The file has some more pixels, for sharp screens.
"""

from functools import lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text

WIDTH, MARGIN = 620, 10
PIXELS_PER_INCH, DPI = 100, 140
# The sizes of letters: of the sentence that says the result, of all else, and the smallest one.
TITLE, TEXT, SMALL = 13.5, 10.5, 9.5
# A setting of matplotlib, with which widths are not rounded to pixels of the file.
EXACT_WIDTHS = {'text.hinting': 'no_hinting'}
BLACK, GREY = '#111111', '#555555'


def page(height: float) -> tuple[Figure, Axes]:
    """Return an empty picture, and axes that fill it and count its pixels."""
    figure = Figure(figsize=(WIDTH / PIXELS_PER_INCH, height / PIXELS_PER_INCH), dpi=DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, WIDTH), ylim=(height, 0), autoscale_on=False)
    return figure, axes


def write(axes: Axes, x: float, y: float, text: str, size: float = TEXT, **how: Any) -> Text:
    """Write one line, `y` being its middle; a dollar sign begins no formula."""
    return axes.text(x, y, text, size=_points(size), va='center', parse_math=False, **{'color': BLACK, **how})


def text_width(text: str, size: float = TEXT, weight: str = 'normal') -> float:
    """Return how wide a line is."""
    width, _, _ = _renderer().get_text_width_height_descent(
        text, FontProperties(size=_points(size), weight=weight), False)
    return width * PIXELS_PER_INCH / DPI


def cut_to(width: float, text: str, size: float = TEXT) -> str:
    """Return a text that is no wider than a width, cut in the middle: names often differ at their ends."""
    keep, short = len(text), text
    # A hundredth of a pixel is what computing with widths may have cost.
    while keep > 2 and text_width(short, size) > width + 0.01:
        keep -= 1
        short = f'{text[:(keep + 1) // 2]}\u2026{text[len(text) - keep // 2:]}'
    return short


def lines_of(text: str, size: float = TEXT, width: float = WIDTH - 2 * MARGIN) -> list[str]:
    """Return the lines of a text, broken between words where they would be wider than a width."""
    lines: list[str] = []
    for word in text.split(' '):
        if lines and text_width(f'{lines[-1]} {word}', size) <= width:
            lines[-1] += f' {word}'
        else:
            lines.append(word)
    return lines


def _points(size: float) -> float:
    return size * 72 / PIXELS_PER_INCH


@lru_cache(maxsize=1)
def _renderer() -> RendererAgg:
    return RendererAgg(1, 1, DPI)
