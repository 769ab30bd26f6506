"""For galaxyproject/iwc: each workflow as a folder of that repository that holds its test data.

The IWC moves each folder into a repository of its own, so nothing outside may be named.
"""

import json
import re
import shutil
from pathlib import Path

from exports.folders import export, fill
from local_galaxy.configuration import CHECKOUT
from local_galaxy.workflows import workflow_files

CATEGORY = Path('workflows') / 'imaging'
OUTSIDE = '../../test-data/'
SHED_ID = re.compile(r'toolshed\.g2\.bx\.psu\.edu/repos/imgteam/(?P<repository>\w+)/\w+/(?P<version>.+)')


def write(folder: Path) -> None:
    """Write the folders of all workflows."""
    for workflow in workflow_files():
        write_workflow(workflow, folder / CATEGORY / workflow.parent.name)


def write_workflow(workflow: Path, folder: Path) -> None:
    """Write the folder of one workflow, with the test data that its tests name, and what is left to be done by hand."""
    shutil.copytree(workflow.parent, folder)
    tests = folder / f'{workflow.stem}-tests.yml'
    text = tests.read_text(encoding='utf-8')
    for name in set(re.findall(rf'{re.escape(OUTSIDE)}([\w./-]+)', text)):
        copy = folder / 'test-data' / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / 'test-data' / name, copy)
    tests.write_text(text.replace(OUTSIDE, 'test-data/'), encoding='utf-8')
    left = fill('iwc.md', workflow=workflow.name, tools='\n'.join(tools_of(workflow)))
    (folder / 'TO-DO.md').write_text(left, encoding='utf-8')


def tools_of(workflow: Path) -> list[str]:
    """Return lines that name the tools that a workflow takes from the ToolShed."""
    steps = json.loads(workflow.read_text(encoding='utf-8'))['steps'].values()
    found = filter(None, (SHED_ID.match(step['tool_id'] or '') for step in steps))
    address = 'https://toolshed.g2.bx.psu.edu/view/imgteam'
    return sorted({f'- [`{repository}`]({address}/{repository}) {version}' for repository, version in (
        match.group('repository', 'version') for match in found)})


if __name__ == '__main__':
    export(write)
