"""The workflows of this checkout, in a local Galaxy."""

import json
from pathlib import Path

from bioblend.galaxy import GalaxyInstance

from local_galaxy.configuration import CHECKOUT

WORKFLOWS = CHECKOUT / 'workflows'


def workflow_files() -> list[Path]:
    """Return the files of all workflows."""
    return sorted(WORKFLOWS.glob('*/*.ga'))


def import_workflows(galaxy: GalaxyInstance) -> list[str]:
    """Import each workflow for a user, under its own name; return their ids."""
    return [_imported(galaxy, file) for file in workflow_files()]


def _imported(galaxy: GalaxyInstance, file: Path) -> str:
    """Import a workflow; Galaxy adds to its name from where it comes, which is taken away again."""
    workflow = json.loads(file.read_text(encoding='utf-8'))
    workflow_id = galaxy.workflows.import_workflow_dict(workflow)['id']
    galaxy.workflows.update_workflow(workflow_id, name=workflow['name'])
    return workflow_id
