"""The tests of a workflow, where nothing outside its folder is at hand."""

import re
import shutil
from pathlib import Path

from local_galaxy.configuration import TEST_DATA


def copy_tests(workflow: Path, folder: Path) -> None:
    """Copy the tests of a workflow, and the test data that they name, which are then in a folder beside them."""
    name = f'{workflow.stem}-tests.yml'
    text = workflow.with_name(name).read_text(encoding='utf-8')
    for path in re.findall(r'path: \.\./\.\./test-data/([^,}\s]+)', text):
        copy = folder / 'test-data' / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TEST_DATA / path, copy)
    (folder / name).write_text(text.replace('path: ../../', 'path: '), encoding='utf-8')
