"""For BMCV/galaxy-image-analysis: the suite as the folder `tools/iscc-sum` of that repository, and what belongs to it.

The folder holds what the archives for the ToolShed hold, from which the archives are made again there.
"""

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import isort
from isort.wrap_modes import WrapModes

from exports.folders import export, fill
from local_galaxy.configuration import CHECKOUT, tool_files
from local_galaxy.release import current_version
from local_galaxy.shed import make_archives, tool_id

SUITE = Path('tools') / 'iscc-sum'
# Where the README there has the tools.
SERVER = 'https://usegalaxy.eu/root?tool_id=toolshed.g2.bx.psu.edu/repos/imgteam'
# flake8 there is not told which package is the repository's own, and wants its imports among those of other packages.
IMPORTS = isort.Config(
    known_third_party=['iscc_galaxy'], case_sensitive=False, order_by_type=False, combine_as_imports=True,
    include_trailing_comma=True, line_length=120, multi_line_output=WrapModes.VERTICAL_GRID_GROUPED,
)


def write(folder: Path) -> None:
    """Write the suite, and beside it what goes elsewhere: into the README, to gialint, into the pull request."""
    suite = folder / SUITE
    with TemporaryDirectory() as made:
        for archive in make_archives(Path(made)).values():
            shutil.unpack_archive(archive, suite)
    for module in suite.glob('iscc_galaxy/**/*.py'):
        module.write_text(isort.code(module.read_text(encoding='utf-8'), config=IMPORTS), encoding='utf-8')
    rows = '\n'.join(f'| {name} | `{id_}` |' for name, id_ in names_and_ids())
    texts = {
        SUITE / '.shed.yml': shed_configuration(),
        'README-entries.md': ''.join(f'- [{name}]({SERVER}/{id_}/{id_})\n' for name, id_ in names_and_ids()),
        '.gialint.yml': fill('gialint.yml'),
        'gialint-report.md': fill('gialint-report.md'),
        'PULL-REQUEST.md': fill('galaxy-image-analysis.md', version=current_version(), tools=rows),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding='utf-8')


def shed_configuration() -> str:
    """Return the suite's `.shed.yml` without the rules of what ships: there, the whole folder does."""
    text = (CHECKOUT / '.shed.yml').read_text(encoding='utf-8')
    own = text[text.index('owner:'):text.index('include:')]
    # The address of the code is that of the folder.
    return re.sub('^(remote_repository_url: .*)$', rf'\1/tree/master/{SUITE}', own, flags=re.MULTILINE)


def names_and_ids() -> list[tuple[str, str]]:
    """Return name and id of each tool, by names."""
    return sorted((ElementTree.parse(tool).getroot().get('name'), tool_id(tool)) for tool in tool_files())


if __name__ == '__main__':
    export(write)
