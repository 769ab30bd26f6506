"""The tiles of a gallery: each a thumbnail in a frame, how the image is related to another, and its name.

The frame has the colour that the other pictures have for the relation: orange for the same pixels, blue for similar
(the darker, the more similar), grey for an image that only others link to its group. Words below the thumbnail say it,
too.
"""

import io
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from PIL import Image

from iscc_galaxy.similarity.groups import Groups
from iscc_galaxy.similarity.picture.drawn_names import SEPARATORS
from iscc_galaxy.similarity.picture.page import GREY, SMALL, text_width, write
from iscc_galaxy.similarity.picture.shades import colours, FAR, IDENTICAL, SELF, SIMILAR, text_colour

# A tile is so wide. In its frame there is a square for the thumbnail, and below that a line for the relation.
TILE_WIDTH, FRAME, RELATION = 112, 3, 16
SQUARE = TILE_WIDTH - 2 * FRAME
FRAMED = SQUARE + 2 * FRAME + RELATION
# What is between the frame and the name, a line of that, and where in the line letters stand.
NAME_GAP, NAME_LINE, NAME_BASE = 2, 13, 10
# Behind a thumbnail, so that white and black ones have a visible edge.
MAT = '#ebebeb'


@dataclass(frozen=True)
class Tile:
    """An image in the gallery: its row in the table of groups, its name, its relation in words, and its colour."""

    number: str
    name_lines: Sequence[str]
    relation: str
    colour: np.ndarray
    thumbnail: bytes | None

    @property
    def height(self) -> int:
        """How high the tile is, with its name."""
        return FRAMED + NAME_GAP + NAME_LINE * len(self.name_lines)


def tiles_at(
    groups: Groups, thumbnails: Sequence[bytes | None], places: Sequence[int], names: Sequence[str], threshold: int,
) -> dict[int, Tile]:
    """Return the tiles of images, by their places; of each group these must be the first ones.

    `names` are as they are drawn, `thumbnails` in the order of `groups.datasets`; `threshold` is in bits.
    """
    first_of: dict[tuple[int, int], int] = {}
    tiles = {}
    for place, name in zip(places, names, strict=True):
        original = first_of.setdefault((groups.group[place], groups.identical[place]), place)
        number = str(place + 1)
        tiles[place] = Tile(
            number, lines_of_name(name, text_width(f'{number} ', SMALL)), _relation(groups, place, original),
            _colour(groups, place, original, threshold), thumbnails[place],
        )
    return tiles


def lines_of_name(name: str, indent: float) -> list[str]:
    """Return the lines of a name below a tile, the first of which begins behind an indent."""
    lines: list[str] = []
    while name:
        end = _end_of_line(name, TILE_WIDTH - (0 if lines else indent))
        lines.append(name[:end])
        name = name[end:]
    return lines


def draw_tile(axes: Axes, left: float, top: float, tile: Tile) -> None:
    """Draw a tile with its upper left corner at a place."""
    axes.add_patch(Rectangle((left, top), TILE_WIDTH, FRAMED, facecolor=tile.colour, edgecolor=GREY, linewidth=0.4))
    axes.add_patch(Rectangle((left + FRAME, top + FRAME), SQUARE, SQUARE, facecolor=MAT, linewidth=0))
    middle = left + TILE_WIDTH / 2
    if tile.thumbnail is None:
        write(axes, middle, top + FRAME + SQUARE / 2, 'code from a table', SMALL, color=GREY, ha='center')
    else:
        _draw_thumbnail(axes, middle, top + FRAME + SQUARE / 2, tile.thumbnail)
    color = text_colour(tile.colour)
    write(axes, middle, top + FRAMED - (RELATION + FRAME) / 2, tile.relation, SMALL, color=color, ha='center')
    _draw_name(axes, left, top + FRAMED, tile)


def _draw_name(axes: Axes, left: float, top: float, tile: Tile) -> None:
    """Write the number and the name; as letters and digits differ in height, lines have a common base, not a middle."""
    y = top + NAME_GAP + NAME_BASE
    write(axes, left, y, tile.number, SMALL, color=GREY).set(va='baseline')
    indent = text_width(f'{tile.number} ', SMALL)
    for line, text in enumerate(tile.name_lines):
        write(axes, left + (0 if line else indent), y + line * NAME_LINE, text, SMALL).set(va='baseline')


def _end_of_line(name: str, width: float) -> int:
    """Return how many letters of a name find room, at least one; a line ends behind a separator if it is half full."""
    if text_width(name, SMALL) <= width:
        return len(name)
    fitting = bisect_right(range(1, len(name)), width, key=lambda count: text_width(name[:count], SMALL))
    parts = [found.end() for found in re.finditer(rf'[.{SEPARATORS}]', name[:fitting])]
    return parts[-1] if parts and parts[-1] > fitting / 2 else max(1, fitting)


def _relation(groups: Groups, place: int, original: int) -> str:
    """Return how an image is related to the one whose pixels it has, or to the representative of its group."""
    kind, representative = groups.comparison.kind, groups.representative[place]
    if place == representative:
        return 'representative'
    if original != place:
        return kind.identical if original == representative else f'{kind.identical_to} {original + 1}'
    return f'{groups.distance[place]} of {kind.bits} bits'


def _colour(groups: Groups, place: int, original: int, threshold: int) -> np.ndarray:
    """Return the colour of that relation; an image may be far from the representative, and similar to others."""
    if place == groups.representative[place]:
        shade = SELF
    elif original != place:
        shade = IDENTICAL
    else:
        shade = SIMILAR if groups.distance[place] <= threshold else FAR
    return colours(np.array(shade), groups.distance[place], threshold, groups.comparison.kind.unrelated)


def _draw_thumbnail(axes: Axes, x: float, y: float, png: bytes) -> None:
    """Draw a thumbnail around a middle, so large that its longer side fills the square."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert('RGB'))
    rows, columns, _ = pixels.shape
    height, width = (side * SQUARE / max(rows, columns) / 2 for side in (rows, columns))
    # In front of the patches, which is not where images usually are.
    axes.imshow(pixels, extent=(x - width, x + width, y + height, y - height), aspect='auto', zorder=2)
