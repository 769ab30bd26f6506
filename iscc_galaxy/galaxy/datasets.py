"""Galaxy datasets, and where their content lies on disk."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from iscc_galaxy.galaxy.job import JobError, shown

# How Galaxy fills in for what it does not know: metadata and ids, and the name of a dataset.
NOT_SET, UNNAMED = 'None', 'Unnamed dataset'


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset whose whole content is at one path: a file, or a folder (a directory dataset such as OME-Zarr)."""

    name: str
    content: str
    is_directory: bool


def named_datasets_from_job(described: list[dict[str, Any]]) -> list[Dataset]:
    """Return the datasets that Galaxy describes, with their content; raise JobError where one has no name."""
    if not described:
        raise JobError('No dataset was given: choose datasets, or a collection that is not empty.')
    for each in described:
        check_name(each)
    return [dataset_from_job(each) for each in described]


def check_name(described: dict[str, Any]) -> None:
    """Raise JobError for a dataset of which Galaxy does not know the name: a deferred one that is picked singly."""
    if described.get('id') == NOT_SET and described['name'] == UNNAMED:
        raise JobError(
            'A dataset is deferred, and Galaxy does not tell a tool its name. Materialize it first (open it in the '
            'history), or put it into a collection, where it has an element identifier.'
        )


def id_of(described: dict[str, Any], place: int) -> str:
    """Return the id of a dataset in Galaxy; a deferred one has none, and is called by its place (from 1) in the job."""
    return f'deferred-{place}' if described['id'] == NOT_SET else described['id']


def dataset_from_job(described: dict[str, Any]) -> Dataset:
    """Return the dataset that Galaxy describes, with the place of its content.

    Galaxy gives every dataset a main file. Directory datatypes (`zarr`, `ome_zarr`, `directory`, ...) and composite
    datatypes with a generated main file (`auto_primary_file`) keep their content in a folder of extra files, and the
    main file is a placeholder. The path of the folder is empty where there is none. Raise JobError for a dataset with
    content in both places, which no code covers, or in none.
    """
    name = described['name']
    extra_files = Path(described['extra_files_path'])
    has_folder = described['extra_files_path'] and extra_files.is_dir()
    extra_names = sorted(path.name for path in extra_files.iterdir()) if has_folder else []
    if described['is_directory'] or described['composite_type'] == 'auto_primary_file':
        return Dataset(name, str(_folder(name, extra_files, extra_names, described['store_root'])), is_directory=True)
    if extra_names:
        raise JobError(
            f'Dataset {shown(name)} keeps content in {len(extra_names)} further file(s) or folder(s) beside its main '
            f'file (the first is {shown(extra_names[0])}), and no ISCC-CODE covers both. '
            'Hash its parts as datasets of their own.'
        )
    main_file = described['path']
    if not os.path.isfile(main_file):
        raise JobError(f'The file of dataset {shown(name)} is missing on disk. Upload or compute the dataset again.')
    return Dataset(name, main_file, is_directory=False)


def _folder(name: str, extra_files: Path, extra_names: list[str], store_root: str) -> Path:
    if not extra_names:
        raise JobError(f'The folder of dataset {shown(name)} is empty, so there is nothing to hash.')
    if store_root in ('', NOT_SET):
        return extra_files
    if extra_names != [store_root]:
        raise JobError(
            f'The folder of dataset {shown(name)} should hold {shown(store_root)} alone, but it holds '
            f'{", ".join(map(shown, extra_names[:10]))}. Upload the dataset again.'
        )
    root = extra_files / store_root
    if root.is_symlink():
        raise JobError(
            f'The folder of dataset {shown(name)} is a symbolic link. Replace it by the folder itself, with its files.'
        )
    return root
