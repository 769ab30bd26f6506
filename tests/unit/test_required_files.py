"""Each tool names all the Python it needs, and no more: what its script imports, directly or not."""

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from local_galaxy.configuration import tool_files, TOOLS


# An expression tool has no script: Galaxy itself runs it.
TOOLS_WITH_SCRIPTS = [tool for tool in tool_files() if ElementTree.parse(tool).find('command') is not None]


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


def script_of(tool: Path) -> Path:
    """Find the script in the command of a tool."""
    name, = re.findall(r"__tool_directory__/([\w.]+)'", ElementTree.parse(tool).findtext('command'))
    return tool.parent / name


@pytest.mark.parametrize('tool', TOOLS_WITH_SCRIPTS, ids=lambda path: path.stem)
def test_required_files_are_what_the_script_imports(tool):
    root = ElementTree.parse(tool).getroot()
    command = root.findtext('command')
    needed = needed_files(script_of(tool))
    includes = {include.get('path') for include in root.iter('include')}
    assert includes in (needed, {'*.py'})
    # GIA205 reads the names in the command, comments included.
    assert set(re.findall(r'\b\w+\.py\b', command)) == needed


@pytest.mark.parametrize('folder', list(TOOLS.iterdir()), ids=lambda path: path.name)
def test_a_folder_holds_no_other_python(folder):
    scripts = [script_of(tool) for tool in TOOLS_WITH_SCRIPTS if tool.parent == folder]
    assert {path.name for path in folder.glob('*.py')} == set().union(*map(needed_files, scripts))
