"""The folder that an export writes: a new one, and whole or not there."""

import shutil
import sys
from pathlib import Path
from string import Template
from typing import Callable


def export(write: Callable[[Path], None]) -> None:
    """Write an export to the folder that the command line names, and say so.

    Raise SystemExit with a sentence if that folder holds something. If writing fails, no folder is left.
    """
    name, = sys.argv[1:] or ['']
    if not name:
        sys.exit('Say where to write: add OUT=FOLDER, with a folder that is new.')
    folder = Path(name).resolve()
    if folder.exists() and (folder.is_file() or any(folder.iterdir())):
        sys.exit(f'{folder} is there already. Name a new folder, so that it holds nothing but the export.')
    try:
        write(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    print(f'{folder} is written.')


def fill(name: str, **values: str) -> str:
    """Return the text of a file in `texts/`, with the values in the place of their names, as `$name`."""
    text = (Path(__file__).parent / 'texts' / name).read_text(encoding='utf-8')
    return Template(text).substitute(values)
