"""What ships: an archive for the ToolShed with each tool, self-contained, with all test data; and the suite of them."""

import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from galaxy.tool_util.linters.help import rst_invalid

from local_galaxy.configuration import CHECKOUT, TEST_DATA, tool_files
from local_galaxy.shed import install, make_archives, tool_id, tool_version, tools_in

TOOLS = {tool_id(file): file for file in tool_files()}


@pytest.fixture(scope='module')
def archives(tmp_path_factory):
    return make_archives(tmp_path_factory.mktemp('archives'))


@pytest.fixture
def unpacked(archives, tmp_path, request):
    """Return an empty folder into which the archive of a repository is unpacked."""
    shutil.unpack_archive(archives[request.param], tmp_path)
    return tmp_path


every_repository = pytest.mark.parametrize('unpacked', TOOLS, indirect=True)


def files_below(folder: Path, pattern: str = '*') -> dict[str, bytes]:
    """Return the contents of all files below a folder by their paths in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob(pattern) if path.is_file()}


def data_of(tool: Path) -> set[str]:
    """Return the files and folders of the test data that the tests of a tool name."""
    elements = [
        element for element in ElementTree.parse(tool).find('tests').iter()
        if element.tag in ('param', 'element', 'composite_data', 'output')
    ]
    values = [element.get('value') or element.get('file') or '' for element in elements]
    return {name for value in values for name in value.split(',') if re.fullmatch(r'.+\.\w+', name)}


def test_there_is_a_repository_for_each_tool(archives):
    assert archives.keys() == TOOLS.keys()


def test_an_archive_holds_its_tool_and_no_other(archives, tmp_path):
    for name, archive in archives.items():
        shutil.unpack_archive(archive, tmp_path / name)
        tool, = tools_in(tmp_path / name)
        assert (tool.name, tool.read_bytes()) == (TOOLS[name].name, TOOLS[name].read_bytes())


@every_repository
def test_an_archive_holds_the_macros_the_package_and_the_test_data(unpacked):
    """All that is there, and whole: in a Zarr folder also what begins with a dot, which patterns may not match."""
    tool, = tools_in(unpacked)
    imported = {element.text for element in ElementTree.parse(tool).find('macros').iter('import')}
    assert {path.name for path in unpacked.iterdir()} == {
        tool.name, 'README.rst', 'iscc_galaxy', 'test-data', *imported}
    assert {name: (unpacked / name).read_bytes() for name in imported} == files_below(CHECKOUT / 'macros')
    assert files_below(unpacked / 'iscc_galaxy') == files_below(CHECKOUT / 'iscc_galaxy', '*.py')
    made_by = files_below(TEST_DATA, '*.py*')
    data = {name: content for name, content in files_below(TEST_DATA).items() if name not in made_by}
    assert files_below(unpacked / 'test-data') == data
    assert {'nuclei.zarr/.zarray', 'nuclei_ome.zarr/.zgroup', 'with_ignored_files/.isccignore'} < data.keys()


@every_repository
def test_the_test_data_that_a_tool_names_are_in_its_archive(unpacked):
    tool, = tools_in(unpacked)
    named = data_of(tool)
    assert named and all((unpacked / 'test-data' / name).exists() for name in named)


@every_repository
def test_an_archive_has_no_links_and_nothing_compiled(archives, unpacked, request):
    with tarfile.open(archives[request.node.callspec.params['unpacked']]) as tar:
        assert all(member.isfile() for member in tar)
        assert not [name for name in tar.getnames() if re.search(r'__pycache__|\.pyc$|(^|/)\.\.?/', name)]


def test_the_readme_names_all_tools_and_is_rendered():
    readme = (CHECKOUT / 'tools' / 'README.rst').read_text(encoding='utf-8')
    assert not rst_invalid(readme)
    for name, file in TOOLS.items():
        assert f'*{ElementTree.parse(file).getroot().get("name")}* (``{name}``)' in readme


def test_the_pages_for_admins_list_all_tools():
    """A repository for each in the table, and one rule that its full id matches."""
    page = (CHECKOUT / 'docs' / 'admin.md').read_text(encoding='utf-8')
    rules, = (yaml.safe_load(block)['tools'] for block in re.findall(r'```yaml\n(tools:.*?)```', page, re.DOTALL))
    for name, file in TOOLS.items():
        assert f'| `{name}` | {ElementTree.parse(file).getroot().get("name")} |' in page
        guid = f'toolshed.g2.bx.psu.edu/repos/imgteam/{name}/{name}/{tool_version(file)}'
        assert len([rule for rule in rules if re.match(rule, guid)]) == 1


def test_workflows_and_documentation_name_repositories_that_there_are():
    pages = [*CHECKOUT.glob('docs/*.md'), *CHECKOUT.glob('workflows/*/*'), *CHECKOUT.glob('tours/*')]
    text = '\n'.join(path.read_text(encoding='utf-8') for path in pages)
    named = re.findall(r'/repos/imgteam/(\w+)/(\w+)/', text)
    assert named and set(named) <= {(name, name) for name in TOOLS}


@every_repository
def test_an_archive_is_clean_to_planemo(unpacked):
    # What is skipped asks the network.
    command = [
        Path(sys.executable).with_name('planemo'), 'lint', '--fail_level', 'warn', '--skip', 'BioToolsValid',
        *tools_in(unpacked),
    ]
    done = subprocess.run(command, cwd=unpacked, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_suite_depends_on_all_repositories(archives):
    suite = next(iter(archives.values())).with_name('shed_upload_suite_iscc.tar.gz')
    with tarfile.open(suite) as tar:
        names = [name for name in tar.getnames() if name.endswith('.xml')]
        root = ElementTree.fromstring(tar.extractfile(names[0]).read())
    assert [Path(name).name for name in names] == ['repository_dependencies.xml']
    assert {element.get('name') for element in root.iter('repository')} == TOOLS.keys()


def test_tools_are_installed_under_versioned_paths_and_ids(archives, tmp_path):
    root = ElementTree.parse(install(archives, tmp_path)).getroot()
    version = tool_version(TOOLS['iscc_sum'])
    published = {'iscc_sum', 'iscc_sum_verify', 'iscc_sum_similarity'}
    repositories = 'toolshed.g2.bx.psu.edu/repos/imgteam'
    assert sorted(tool.get('guid') for tool in root.iter('tool')) == sorted([
        *(f'{repositories}/{name}/{name}/{version}' for name in TOOLS),
        *(f'{repositories}/{name}/{name}/0.1.0+galaxy1' for name in published),
    ])
    for tool in root.iter('tool'):
        file = Path(root.get('tool_path'), tool.get('file'))
        name = tool.findtext('repository_name')
        assert f'/{repositories}/{name}/' in str(file)
        assert (tool_id(file), tool_version(file)) == (name, version)
        assert tool.get('guid') == tool.findtext('id') == f'{repositories}/{name}/{name}/{tool.findtext("version")}'
