"""What the codes of a file are of: the bytes of files, or the pixels of images. The two are never compared."""

from collections.abc import Iterable
from dataclasses import dataclass

from iscc_galaxy.galaxy.job import JobError, shown


@dataclass(frozen=True)
class CodeSource:
    """A dataset that codes were read from, and whether they are of pixels; those of files and folders are not."""

    name: str
    of_pixels: bool

    @property
    def label(self) -> str:
        """The dataset as messages name it."""
        return f'Dataset {shown(self.name)}'


def check_one_kind(sources: Iterable[CodeSource]) -> None:
    """Raise JobError where some sources hold codes of pixels, and others codes of files."""
    first: dict[bool, CodeSource] = {}
    for source in sources:
        first.setdefault(source.of_pixels, source)
    if len(first) == 2:
        raise JobError(
            f'{first[True].label} holds codes of pixels, and dataset {shown(first[False].name)} codes of files: the '
            'two can\'t be compared. Make both with "Generate ISCC-CODEs of image content", or both with "Generate '
            'ISCC-CODE manifest".'
        )


def check_of_files(sources: Iterable[CodeSource], what_to_do: str) -> None:
    """Raise JobError where a source holds codes of pixels, in a job that hashes datasets as files.

    `what_to_do` is the rest of a sentence: what the user can do with a pixel manifest of the datasets.
    """
    for source in sources:
        if source.of_pixels:
            raise JobError(
                f'{source.label} holds codes of pixels, and this job hashes files: the two can\'t be compared. Make a '
                f'pixel manifest of the images with "Generate ISCC-CODEs of image content", and {what_to_do}.'
            )
