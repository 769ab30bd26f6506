"""Each tool names all the Python it needs, and no more: what its script imports, directly or not."""

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from local_galaxy.configuration import tool_files


def needed_files(script: Path) -> set[str]:
    """Follow the imports of a script to the files beside it."""
    needed, waiting = set(), [script]
    while waiting:
        path = waiting.pop()
        if path.name in needed or not path.exists():
            continue
        needed.add(path.name)
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else (
                [node.module] if isinstance(node, ast.ImportFrom) else [])
            waiting += [path.parent / f'{module}.py' for module in modules]
    return needed


@pytest.mark.parametrize('tool', tool_files(), ids=lambda path: path.stem)
def test_required_files_are_what_the_script_imports(tool):
    root = ElementTree.parse(tool).getroot()
    command = root.findtext('command')
    script, = re.findall(r"__tool_directory__/([\w.]+)'", command)
    needed = needed_files(tool.parent / script)
    patterns = [include.get('path') for include in root.iter('include')]
    assert {path.name for pattern in patterns for path in tool.parent.glob(pattern)} == needed
    # GIA205 reads the names in the command, comments included.
    assert set(re.findall(r'\b\w+\.py\b', command)) == needed
