"""The package of all tools: imports run downward, commands need what their tools declare, and all of it ships."""

import ast
import re
import subprocess
from graphlib import TopologicalSorter
from xml.etree import ElementTree

import pytest
from galaxy.tool_util.parser import get_tool_source

from environments import commands_of
from local_galaxy.configuration import CHECKOUT, tool_files, TOOLS
from local_galaxy.shed import make_archives

PACKAGE = CHECKOUT / 'iscc_galaxy'
# Each may import from itself and from those behind it.
LAYERS = ['commands', 'similarity', 'images', 'formats', 'iscc', 'galaxy']
MODULES = {
    '.'.join(path.relative_to(CHECKOUT).with_suffix('').parts): path
    for path in PACKAGE.rglob('*.py') if path.name != '__init__.py'
}
# An expression tool has no command: Galaxy itself runs it.
COMMANDS = {
    re.search(r'-m (iscc_galaxy\.commands\.\w+) ', command)[1]: tool
    for tool in tool_files() if (command := ElementTree.parse(tool).findtext('command'))
}


def imports_of(source: str) -> set[str]:
    """Return the modules of the package that a source imports, at its top or in a function."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module, *(f'{node.module}.{alias.name}' for alias in node.names)}
    return found & MODULES.keys()


def layer_of(module: str) -> int:
    """Return how far down a module is."""
    return LAYERS.index(module.split('.')[1])


def test_all_imports_are_seen():
    source = 'import iscc_galaxy.iscc.files\ndef f():\n    from iscc_galaxy.galaxy import job\nfrom json import loads\n'
    assert imports_of(source) == {'iscc_galaxy.iscc.files', 'iscc_galaxy.galaxy.job'}


@pytest.mark.parametrize('module', MODULES)
def test_imports_run_downward(module):
    source = MODULES[module].read_text(encoding='utf-8')
    assert [name for name in imports_of(source) if layer_of(name) < layer_of(module)] == []
    # All are written in full, or they would not be seen.
    assert not re.search(r'^\s*from \.', source, re.MULTILINE)


def test_no_import_leads_back():
    """A cycle is an error of the sorter."""
    graph = {name: imports_of(path.read_text(encoding='utf-8')) for name, path in MODULES.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


def test_all_modules_are_used_by_a_tool():
    graph = {name: imports_of(path.read_text(encoding='utf-8')) for name, path in MODULES.items()}
    used, waiting = set(), list(COMMANDS)
    while waiting:
        module = waiting.pop()
        used.add(module)
        waiting += graph[module] - used
    assert used == MODULES.keys()


def test_there_is_a_command_for_each_tool():
    assert COMMANDS.keys() == {name for name in MODULES if '.commands.' in name}
    assert len(COMMANDS) == len(tool_files()) - 1


@pytest.mark.parametrize('command', COMMANDS)
def test_a_command_needs_no_more_than_its_tool_declares(command, tmp_path):
    """All that it imports, imported by the interpreter of its jobs, which has what the tool declares and no more."""
    needed, waiting = set(), [command]
    while waiting:
        module = waiting.pop()
        needed.add(module)
        waiting += imports_of(MODULES[module].read_text(encoding='utf-8')) - needed
    python = commands_of(COMMANDS[command]) / 'python'
    done = subprocess.run(
        [python, '-c', f'import {", ".join(sorted(needed))}'], cwd=tmp_path, capture_output=True, text=True,
        env={'PATH': '/usr/bin:/bin', 'PYTHONPATH': str(CHECKOUT)})
    assert (done.returncode, done.stderr) == (0, '')


def test_tool_folders_hold_xml_and_links_to_what_they_share():
    for path in TOOLS.glob('*/*'):
        assert path.suffix == '.xml' or path.is_symlink() and path.resolve() == PACKAGE
    assert not [path for path in CHECKOUT.glob('*/**/*.py') if path.is_symlink() and '.envs' not in path.parts]


def test_what_pulsar_needs_is_the_package_and_no_more(tmp_path):
    """The required files, as Galaxy finds them in an archive for the ToolShed."""
    archives = make_archives(tmp_path / 'made')
    for name, archive in archives.items():
        folder = tmp_path / name
        subprocess.run(['tar', '-C', tmp_path, '--one-top-level=' + name, '-xzf', archive], check=True)
        for tool in (path for path in folder.glob('*.xml') if path.read_text(encoding='utf-8').startswith('<tool')):
            required = get_tool_source(str(tool)).parse_required_files()
            if required is None:
                assert ElementTree.parse(tool).getroot().get('tool_type') == 'expression'
                continue
            found = {name for name in required.find_required_files(str(folder)) if not name.endswith('.xml')}
            assert found == {str(path.relative_to(CHECKOUT)) for path in PACKAGE.rglob('*.py')}
