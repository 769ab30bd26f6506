"""Tests in the running Galaxy that `make test-galaxy` starts; they find it in the variables of local_galaxy.run."""

import os
import shlex
import time
from pathlib import Path
from typing import Any

import pytest
from bioblend.galaxy import GalaxyInstance
from bioblend.galaxy.dataset_collections import (
    CollectionDescription,
    CollectionElement,
    HistoryDatasetElement,
)

from local_galaxy import staging
from local_galaxy.configuration import TEST_DATA
from oracle import codes_of, content_of


class History:
    """A fresh history of the test user, to upload to and to run tools in."""

    def __init__(self, galaxy: GalaxyInstance, name: str) -> None:
        self.galaxy = galaxy
        self.id = galaxy.histories.create_history(name)['id']

    def upload(self, **item: Any) -> dict[str, str]:
        """Upload one item, written as in planemo's job files."""
        return staging.upload(self.galaxy, self.id, {'item': item})['item']

    def list_of(self, datasets: dict[str, dict[str, str]]) -> dict[str, str]:
        """Make a list of uploaded datasets, by element identifier."""
        return staging.make_list(self.galaxy, self.id, datasets)

    def nested_list_of(self, lists: dict[str, dict[str, dict[str, str]]]) -> dict[str, str]:
        """Make a list of lists of uploaded datasets, by element identifiers."""
        elements = [
            CollectionElement(name, 'list', [HistoryDatasetElement(inner, each['id']) for inner, each in items.items()])
            for name, items in lists.items()
        ]
        description = CollectionDescription('nested', 'list:list', elements)
        collection = self.galaxy.histories.create_dataset_collection(self.id, description)
        return {'src': 'hdca', 'id': collection['id']}

    def run(self, tool_id: str, **inputs: Any) -> dict[str, Any]:
        """Run a tool and return the first of its jobs in full, with Galaxy's answer as `answer`."""
        answer = staging.run_tool(self.galaxy, self.id, tool_id, inputs)
        return self.galaxy.jobs.show_job(answer['jobs'][0]['id'], full_details=True) | {'answer': answer}

    def run_workflow(
        self, workflow: dict[str, Any], inputs: dict[str, Any], **options: Any,
    ) -> tuple[dict[str, Any], list[str]]:
        """Run a workflow; return its invocation, and the states of its jobs in the order of the steps."""
        workflow_id = self.galaxy.workflows.import_workflow_dict(workflow)['id']
        invocation_id = self.galaxy.workflows.invoke_workflow(
            workflow_id, history_id=self.id, inputs=inputs, inputs_by='name', **options)['id']
        self.galaxy.invocations.wait_for_invocation(
            invocation_id, maxwait=staging.JOB_SECONDS, interval=staging.POLL_SECONDS, check=False)
        invocation = self.galaxy.invocations.show_invocation(invocation_id)
        steps = sorted(invocation['steps'], key=lambda step: step['order_index'])
        return invocation, [settled(self.galaxy, step['job_id']) for step in steps if step['job_id']]

    def text(self, job: dict[str, Any], output: str = 'output_file') -> str:
        """Return an output, by its name in the XML, of a job that went well and said nothing alarming."""
        assert (job['state'], job['tool_stderr']) == ('ok', '')
        return staging.text_of(self.galaxy, output_of(job, output)['id'])

    def texts(self, job: dict[str, Any]) -> dict[str, str]:
        """Return the output for each dataset of the collection that a tool was mapped over, by identifiers."""
        return staging.texts_of(self.galaxy, job['answer']['implicit_collections'][0]['id'])


def output_of(job: dict[str, Any], output: str = 'output_file') -> dict[str, str]:
    """Return what refers to an output of a job, by its name in the XML, in the inputs of a tool."""
    dataset, = (each for each in job['answer']['outputs'] if each['output_name'] == output)
    return {'src': 'hda', 'id': dataset['id']}


def settled(galaxy: GalaxyInstance, job_id: str) -> str:
    """Wait until a job has ended, is skipped, or waits for one that failed; return its state."""
    deadline = time.monotonic() + staging.JOB_SECONDS
    while (state := galaxy.jobs.get_state(job_id)) not in ('ok', 'error', 'skipped', 'paused'):
        assert time.monotonic() < deadline, state
        time.sleep(staging.POLL_SECONDS)
    return state


@pytest.fixture
def wide_code(tmp_path):
    """Return the wide code of a file or folder of the test data, by the oracles."""
    return lambda name: codes_of(content_of(TEST_DATA / name), tmp_path).wide


@pytest.fixture
def history(request: pytest.FixtureRequest) -> History:
    galaxy = GalaxyInstance(os.environ['GALAXY_URL'], os.environ['GALAXY_USER_KEY'])
    return History(galaxy, request.node.name)


@pytest.fixture
def galaxy_state() -> Path:
    return Path(os.environ['GALAXY_STATE'])


def all_called(beginning: str, folder: Path) -> list[str]:
    """Return what lies below a folder with a name that begins so; jobs may remove other folders meanwhile."""
    found = (name for _, folders, files in os.walk(folder) for name in (*folders, *files))
    return [name for name in found if name.startswith(beginning)]


@pytest.fixture
def hasher(galaxy_state):
    """Replace the `iscc-sum` that Galaxy's dependency resolution finds, until the test ends."""
    originals = {file: file.read_text() for file in (galaxy_state / 'dependencies').glob('*/*/env.sh')}
    folder = galaxy_state / 'fake hasher'
    folder.mkdir(exist_ok=True)

    def install(script: str) -> None:
        command = folder / 'iscc-sum'
        command.write_text(f'#!/bin/sh\n{script}\n')
        command.chmod(0o755)
        for file, original in originals.items():
            file.write_text(f'{original}export PATH={shlex.quote(str(folder))}:"$PATH"\n')

    yield install
    for file, original in originals.items():
        file.write_text(original)
