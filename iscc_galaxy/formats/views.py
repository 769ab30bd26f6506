"""A table of views: the Image-Codes of the pictures that a scene of an image shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from iscc_galaxy.formats.tables import escaped, table
from iscc_galaxy.iscc.iscc_codes import canonical

COLUMNS = ('name', 'image_code', 'view', 'scene', 'size_x', 'size_y', 'note')
# The note on a view with so little in it that its code says nothing.
FEATURELESS = 'featureless'


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A view, its bare Image-Code, and of which scene it is: the name, the number from 1, and its size in pixels."""

    name: str
    code: str
    view: str
    scene: int
    size_x: int
    size_y: int
    is_featureless: bool


def view_table(rows: Iterable[ViewRow]) -> Iterator[str]:
    """Yield the lines of the table."""
    return table(COLUMNS, (
        f'{escaped(row.name)}\t{canonical(row.code)}\t{row.view}\t{row.scene}\t{row.size_x}\t{row.size_y}\t'
        f'{FEATURELESS if row.is_featureless else ""}' for row in rows
    ))
