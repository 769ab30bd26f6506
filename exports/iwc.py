"""For galaxyproject/iwc: each workflow as a folder of that repository that holds its test data.

The IWC moves each folder into a repository of its own, so nothing outside may be named.
"""

import json
import re
import shutil
from pathlib import Path

from exports.folders import export, fill
from exports.workflow_tests import copy_tests
from local_galaxy.workflows import workflow_files

CATEGORY = Path('workflows') / 'imaging'
SHED_ID = re.compile(r'toolshed\.g2\.bx\.psu\.edu/repos/imgteam/(\w+)/\w+/(.+)')


def write(folder: Path) -> None:
    """Write the folders of all workflows."""
    for workflow in workflow_files():
        write_workflow(workflow, folder / CATEGORY / workflow.parent.name)


def write_workflow(workflow: Path, folder: Path) -> None:
    """Write the folder of one workflow, and into it what is left to be done by hand."""
    shutil.copytree(workflow.parent, folder)
    copy_tests(workflow, folder)
    (folder / 'TO-DO.md').write_text(left_to_do(workflow), encoding='utf-8')


def left_to_do(workflow: Path) -> str:
    """Return the text that says what has to wait until the tools of a workflow are in the ToolShed."""
    parsed = json.loads(workflow.read_text(encoding='utf-8'))
    found = {match.groups() for step in parsed['steps'].values() if (match := SHED_ID.match(step['tool_id'] or ''))}
    tools = (f'- [`{name}`](https://toolshed.g2.bx.psu.edu/view/imgteam/{name}) {version}' for name, version in found)
    return fill('iwc.md', workflow=workflow.name, release=parsed['release'], tools='\n'.join(sorted(tools)))


if __name__ == '__main__':
    export(write)
