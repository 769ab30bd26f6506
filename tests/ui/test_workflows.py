"""The workflows as `make serve` imports them: their forms ask for what they need, and their editor finds no fault."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from local_galaxy.staging import SAMPLES, upload
from local_galaxy.workflows import workflow_files

# What the editor says about a workflow under Best Practices.
PRACTICES = 9


@pytest.fixture(scope='module', autouse=True)
def with_a_collection(newcomer, galaxy):
    """A form warns where there is no collection to choose."""
    history = galaxy.histories.create_history('For workflows')
    upload(galaxy, history['id'], {'collection': SAMPLES['collection']})
    newcomer.switch_to(history)


@pytest.fixture(params=workflow_files(), ids=lambda file: file.stem)
def workflow(request, imported_workflows) -> dict[str, Any]:
    """Return a workflow as its file has it, with the id that Galaxy gave it."""
    return {**json.loads(request.param.read_text(encoding='utf-8')), 'id': imported_workflows[request.param]}


def inputs_of(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the steps that ask for something."""
    return [step for step in workflow['steps'].values() if step['type'] != 'tool']


def connections_of(workflow: dict[str, Any]) -> list[Any]:
    """Return the connections between the steps; where an input takes several, all of them are one."""
    return [each for step in workflow['steps'].values() for each in step['input_connections'].values()]


def test_form(newcomer, workflow):
    newcomer.page.goto(f'{newcomer.url}/workflows/run?id={workflow["id"]}')
    form = newcomer.page.locator('#center')
    expect(form.locator('[data-description="workflow heading"]')).to_contain_text(f'Workflow: {workflow["name"]}')
    inputs = inputs_of(workflow)
    expect(form.locator('.ui-form-title-text')).to_have_text([each['label'] for each in inputs])
    for each in inputs:
        expect(form).to_contain_text(each['annotation'])
    expect(newcomer.page.locator('#run-workflow')).to_be_enabled()
    expect(newcomer.page.locator('[data-description="workflow run warning"]')).to_have_count(0)
    expect(form).not_to_contain_text('upgrade', ignore_case=True)
    newcomer.look(f'form of {workflow["name"]}')


def test_editor(newcomer, workflow):
    newcomer.page.goto(f'{newcomer.url}/workflows/edit?id={workflow["id"]}')
    expect(newcomer.page.locator('.workflow-node')).to_have_count(len(workflow['steps']))
    connections = newcomer.page.locator('.workflow-editor-drawable-connection')
    expect(connections).to_have_count(len(connections_of(workflow)))
    expect(connections.locator('.invalid')).to_have_count(0)
    expect(newcomer.page.locator('[data-description="workflow state upgrade modal content"]')).to_have_count(0)
    newcomer.open_best_practices()
    practices = newcomer.page.locator('[data-lint-status]')
    expect(practices).to_have_count(PRACTICES)
    faults = newcomer.page.locator('[data-lint-status]:not([data-lint-status=ok])')
    assert faults.all_inner_texts() == []
    # Galaxy celebrates this, and hides it so.
    expect(newcomer.page.locator('.success-reaction--show')).to_have_css('opacity', '0')
    newcomer.look(f'editor of {workflow["name"]}')
