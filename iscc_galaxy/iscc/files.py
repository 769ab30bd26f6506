"""The files that make up a dataset: those iscc-sum hashes, those it leaves out, those it would skip unsaid.

Source: iscc-sum 0.1.0, module `treewalk`. In a folder (`--tree`) it leaves out `*.iscc.json` and what a `.isccignore`
names. It also skips symbolic links and special files without a word, and an unreadable file with exit code 0.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.galaxy.job import JobError, shown, shown_list

# What macOS and Windows leave in folders: settings, thumbnails, and the second halves of files.
_LITTER = re.compile(r'(?:^|/)(?:__MACOSX/.*|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)$')


@dataclass(frozen=True)
class Files:
    """Size (bytes) and modification time (nanoseconds) of each file that is hashed, and the files left out."""

    hashed: dict[str, tuple[int, int]]
    left_out: list[str]

    @property
    def litter(self) -> list[str]:
        """The files that are hashed, but which a system left in the folder."""
        return [path for path in self.hashed if _LITTER.search(path)]

    @property
    def size(self) -> int:
        """The bytes that are hashed."""
        return sum(size for size, _ in self.hashed.values())


def survey(dataset: Dataset) -> Files:
    """Return the files of a dataset; raise JobError for what iscc-sum would skip, and where nothing is to hash."""
    if not dataset.is_directory:
        return Files({dataset.content: _state(dataset.content)}, [])
    # With a separator at the end: what is behind it is the path of a file in the folder.
    root = os.path.join(Path(dataset.content).resolve(), '')
    try:
        files = _files(root, dataset.name)
        # Imported here: it takes 0.2 s, and a job on a file needs none of it.
        from iscc_sum.treewalk import treewalk_iscc
        hashed = {str(path).removeprefix(root): _state(path) for path in treewalk_iscc(root)}
    except (ValueError, re.error) as error:
        raise JobError(f'A .isccignore file in dataset {shown(dataset.name)} is not valid: {error}.') from error
    except RecursionError as error:
        raise JobError(f'The folders of dataset {shown(dataset.name)} are nested too deep for iscc-sum.') from error
    if not hashed:
        raise JobError(
            f'The folder of dataset {shown(dataset.name)} has no file to hash: {len(files)} file(s) are left out, '
            'because they are named *.iscc.json or listed in a .isccignore file.'
        )
    return Files(hashed, sorted(files - hashed.keys()))


def log_files(dataset: Dataset, left_out: list[str], litter: list[str]) -> None:
    """Print which files of a folder are not part of its code, and which are, but may not be meant to."""
    if litter:
        print(said_of_litter(dataset, litter))
    if left_out:
        print(
            f'Not part of the code, as iscc-sum defines it (*.iscc.json, .isccignore): '
            f'{len(left_out)} file(s) of {shown(dataset.name)}: {shown_list(left_out)}'
        )


def said_of_litter(dataset: Dataset, litter: list[str]) -> str:
    """Return a sentence on files that a system left in a folder."""
    return (
        f'{shown(dataset.name)} holds {len(litter)} file(s) that macOS or Windows left there, and that are part of its '
        f'code: {shown_list(litter)}'
    )


def _state(path: str | Path) -> tuple[int, int]:
    stat = os.stat(path)
    return stat.st_size, stat.st_mtime_ns


def _files(root: str, dataset_name: str) -> set[str]:
    """Return the paths of all files below a folder; raise JobError if iscc-sum would skip one of its entries."""
    files, refused = set(), []
    for folder, folders, names in os.walk(root):
        paths = [os.path.join(folder, name) for name in names]
        files.update(path.removeprefix(root) for path in paths)
        for path in paths + [os.path.join(folder, name) for name in folders]:
            reason = _reason_to_refuse(path)
            if reason:
                refused.append(f'{path.removeprefix(root)} ({reason})')
    if refused:
        raise JobError(
            f'The folder of dataset {shown(dataset_name)} can not be hashed whole, because iscc-sum would skip '
            f'{len(refused)} of its entries: {shown_list(sorted(refused))}. Replace them by plain, readable files.'
        )
    return files


def _reason_to_refuse(path: str) -> str | None:
    if os.path.islink(path):
        return 'symbolic link'
    if not (os.path.isfile(path) or os.path.isdir(path)):
        return 'not a file'
    if not os.access(path, os.R_OK | os.X_OK if os.path.isdir(path) else os.R_OK):
        return 'unreadable'
    try:
        path.encode()
    except UnicodeEncodeError:
        return 'name is not UTF-8'
    return None
