"""A browser beside the running Galaxy that `make test-ui` starts."""

import os
import shutil
from pathlib import Path
from typing import Any, Iterator

import pytest
from bioblend.galaxy import GalaxyInstance
from playwright.sync_api import expect, sync_playwright

from local_galaxy.browser import chromium
from local_galaxy.staging import upload
from local_galaxy.workflows import import_workflows, workflow_files
from newcomer import Newcomer, SCREENSHOTS, STEP_MILLISECONDS

WINDOW = {'width': 1400, 'height': 900}
# What lets Chromium run as root, without a graphics card, and without asking its maker for anything.
CHROMIUM_OPTIONS = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
]


@pytest.fixture(scope='session')
def galaxy() -> GalaxyInstance:
    return GalaxyInstance(os.environ['GALAXY_URL'], os.environ['GALAXY_USER_KEY'])


@pytest.fixture(scope='session')
def newcomer(galaxy: GalaxyInstance) -> Iterator[Newcomer]:
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    expect.set_options(timeout=STEP_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_OPTIONS)
        newcomer = Newcomer(browser.new_page(viewport=WINDOW), galaxy.base_url)
        newcomer.log_in()
        yield newcomer
        newcomer.page.screenshot(path=SCREENSHOTS / 'last.png')
        browser.close()


@pytest.fixture(scope='session')
def history(galaxy: GalaxyInstance) -> dict[str, Any]:
    return galaxy.histories.create_history('Images of nuclei')


@pytest.fixture
def stage(galaxy: GalaxyInstance, history: dict[str, Any]):
    """Upload samples without the browser."""
    return lambda samples: upload(galaxy, history['id'], samples)


@pytest.fixture(scope='session')
def imported_workflows(galaxy: GalaxyInstance) -> dict[Path, str]:
    """Return the ids of the workflows, which are imported as `make serve` does, by their files."""
    return dict(zip(workflow_files(), import_workflows(galaxy)))
