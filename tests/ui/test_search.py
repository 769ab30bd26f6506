"""The words that users type into the search of the tool panel show the tools that are meant, the best first."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from newcomer import Newcomer
from search_words import MEANT


@pytest.fixture(scope='module')
def in_panel(newcomer: Newcomer) -> Iterator[Newcomer]:
    newcomer.go_home()
    yield newcomer
    newcomer.look('search')


@pytest.mark.parametrize('words', MEANT)
def test_the_tool_panel(in_panel, words):
    found = in_panel.search(words)
    meant = [f'[data-tool-id*="/{tool}/"]' for tool in MEANT[words]]
    for tool in meant:
        expect(found.and_(in_panel.page.locator(tool))).to_be_visible()
    assert found.first.evaluate('(link, meant) => link.matches(meant)', meant[0])
