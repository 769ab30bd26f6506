"""What the ToolShed would ship, and a Galaxy that has it installed: archives by planemo, unpacked as Galaxy does."""

import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import yaml

from local_galaxy.configuration import CHECKOUT

TOOL_SHED = 'toolshed.g2.bx.psu.edu'
# Where Galaxy would put the revision's number.
REVISION = '000000000000'
# The tools that were published before, each alone in a repository of its name, are also there under their ids of then,
# so that workflows which name them run.
PUBLISHED = '0.1.0+galaxy1'
SHIPPED = ('macros', 'tools', 'test-data')


def make_archives(folder: Path) -> dict[str, Path]:
    """Make the archive of each repository in a new folder, and give them by the repository's name."""
    # planemo leaves its archives where it finds the files.
    for name in SHIPPED:
        shutil.copytree(CHECKOUT / name, folder / name, symlinks=True)
    shutil.copy(CHECKOUT / '.shed.yml', folder)
    subprocess.run(
        [Path(sys.executable).with_name('planemo'), 'shed_upload', '--shed_target', 'local', '--tar_only', '.'],
        cwd=folder, check=True, capture_output=True,
    )
    return {name: folder / f'shed_upload_{name}.tar.gz' for name in repositories()}


def repositories() -> list[str]:
    """Give the names of the repositories that hold tools."""
    return list(_shed_configuration()['repositories'])


def install(archives: dict[str, Path], folder: Path) -> Path:
    """Unpack the archives as Galaxy does when it installs repositories, and write the list of tools that it keeps."""
    owner = _shed_configuration()['owner']
    toolbox = ElementTree.Element('toolbox', tool_path=str(folder))
    section = ElementTree.SubElement(toolbox, 'section', id='iscc', name='ISCC')
    for name, archive in archives.items():
        repository = folder / TOOL_SHED / 'repos' / owner / name / REVISION / name
        shutil.unpack_archive(archive, repository)
        for file in sorted(repository.glob('*.xml')):
            if not file.read_text(encoding='utf-8').startswith('<tool'):
                continue
            was_published = tool_id(file) == name
            for version in (tool_version(file), *([PUBLISHED] if was_published else [])):
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


def tool_id(file: Path) -> str:
    """Read the id of a tool."""
    return ElementTree.parse(file).getroot().get('id')


def tool_version(file: Path) -> str:
    """Read the version of a tool, with the tokens of the macros beside it filled in."""
    version = ElementTree.parse(file).getroot().get('version')
    for token in ElementTree.parse(file.parent / 'iscc.xml').iter('token'):
        version = version.replace(token.get('name'), token.text)
    return version


def _shed_configuration() -> dict:
    return yaml.safe_load((CHECKOUT / '.shed.yml').read_text(encoding='utf-8'))
