"""What ships: the archives for the ToolShed, flat, self-contained, with the test data of their tools and no more."""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from local_galaxy.shed import install, make_archives, repositories, tool_id, tool_version

FOLDERS = {'iscc_sum': 'iscc_sum', 'iscc_sum_verify': 'iscc_verify', 'iscc_sum_similarity': 'iscc_similarity'}


@pytest.fixture(scope='module')
def archives(tmp_path_factory):
    return make_archives(tmp_path_factory.mktemp('archives'))


@pytest.fixture
def unpacked(archives, tmp_path, request):
    """Unpack the archive of a repository into an empty folder."""
    shutil.unpack_archive(archives[request.param], tmp_path)
    return tmp_path


every_repository = pytest.mark.parametrize('unpacked', repositories(), indirect=True)


def tools_in(folder: Path) -> list[Path]:
    return [file for file in folder.glob('*.xml') if file.read_text().startswith('<tool')]


def data_of(tool: Path) -> set[str]:
    """Give the files and folders of the test data that the tests of a tool name."""
    names: set[str] = set()
    for element in ElementTree.parse(tool).find('tests').iter():
        if element.tag in ('param', 'element', 'composite_data', 'output'):
            names.update((element.get('value') or element.get('file') or '').split(','))
    return names


def test_there_is_a_repository_for_each_folder_of_tools():
    assert set(repositories()) == FOLDERS.keys()


@every_repository
def test_an_archive_is_flat_and_has_no_links(unpacked):
    assert {path.name for path in unpacked.iterdir() if path.is_dir()} == {'test-data'}
    assert not [path for path in unpacked.rglob('*') if path.is_symlink()]
    assert {path.suffix for path in unpacked.iterdir() if path.is_file()} == {'.py', '.xml'}


@every_repository
def test_an_archive_holds_the_test_data_that_its_tools_name_and_no_other(unpacked):
    data = unpacked / 'test-data'
    named = set().union(*map(data_of, tools_in(unpacked)))
    there = {str(path.relative_to(data)) for path in data.rglob('*') if path.is_file()}
    assert {name for name in there if not any(name == each or name.startswith(f'{each}/') for each in named)} == set()


@every_repository
def test_test_data_are_whole(unpacked):
    """Patterns do not match names that begin with a dot, which a Zarr folder has."""
    source = Path(__file__).parent.parent.parent / 'test-data'
    for folder in (path for path in (unpacked / 'test-data').iterdir() if path.is_dir() and path.name != 'expected'):
        files = {path.relative_to(folder) for path in folder.rglob('*') if path.is_file()}
        original = source / folder.name
        assert files == {path.relative_to(original) for path in original.rglob('*') if path.is_file()}


@every_repository
def test_an_archive_is_clean_to_planemo(unpacked):
    command = [Path(sys.executable).with_name('planemo'), 'lint', '--fail_level', 'warn', *tools_in(unpacked)]
    done = subprocess.run(command, cwd=unpacked, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_suite_depends_on_all_repositories(archives):
    suite = next(iter(archives.values())).with_name('shed_upload_suite_iscc.tar.gz')
    with tarfile.open(suite) as tar:
        names = [name for name in tar.getnames() if name.endswith('.xml')]
        root = ElementTree.fromstring(tar.extractfile(names[0]).read())
    assert [Path(name).name for name in names] == ['repository_dependencies.xml']
    assert {element.get('name') for element in root.iter('repository')} == FOLDERS.keys()


def test_tools_are_installed_under_versioned_paths_and_ids(archives, tmp_path):
    root = ElementTree.parse(install(archives, tmp_path)).getroot()
    tools = list(root.iter('tool'))
    for tool in tools:
        file = Path(root.get('tool_path'), tool.get('file'))
        assert '/repos/imgteam/' in str(file)
        assert tool.get('guid').split('/')[-2] == tool_id(file)
        assert tool_version(file) == '0.1.0+galaxy2'
    versions: dict[str, set[str]] = {tool.get('guid').split('/')[-2]: set() for tool in tools}
    for tool in tools:
        versions[tool.get('guid').split('/')[-2]].add(tool.get('guid').split('/')[-1])
    assert versions['iscc_sum'] == {'0.1.0+galaxy1', '0.1.0+galaxy2'}
    assert versions['iscc_sum_manifest'] == {'0.1.0+galaxy2'}
