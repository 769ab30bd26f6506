"""The workflows fit the tools of this checkout; their reports and READMEs name what they have."""

import json
import re
from pathlib import Path

import pytest

from local_galaxy.configuration import CHECKOUT, tool_files
from local_galaxy.shed import tool_id, tool_version
from local_galaxy.workflows import workflow_files

WORKFLOWS = workflow_files()
SHED_ID = re.compile(r'toolshed\.g2\.bx\.psu\.edu/repos/imgteam/(?P<repository>\w+)/(?P<tool>\w+)/(?P<version>[\w.+]+)')
# Tools that every Galaxy brings along.
OF_GALAXY = {'Grep1'}

every_workflow = pytest.mark.parametrize('path', WORKFLOWS, ids=lambda path: path.stem)


def steps_of(path: Path) -> list[dict]:
    return list(json.loads(path.read_text())['steps'].values())


def labels_of_outputs(path: Path) -> set[str]:
    return {output['label'] for step in steps_of(path) for output in step['workflow_outputs']}


@every_workflow
def test_tools_are_those_of_the_suite_and_of_galaxy(path):
    known = {(tool_id(file), tool_id(file), tool_version(file)) for file in tool_files()}
    for step in steps_of(path):
        match = SHED_ID.fullmatch(step['tool_id'] or '')
        if match:
            assert match.groups() in known
        else:
            assert step['type'] != 'tool' or step['tool_id'] in OF_GALAXY


@every_workflow
def test_steps_have_labels_and_say_what_they_do(path):
    for step in steps_of(path):
        assert step['label'] and step['annotation']


@every_workflow
def test_the_report_shows_outputs_that_there_are(path):
    report = json.loads(path.read_text())['report']['markdown']
    shown = set(re.findall(r'output="([^"]+)"', report))
    assert shown and shown <= labels_of_outputs(path)


@every_workflow
def test_the_readme_explains_every_input_and_output(path):
    readme = (path.parent / 'README.md').read_text(encoding='utf-8')
    inputs = {step['label'] for step in steps_of(path) if step['type'] != 'tool'}
    explained = set(re.findall(r'^\| ([^|]+) \|', readme, re.MULTILINE)) - {'Input', 'Output'}
    assert explained == inputs | labels_of_outputs(path)


@every_workflow
def test_the_editor_has_nothing_to_warn_of(path):
    """What the panel *Best Practices* of Galaxy's editor looks at, but for unconnected inputs."""
    workflow = json.loads(path.read_text())
    assert 0 < len(workflow['annotation']) <= 250
    assert workflow['creator'] and workflow['license']
    assert workflow['readme'] == (path.parent / 'README.md').read_text(encoding='utf-8')
    labels = [output['label'] for step in steps_of(path) for output in step['workflow_outputs']]
    assert all(labels) and len(set(labels)) == len(labels)


@every_workflow
def test_outputs_have_their_labels_as_names_in_the_history(path):
    for step in steps_of(path):
        names = {
            action['output_name']: action['action_arguments']['newname']
            for action in step.get('post_job_actions', {}).values() if action['action_type'] == 'RenameDatasetAction'
        }
        for output in step['workflow_outputs']:
            assert names[output['output_name']] == output['label']


@every_workflow
def test_the_changelog_begins_with_this_release(path):
    release = json.loads(path.read_text())['release']
    assert f'# Changelog\n\n## [{release}] - ' in (path.parent / 'CHANGELOG.md').read_text(encoding='utf-8')


@every_workflow
def test_the_report_has_only_what_galaxy_shows_well(path):
    """Galaxy 26.1 shows the steps of an invocation as *Step NaN*, and two rows of what is to be shown as a table."""
    report = json.loads(path.read_text())['report']['markdown']
    shown = set(re.findall(r'```galaxy\n(\w+)', report))
    assert shown <= {
        'history_dataset_display', 'history_dataset_embedded', 'history_dataset_as_image',
        'history_dataset_collection_display',
    }


def test_the_readme_of_the_suite_names_them_all():
    readme = (CHECKOUT / 'README.md').read_text(encoding='utf-8')
    assert set(re.findall(r'\]\(workflows/([\w-]+)/\)', readme)) == {path.parent.name for path in WORKFLOWS}
