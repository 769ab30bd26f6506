"""What the ToolShed would ship, and a Galaxy that has it installed: archives by planemo, unpacked as Galaxy does.

`python -m local_galaxy.shed FOLDER` copies what ships into a new folder, for planemo.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable
from xml.etree import ElementTree

import yaml

from local_galaxy.configuration import CHECKOUT

TOOL_SHED = 'toolshed.g2.bx.psu.edu'
# Where Galaxy would put the revision's number.
REVISION = '000000000000'
# The tools that were published before are also there under their ids of then, so that workflows which name them run.
PUBLISHED_TOOLS = ('iscc_sum', 'iscc_sum_verify', 'iscc_sum_similarity')
PUBLISHED_VERSION = '0.1.0+galaxy1'
SHIPPED = ('iscc_galaxy', 'macros', 'tools', 'test-data')


def copy_shipped(folder: Path) -> None:
    """Copy what ships into a new folder: in the checkout planemo would take all tools of `.envs` for ours."""
    for name in SHIPPED:
        shutil.copytree(CHECKOUT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns('__pycache__'))
    shutil.copy(CHECKOUT / '.shed.yml', folder)


def make_archives(folder: Path, ship: Callable[[Path], None] = copy_shipped) -> dict[str, Path]:
    """Make the archives in a new folder, into which `ship` copies what ships.

    Return those that hold a tool by the names of their repositories.
    """
    ship(folder)
    # planemo leaves its archives in the folder that it runs in.
    subprocess.run(
        [Path(sys.executable).with_name('planemo'), 'shed_upload', '--shed_target', 'local', '--tar_only', '.'],
        cwd=folder, check=True, capture_output=True,
    )
    prefix, suffix = 'shed_upload_', '.tar.gz'
    archives = {path.name.removeprefix(prefix).removesuffix(suffix): path for path in folder.glob(f'{prefix}*{suffix}')}
    return {name: archives[name] for name in sorted(archives) if not name.startswith('suite_')}


def install(archives: dict[str, Path], folder: Path) -> Path:
    """Unpack the archives as Galaxy does when it installs repositories, and write the list of tools that it keeps."""
    owner = yaml.safe_load((CHECKOUT / '.shed.yml').read_text(encoding='utf-8'))['owner']
    toolbox = ElementTree.Element('toolbox', tool_path=str(folder))
    section = ElementTree.SubElement(toolbox, 'section', id='iscc', name='ISCC')
    for name, archive in archives.items():
        repository = folder / TOOL_SHED / 'repos' / owner / name / REVISION / name
        shutil.unpack_archive(archive, repository)
        for file in tools_in(repository):
            was_published = tool_id(file) in PUBLISHED_TOOLS
            for version in (tool_version(file), *([PUBLISHED_VERSION] if was_published else [])):
                guid = f'{TOOL_SHED}/repos/{owner}/{name}/{tool_id(file)}/{version}'
                tool = ElementTree.SubElement(section, 'tool', file=str(file.relative_to(folder)), guid=guid)
                for tag, text in (
                    ('tool_shed', TOOL_SHED), ('repository_name', name), ('repository_owner', owner),
                    ('installed_changeset_revision', REVISION), ('id', guid), ('version', version),
                ):
                    ElementTree.SubElement(tool, tag).text = text
    path = folder / 'shed_tool_conf.xml'
    ElementTree.ElementTree(toolbox).write(path, encoding='utf-8')
    return path


def tools_in(repository: Path) -> list[Path]:
    """Return the files that are tools; macros are not."""
    return sorted(file for file in repository.glob('*.xml') if ElementTree.parse(file).getroot().tag == 'tool')


def tool_id(file: Path) -> str:
    """Return the id of a tool."""
    return ElementTree.parse(file).getroot().get('id')


def tool_version(file: Path) -> str:
    """Return the version of a tool, with the tokens of the macros beside it filled in."""
    version = ElementTree.parse(file).getroot().get('version')
    for token in ElementTree.parse(file.parent / 'iscc.xml').iter('token'):
        version = version.replace(token.get('name'), token.text)
    return version


if __name__ == '__main__':
    copy_shipped(Path(sys.argv[1]))
