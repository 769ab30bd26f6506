"""Tests in the running Galaxy that `make test-galaxy` starts; they find it in the variables of local_galaxy.run."""

import os
from pathlib import Path
from typing import Any

import pytest
from bioblend.galaxy import GalaxyInstance
from bioblend.galaxy.dataset_collections import CollectionDescription, HistoryDatasetElement

from local_galaxy import staging


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
        elements = [HistoryDatasetElement(name, dataset['id']) for name, dataset in datasets.items()]
        description = CollectionDescription('list', 'list', elements)
        collection = self.galaxy.histories.create_dataset_collection(self.id, description)
        return {'src': 'hdca', 'id': collection['id']}

    def run(self, tool_id: str, **inputs: Any) -> dict[str, Any]:
        """Run a tool and give the first of its jobs in full, with Galaxy's answer as `answer`."""
        answer = staging.run_tool(self.galaxy, self.id, tool_id, inputs)
        return self.galaxy.jobs.show_job(answer['jobs'][0]['id'], full_details=True) | {'answer': answer}

    def text(self, job: dict[str, Any]) -> str:
        """Give the output of a job that went well and said nothing alarming."""
        assert (job['state'], job['tool_stderr']) == ('ok', '')
        return staging.text_of(self.galaxy, job['answer']['outputs'][0]['id'])


@pytest.fixture
def history(request: pytest.FixtureRequest) -> History:
    galaxy = GalaxyInstance(os.environ['GALAXY_URL'], os.environ['GALAXY_USER_KEY'])
    return History(galaxy, request.node.name)


@pytest.fixture
def galaxy_state() -> Path:
    return Path(os.environ['GALAXY_STATE'])
