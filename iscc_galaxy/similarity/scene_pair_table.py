"""The table of pairs of images that look alike: each in both directions, an image without a match once."""

from collections.abc import Iterator
from itertools import islice

from iscc_galaxy.formats.tables import table
from iscc_galaxy.similarity.pair_table import COLUMNS as PAIR_COLUMNS, NO_MATCH
from iscc_galaxy.similarity.scene_comparison import SceneComparison

COLUMNS = (*PAIR_COLUMNS, 'view', 'match_view')
# The columns of the views of a scene that matches none.
NO_VIEWS = '\t\t'


def scene_pair_table(comparison: SceneComparison) -> Iterator[str]:
    """Yield the lines of the table; the scenes are in their order, for each the closest match comes first.

    The codes are those of the closest two views; of a scene without a match, that of its first view.
    """
    return table(COLUMNS, _rows(comparison))


def _rows(comparison: SceneComparison) -> Iterator[str]:
    others, closest = comparison.others, comparison.closest_views()
    for scene, (matched, distances) in zip(comparison.datasets, comparison.matched.of_each(), strict=True):
        if not matched:
            yield scene.columns(scene.code) + NO_MATCH + NO_VIEWS
        for place, distance, (view, match_view) in zip(matched, distances, islice(closest, len(matched)), strict=True):
            yield (
                f'{scene.columns(view.code)}\t{others[place].columns(match_view.code)}\t{distance}\t{view.name}\t'
                f'{match_view.name}'
            )
