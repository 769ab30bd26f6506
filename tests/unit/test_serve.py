"""What `make serve` shows first: a page that says what this is and how to begin, with links that lead somewhere."""

import json
import re

import pytest

from local_galaxy.configuration import tool_files, TOURS, write_configuration
from local_galaxy.shed import tool_id
from local_galaxy.welcome import write_welcome_page
from local_galaxy.workflows import workflow_files


@pytest.fixture
def page(tmp_path) -> str:
    return write_welcome_page(tmp_path, 'f2db41e1fa331b3e').read_text(encoding='utf-8')


def links(page: str) -> list[str]:
    return re.findall('href="([^"]+)"', page)


def test_galaxy_is_told_where_the_page_is(tmp_path):
    galaxy = json.loads(write_configuration(tmp_path, {}, {}).read_text())['galaxy']
    assert galaxy['static_welcome_html'] == str(tmp_path / 'welcome.html')
    assert (tmp_path / 'welcome.html').is_file()


def test_it_links_to_the_tour_the_workflows_and_the_samples(page):
    tour, = TOURS.glob('*.yaml')
    samples = '/history/switch_to_history?hist_id=f2db41e1fa331b3e'
    assert {f'/tours/{tour.stem}', '/workflows/list', samples} <= {*links(page)}


def test_links_leave_the_frame_of_the_page(page):
    assert page.count('target="_parent"') == len(links(page))


def test_it_links_to_tools_that_there_are(page):
    linked = {link.removeprefix('/?tool_id=') for link in links(page) if 'tool_id' in link}
    assert linked and linked <= {tool_id(file) for file in tool_files()}


def test_it_names_each_workflow(page):
    text = ' '.join(page.split())
    for file in workflow_files():
        assert f'<i>{json.loads(file.read_text())["name"]}</i>' in text


def test_without_samples_it_links_to_none(tmp_path):
    page = write_welcome_page(tmp_path).read_text(encoding='utf-8')
    assert 'switch_to_history' not in page and '$' not in page
