"""What the folders for the IWC leave to be done by hand is what a Galaxy does that has the tools from the ToolShed."""

import json

import pytest

from exports import iwc
from local_galaxy.shed import REVISION
from local_galaxy.workflows import workflow_files


@pytest.mark.parametrize('file', workflow_files(), ids=lambda file: file.stem)
def test_galaxy_adds_the_repositories_and_leaves_out_the_release(history, file):
    uploaded = json.loads(file.read_text())
    workflow_id = history.galaxy.workflows.import_workflow_dict(uploaded)['id']
    downloaded = history.galaxy.workflows.export_workflow_dict(workflow_id)
    for number, step in uploaded['steps'].items():
        assert downloaded['steps'][number]['tool_id'] == step['tool_id']
        if iwc.SHED_ID.match(step['tool_id'] or ''):
            *_, owner, name, _, _ = step['tool_id'].split('/')
            assert downloaded['steps'][number]['tool_shed_repository'] == {
                'tool_shed': 'toolshed.g2.bx.psu.edu', 'owner': owner, 'name': name, 'changeset_revision': REVISION}
    assert 'release' not in downloaded
    assert f'"release": "{uploaded["release"]}",' in iwc.left_to_do(file)
