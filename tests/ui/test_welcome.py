"""The page that Galaxy shows at first, with the links that `make serve` gives it; each leads to what it names."""

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from local_galaxy.staging import SAMPLES
from local_galaxy.welcome import write_welcome_page
from local_galaxy.workflows import workflow_files


@pytest.fixture(autouse=True)
def first_page(newcomer, history):
    write_welcome_page(Path(os.environ['GALAXY_STATE']), history['id'])
    newcomer.go_home()


def follow(newcomer, link):
    newcomer.text().get_by_role('link', name=link, exact=True).click()


def test_it_is_shown(newcomer):
    expect(newcomer.text()).to_contain_text('How to begin')
    newcomer.look('welcome')


def test_to_the_tour(newcomer, history, stage):
    stage({'png': SAMPLES['png']})
    newcomer.switch_to(history)
    newcomer.go_home()
    follow(newcomer, 'Take the tour')
    # What Galaxy offers where the history is not empty, as with the sample data.
    newcomer.page.locator('#tour-requirement').get_by_role('button', name='Create New History').click()
    expect(newcomer.page.locator('.tour-element')).to_contain_text('A fingerprint for data')


def test_to_the_samples(newcomer, galaxy, history):
    newcomer.switch_to(galaxy.histories.create_history('Another'))
    newcomer.go_home()
    follow(newcomer, 'Open the sample history')
    expect(newcomer.page.locator('#current-history-panel')).to_contain_text(history['name'])


def test_to_the_workflows(newcomer, imported_workflows):
    follow(newcomer, 'Run a workflow')
    for file in workflow_files():
        card = newcomer.page.locator(f'#g-card-{imported_workflows[file]}')
        expect(card).to_contain_text(json.loads(file.read_text(encoding='utf-8'))['name'])
    newcomer.look('workflows')


@pytest.mark.parametrize('tool', [
    'Find datasets with similar ISCC-CODEs',
    'Verify datasets against an ISCC-CODE manifest',
    'Verify ISCC-CODE',
    'Generate ISCC-CODE',
    'Generate ISCC-CODE manifest',
    'Trace datasets through a processing chain by ISCC-CODE',
])
def test_to_a_tool(newcomer, tool):
    follow(newcomer, tool)
    expect(newcomer.page.locator('#center h1').first).to_contain_text(tool)
    expect(newcomer.page.locator('#center .form-help')).to_be_visible()
