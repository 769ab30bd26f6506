"""The folder for BMCV/galaxy-image-analysis ships what the suite ships from here, and is clean by the rules there."""

import ast
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from exports import galaxy_image_analysis
from local_galaxy.configuration import CHECKOUT, tool_files
from local_galaxy.shed import install, make_archives, tool_id

# The settings in setup.cfg there.
FLAKE8 = ['--isolated', '--ignore', 'D,E201,E202,E501,W503,W504', '--import-order-style', 'smarkets']
LARGEST_FILE_BYTES = 2**20


@pytest.fixture(scope='module')
def from_here(tmp_path_factory):
    """The archives for the ToolShed, by the names of their repositories."""
    return make_archives(tmp_path_factory.mktemp('here'))


@pytest.fixture(scope='module')
def written(from_here, tmp_path_factory):
    folder = tmp_path_factory.mktemp('written') / 'galaxy-image-analysis'
    with pytest.MonkeyPatch.context() as monkeypatch:
        # They need not be made twice.
        monkeypatch.setattr(galaxy_image_analysis, 'make_archives', lambda _: from_here)
        galaxy_image_analysis.write(folder)
    return folder


@pytest.fixture(scope='module')
def from_there(written, tmp_path_factory):
    """The archives that are made of the folder there."""
    folder = tmp_path_factory.mktemp('there') / 'made'
    return make_archives(folder, lambda new: shutil.copytree(written / 'tools' / 'iscc-sum', new))


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess:
    """Run a Python module as a command, where the commands of its environment are found."""
    path = f'{Path(sys.executable).parent}:{os.environ["PATH"]}'
    return subprocess.run(command, cwd=cwd, env={**os.environ, 'PATH': path}, capture_output=True, text=True)


@cache
def code_and_imports(module: bytes) -> tuple[str, list[str]]:
    """Return the code of a Python module, and apart from it its imports in any order."""
    nodes = ast.parse(module).body
    imports = [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]
    code = [ast.dump(node) for node in nodes if node not in imports]
    return '\n'.join(code), sorted(map(ast.dump, imports))


def contents(folder: Path) -> dict[str, bytes | tuple[str, list[str]]]:
    """Return the contents of all files below a folder by their paths in it."""
    files = {path: path.read_bytes() for path in folder.rglob('*') if path.is_file()}
    return {str(path.relative_to(folder)): code_and_imports(content) if path.suffix == '.py' else content
            for path, content in files.items()}


def test_each_repository_of_the_toolshed_ships_the_same(from_here, from_there, tmp_path):
    assert from_here.keys() == from_there.keys() == {tool_id(tool) for tool in tool_files()}
    for name in from_here:
        shutil.unpack_archive(from_here[name], tmp_path / name / 'here')
        shutil.unpack_archive(from_there[name], tmp_path / name / 'there')
        assert contents(tmp_path / name / 'here') == contents(tmp_path / name / 'there')


def test_full_ids_of_the_tools_are_the_same(from_here, from_there, tmp_path):
    here, there = (
        {tool.get('guid') for tool in ElementTree.parse(install(made, tmp_path / name)).iter('tool')}
        for name, made in (('here', from_here), ('there', from_there))
    )
    assert here == there
    assert any(id_.startswith('toolshed.g2.bx.psu.edu/repos/imgteam/iscc_sum/iscc_sum/0.1.0+') for id_ in there)


def test_the_suite_is_the_same(written):
    here, there = (yaml.safe_load((folder / '.shed.yml').read_text()) for folder in (
        CHECKOUT, written / 'tools' / 'iscc-sum'))
    assert there.pop('remote_repository_url') == f'{here.pop("remote_repository_url")}/tree/master/tools/iscc-sum'
    assert there == {key: value for key, value in here.items() if key not in ('include', 'exclude')}


def test_flake8_is_clean_by_the_settings_of_that_repository(written):
    done = run('flake8', *FLAKE8, 'tools/iscc-sum', cwd=written)
    assert (done.returncode, done.stdout) == (0, '')


def test_flake8_would_not_be_clean_with_the_imports_from_here():
    """Else they need not be sorted anew."""
    assert 'I202' in run('flake8', *FLAKE8, 'iscc_galaxy', cwd=CHECKOUT).stdout


def test_gialint_is_clean_with_the_exceptions_and_needs_each(written):
    assert run(sys.executable, '-m', 'gialint', '--tool_path', 'tools', cwd=written).returncode == 0
    said = run(sys.executable, '-m', 'gialint', '--tool_path', 'tools', '--config', '', cwd=written).stderr
    seen = set(re.findall(r'^(\S+):\d+ .* \((\w+)\)$', said, re.MULTILINE))
    allowed = {
        (str(file.relative_to(written)), code)
        for pattern, rule in yaml.safe_load((written / '.gialint.yml').read_text()).items()
        for file in written.glob(pattern) for code in rule['ignore']
    }
    # Macros are no tools; an expression tool has no command.
    assert seen == {(file, code) for file, code in allowed if '<command' in (written / file).read_text()}


def test_the_report_to_gialint_is_what_it_says(written, tmp_path):
    report = (written / 'gialint-report.md').read_text()
    commands, seen = re.findall(r'```(?:sh)?\n(.*?)```', report, re.DOTALL)
    assert run('sh', '-ec', commands, cwd=tmp_path).stderr.strip() == seen.strip()
    assert f'gialint {version("gialint")} ' in report


def test_the_readme_gets_an_entry_for_each_tool(written):
    entries = (written / 'README-entries.md').read_text().splitlines()
    names = {ElementTree.parse(tool).getroot().get('name'): tool_id(tool) for tool in tool_files()}
    address = 'https://usegalaxy.eu/root?tool_id=toolshed.g2.bx.psu.edu/repos/imgteam'
    assert entries == [f'- [{name}]({address}/{names[name]}/{names[name]})' for name in sorted(names)]


def test_files_are_plain_small_and_of_no_name_that_is_taken(written):
    for path in written.rglob('*'):
        assert not path.is_symlink()
        assert path.stat().st_size < LARGEST_FILE_BYTES
        # Macros that the tools of that repository share.
        assert path.name not in ('creators.xml', 'fp_conversion.xml', 'tests.xml', 'validators.xml')


def test_the_pull_request_names_all_tools(written):
    text = (written / 'PULL-REQUEST.md').read_text()
    for tool in tool_files():
        assert f'| {ElementTree.parse(tool).getroot().get("name")} | `{tool_id(tool)}` |' in text
    profile = re.search('"@PROFILE@">(.*)<', (CHECKOUT / 'macros' / 'iscc.xml').read_text())[1]
    assert f'profile="{profile}"' in text and f'release_{profile}' in text
