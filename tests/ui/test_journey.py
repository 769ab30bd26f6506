"""A newcomer's way through all tools; each test goes on where the one before it ended."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from conftest import RAW_MARKUP
from local_galaxy.configuration import TEST_DATA
from local_galaxy.staging import SAMPLES

CODE = (TEST_DATA / 'expected' / 'code.txt').read_text().strip()
GENERATE = 'Generate ISCC-CODE'
MANIFEST = 'Generate ISCC-CODE manifest'
VERIFY = 'Verify ISCC-CODE'
VERIFY_MANIFEST = 'Verify datasets against an ISCC-CODE manifest'
FIND = 'Find datasets with similar ISCC-CODEs'


def test_log_in_and_upload(newcomer, history, stage):
    newcomer.log_in()
    newcomer.switch_to(history)
    newcomer.upload(TEST_DATA / 'nuclei.tiff', TEST_DATA / 'nuclei_edited.tiff')
    stage({'collection': SAMPLES['collection']})
    newcomer.item('Experiment 1')
    newcomer.look('history')


@pytest.mark.parametrize('tool', [GENERATE, MANIFEST, VERIFY, VERIFY_MANIFEST, FIND])
def test_form_and_help(newcomer, galaxy, tool):
    newcomer.open_tool(tool)
    newest = max(each['id'] for each in galaxy.tools.get_tools(name=tool))
    for parameter in galaxy.tools.show_tool(newest, io_details=True)['inputs']:
        shown = newcomer.parameter(parameter['name'])
        expect(shown).to_contain_text(parameter['label'])
        expect(shown).to_contain_text(parameter['help'])
    newcomer.look(f'form of {tool}')
    text = newcomer.page.locator('#center .form-help')
    expect(text).to_contain_text('What it does')
    expect(text).to_contain_text('How to cite')
    expect(text.locator('.system-message')).to_have_count(0)
    assert not RAW_MARKUP.search(text.inner_text())
    for number, part in enumerate(text.locator('table, pre').all()):
        part.scroll_into_view_if_needed()
        newcomer.look(f'help of {tool} {number + 1}')
