"""The words that users type find the tool that is meant: in the tool panel, and where Galaxy itself searches."""

import json
import subprocess
from collections.abc import Callable

import pytest
from bioblend.galaxy import GalaxyInstance

from local_galaxy.configuration import ENVIRONMENTS
from search_words import MEANT

# The search of the tool panel is a worker of the web client. It looks at names and descriptions alone.
PANEL_SEARCH = ENVIRONMENTS / 'galaxy' / 'lib'
ASK = '''
    let hear;
    globalThis.self = {
        addEventListener: (kind, listener) => { hear = listener; },
        postMessage: answer => console.log(JSON.stringify(answer)),
    };
    await import(process.argv[1]);
    let text = '';
    for await (const part of process.stdin) text += part;
    hear({data: {type: 'searchTools', payload: JSON.parse(text)}});
'''


@pytest.fixture
def in_panel(history) -> Callable[[str], list[str]]:
    """Return the ids of the tools that the panel shows for what is typed, from the top down."""
    worker, = PANEL_SEARCH.glob('python*/site-packages/galaxy/web_client/dist/assets/toolSearch.worker-*.js')
    tools = get(history.galaxy, 'tools', in_panel=False)
    panel = get(history.galaxy, 'tool_panels/default')

    def search(query: str) -> list[str]:
        answer = subprocess.run(
            [ENVIRONMENTS / 'galaxy' / 'bin' / 'node', '--input-type=module', '--eval', ASK, worker.as_uri()],
            input=json.dumps({'tools': tools, 'query': query, 'currentPanel': panel}),
            capture_output=True, text=True, check=True,
        )
        sections = json.loads(answer.stdout)['sectioned'].values()
        return of_suite([each for section in sections for each in section['tools']])
    return search


@pytest.fixture
def in_list(history) -> Callable[[str], list[str]]:
    """Return the ids of the tools that the page *Discover Tools* lists, best first; it looks at the helps, too."""
    return lambda query: of_suite(get(history.galaxy, 'tools', q=query, view='default'))


def get(galaxy: GalaxyInstance, path: str, **parameters):
    """Return what Galaxy answers."""
    response = galaxy.make_get_request(f'{galaxy.url}/{path}', params=parameters)
    response.raise_for_status()
    return response.json()


def of_suite(ids: list[str]) -> list[str]:
    """Return the short ids of the suite's tools among full ids."""
    return [each.split('/')[-2] for each in ids if '/imgteam/' in each]


@pytest.mark.parametrize('word', MEANT)
def test_the_tool_panel(in_panel, word):
    found = in_panel(word)
    assert found[:1] == MEANT[word][:1]
    assert set(MEANT[word]) <= set(found)


@pytest.mark.parametrize('word', MEANT)
def test_the_list_of_tools(in_list, word):
    assert set(MEANT[word]) <= set(in_list(word))
