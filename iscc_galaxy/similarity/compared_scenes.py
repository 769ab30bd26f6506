"""What is compared of images: the views of each scene, of images that this job reads, and of tables of views."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from iscc_galaxy.formats.pixel_manifests import name_of_scene
from iscc_galaxy.formats.tables import escaped
from iscc_galaxy.formats.views import read_views, ViewRow
from iscc_galaxy.galaxy.datasets import id_of
from iscc_galaxy.images.bulk_reading import ReadScene
from iscc_galaxy.images.views import View


@dataclass(frozen=True, slots=True)
class ComparedScene:
    """A scene: the id of its image in Galaxy, or `ID:LINE` of the table that lists its first view, and its name.

    `code` is the bare Image-Code of its first view. `views` are those that can be compared; so many others are
    `featureless`. Scenes with equal `pixels` have the same pixels; those of a table are not known.
    """

    file_id: str
    name: str
    code: str
    views: tuple[View, ...]
    featureless: int
    pixels: Hashable = None

    def columns(self, code: str) -> str:
        """Return the scene as three columns of a table, with the code of one of its views."""
        return f'{self.file_id}\t{escaped(self.name)}\t{code}'


def read_scenes(
    described: list[dict[str, Any]], names: Iterable[str], images: Iterable[list[ReadScene]],
) -> Iterator[ComparedScene]:
    """Yield the scenes of images that were read; `described` is what Galaxy says of them."""
    for place, (each, name, scenes) in enumerate(zip(described, names, images, strict=True), start=1):
        for number, scene in enumerate(scenes, start=1):
            pixels = scene.code.fingerprint.datahash, scene.code.pixel_type, scene.code.sizes
            says_little = [view.is_featureless for view in scene.views]
            yield _scene(
                id_of(each, place), name_of_scene(name, number, len(scenes)), scene.views, says_little, pixels)


def listed_scenes(described: list[dict[str, Any]]) -> Iterator[ComparedScene]:
    """Yield the scenes of tables of views.

    Consecutive rows with the same name and number of scene are one scene, until the name of a view comes again.
    """
    for place, each in enumerate(described, start=1):
        for first_line, rows in _grouped(read_views(each)):
            views = [View(row.view, row.code) for row in rows]
            says_little = [row.is_featureless for row in rows]
            yield _scene(f'{id_of(each, place)}:{first_line}', rows[0].name, views, says_little)


def _scene(
    file_id: str, name: str, views: list[View], says_little: list[bool], pixels: Hashable = None,
) -> ComparedScene:
    compared = tuple(view for view, is_featureless in zip(views, says_little, strict=True) if not is_featureless)
    return ComparedScene(file_id, name, views[0].code, compared, sum(says_little), pixels)


def _grouped(rows: Iterable[tuple[int, ViewRow]]) -> Iterator[tuple[int, list[ViewRow]]]:
    """Yield the rows of each scene, and the line of the first one."""
    scene: dict[str, ViewRow] = {}
    first_line, of_scene = 0, None
    for line, row in rows:
        if (row.name, row.scene) != of_scene or row.view in scene:
            if scene:
                yield first_line, list(scene.values())
            scene, first_line, of_scene = {}, line, (row.name, row.scene)
        scene[row.view] = row
    yield first_line, list(scene.values())
