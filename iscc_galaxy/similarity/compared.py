"""What is compared: datasets that this job hashes, and codes that were computed before."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from iscc_galaxy.formats.code_kinds import CodeSource
from iscc_galaxy.formats.listed_codes import read_code_file
from iscc_galaxy.formats.tables import escaped
from iscc_galaxy.galaxy.datasets import Dataset, id_of
from iscc_galaxy.iscc.hashing import Fingerprint


# As a `ListedCode`, not frozen: there may be millions.
@dataclass(slots=True)
class ComparedDataset:
    """The id of a dataset in Galaxy, or `ID:LINE` of the file that lists its code, with its name and its bare code."""

    file_id: str
    name: str
    code: str

    @property
    def columns(self) -> str:
        """The dataset as three columns of a table."""
        return f'{self.file_id}\t{escaped(self.name)}\t{self.code}'


@dataclass(frozen=True)
class ComparedFile(CodeSource):
    """A file that lists codes, and what is compared of it."""

    datasets: list[ComparedDataset]


def hashed_datasets(
    described: list[dict[str, Any]], datasets: list[Dataset], fingerprints: list[Fingerprint],
) -> list[ComparedDataset]:
    """Return what is compared of datasets that were hashed; `described` is what Galaxy says of them."""
    return [
        ComparedDataset(id_of(each, place), dataset.name, fingerprint.code)
        for place, (each, dataset, fingerprint) in enumerate(zip(described, datasets, fingerprints, strict=True), 1)
    ]


def compared_files(described: list[dict[str, Any]]) -> list[ComparedFile]:
    """Return what is compared of manifests, checksum files and code files; a lone code has the name of its file."""
    return [_compared_file(each, id_of(each, place)) for place, each in enumerate(described, 1)]


def datasets_in(files: Iterable[ComparedFile]) -> list[ComparedDataset]:
    """Return what is compared of all files, one behind another."""
    return [dataset for file in files for dataset in file.datasets]


def _compared_file(described: dict[str, Any], file_id: str) -> ComparedFile:
    file = read_code_file(described)
    found = file.codes
    # Each makes room for the next: a million of both would take 140 MB more.
    for place, listed in enumerate(found):
        name = file.name if listed.name is None else listed.name
        found[place] = ComparedDataset(f'{file_id}:{listed.line}', name, listed.code)
    return ComparedFile(file.name, file.of_pixels, found)
