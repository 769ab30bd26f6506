"""What is compared: datasets that this job hashes, and codes that were computed before."""

from dataclasses import dataclass
from typing import Any

from iscc_galaxy.formats.listed_codes import read_code_file
from iscc_galaxy.formats.tables import escaped
from iscc_galaxy.galaxy.datasets import Dataset, id_of
from iscc_galaxy.iscc.hashing import Fingerprint


@dataclass(frozen=True, slots=True)
class ComparedDataset:
    """The id of a dataset in Galaxy, or `ID:LINE` of the file that lists its code, with its name and its bare code."""

    file_id: str
    name: str
    code: str

    @property
    def columns(self) -> str:
        """The dataset as three columns of a table."""
        return f'{self.file_id}\t{escaped(self.name)}\t{self.code}'


def hashed_datasets(
    described: list[dict[str, Any]], datasets: list[Dataset], fingerprints: list[Fingerprint],
) -> list[ComparedDataset]:
    """Return what is compared of datasets that were hashed; `described` is what Galaxy says of them."""
    return [
        ComparedDataset(id_of(each, place), dataset.name, fingerprint.code)
        for place, (each, dataset, fingerprint) in enumerate(zip(described, datasets, fingerprints, strict=True), 1)
    ]


def listed_datasets(files: list[dict[str, Any]]) -> list[ComparedDataset]:
    """Return what is compared of manifests, checksum files and code files; a lone code has the name of its file."""
    return [
        ComparedDataset(
            f'{id_of(file, place)}:{listed.line}', file['name'] if listed.name is None else listed.name, listed.code,
        )
        for place, file in enumerate(files, 1)
        for listed in read_code_file(file).codes
    ]
