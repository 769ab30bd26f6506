"""What is compared: datasets that this job hashes, and codes that were computed before."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets import Dataset
from hashing import Fingerprint
from job import shown
from references import read_reference
from table_names import escaped


@dataclass(frozen=True, slots=True)
class Entry:
    """A bare code, the name of what has it, and the id of that in Galaxy, or of the list and the line it is on."""

    file_id: str
    name: str
    code: str

    @property
    def columns(self) -> str:
        """The entry as three columns of a table."""
        return f'{self.file_id}\t{escaped(self.name)}\t{self.code}'


def hashed_entries(jobs: list[dict[str, Any]], datasets: list[Dataset], prints: list[Fingerprint]) -> list[Entry]:
    """Give the entries of datasets that were hashed; `jobs` is what Galaxy says of them."""
    return [
        Entry(job['id'], dataset.name, fingerprint.code)
        for job, dataset, fingerprint in zip(jobs, datasets, prints, strict=True)
    ]


def listed_entries(files: list[dict[str, Any]]) -> list[Entry]:
    """Give the entries of manifests, checksum files and code files; a lone code has the name of its file."""
    return [
        Entry(f'{file["id"]}:{entry.line}', file['name'] if entry.name is None else entry.name, entry.code)
        for file in files
        for entry in read_reference(Path(file['path']), f'Dataset {shown(file["name"])}').entries
    ]
