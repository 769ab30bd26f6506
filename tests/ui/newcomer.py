"""A newcomer at the browser: what they do in Galaxy, and what would alarm them."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import expect, Locator, Page

from local_galaxy.configuration import CHECKOUT, PASSWORD, USER

SCREENSHOTS = CHECKOUT / '.galaxy' / 'screenshots'
# A job of a tool, or all of a workflow, until its outputs are green.
JOB_MILLISECONDS = 300_000
STEP_MILLISECONDS = 20_000
# Datasets that wait in the history are coloured as warnings are.
ALARMS = ', '.join(f'{each}:visible' for each in (
    '.alert-warning:not(.content-item)', '.alert-danger:not(.content-item)', '.ui-form-error', '.ui-form-error-text',
    '.b-toast-danger', '.b-toast-warning',
))
# Galaxy asks for what a user may not have, breaks off requests when a page is left, and shows what lies on other sites.
GALAXYS_OWN_ERRORS = re.compile("/api/unprivileged_tools|signal is aborted|Request aborted|'url': 'https://")
# What is left in a help when its reStructuredText was not understood.
RAW_MARKUP = re.compile(r'\*\*|``|`_|::|:[a-z]+:`|={5}|^\.\. ', re.MULTILINE)


class Newcomer:
    """Somebody who uses Galaxy by what is to be seen on its pages, and takes a picture of each."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.errors: list[str] = []
        self._pictures = 0
        page.set_default_timeout(STEP_MILLISECONDS)
        page.on('console', lambda message: message.type == 'error' and self._note(f'{message.text} {message.location}'))
        page.on('pageerror', lambda error: self._note(str(error)))

    def look(self, name: str) -> None:
        """Save a picture of the page, on which nothing may look alarming."""
        self.page.mouse.move(0, 0)
        self._pictures += 1
        self.page.screenshot(path=SCREENSHOTS / f'{self._pictures:02} {name}.png')
        alarming = self.page.locator(ALARMS).all_inner_texts() + self.errors
        assert not alarming, alarming

    def log_in(self) -> None:
        self.page.goto(f'{self.url}/login/start')
        self.page.locator('input[name=login]').fill(USER)
        self.page.locator('input[name=password]').fill(PASSWORD)
        self.page.locator('button[name=login]').click()
        self.page.locator('#activity-upload').wait_for()

    def go_home(self) -> None:
        """Open Galaxy's first page, and wait until all panels are there."""
        self.page.goto(self.url, wait_until='networkidle')

    def switch_to(self, history: dict[str, Any]) -> None:
        self.page.goto(f'{self.url}/history/switch_to_history?hist_id={history["id"]}')
        expect(self.page.locator('#current-history-panel')).to_contain_text(history['name'])

    def upload(self, *files: Path) -> None:
        """Upload files by the dialog, into an empty history."""
        self.page.locator('#activity-upload').click()
        with self.page.expect_file_chooser() as chooser:
            self.page.locator('#btn-local').click()
        chooser.value.set_files(files)
        expect(self.page.locator('#regular .upload-row')).to_have_count(len(files))
        self.look('upload')
        self.page.locator('#regular #btn-start').click()
        self.page.locator('#regular #btn-close').click()
        for number, file in enumerate(files, start=1):
            self.item(f'{number}: {file.name}')

    def open_tool_panel(self) -> None:
        if not self.page.locator('[data-description="panel toolbox"]').is_visible():
            self.page.locator('#activity-tools').click()

    def search(self, words: str) -> Locator:
        """Type words into the search of the tool panel; return the tools of the suite that it then shows."""
        self.open_tool_panel()
        search = self.page.locator('[data-description="panel toolbox"] .search-query')
        tools = self.page.locator('[data-description="panel toolbox"] a.tool-link[data-tool-id*="/imgteam/"]')
        search.fill('')
        expect(tools).to_have_count(0)
        search.fill(words)
        return tools

    def open_tool(self, name: str) -> None:
        """Find a tool in the tool panel, and open its form."""
        self.open_tool_panel()
        self.page.locator('[data-description="panel toolbox"] .search-query').fill(name)
        link = self.page.locator('a.tool-link').filter(has=self.page.get_by_text(name, exact=True))
        # Galaxy opens the form of an expression tool in a tab of its own.
        link.evaluate('link => link.removeAttribute("target")')
        link.click()
        expect(self.page.locator('#center')).to_contain_text(name)
        expect(self.page.locator('#center .form-help')).to_be_visible()

    def parameter(self, name: str) -> Locator:
        return self.page.locator(f'[id="form-element-{name}"]')

    def choose(self, parameter: str, value: str, kind: str | None = None) -> None:
        """Choose what contains `value` in a list of datasets, which are of `kind`, the title of a button beside it.

        Galaxy then makes the form anew, and what is chosen while it does so is lost.
        """
        place = self.parameter(parameter)
        if kind:
            place.get_by_title(kind).click()
        place.locator('.multiselect').click()
        with self.page.expect_response(re.compile('/api/tools/.*/build')):
            place.locator('.multiselect__option:visible').filter(has_text=value).first.click()
        expect(place.locator('.multiselect__tags')).to_contain_text(value)
        # A list of which several can be chosen stays open.
        self.page.keyboard.press('Escape')
        expect(place.locator('.multiselect--active')).to_have_count(0)

    def tick(self, parameter: str, option: str) -> None:
        place = self.parameter(parameter)
        place.get_by_text(option, exact=True).click()
        expect(place.get_by_label(option, exact=True)).to_be_checked()

    def run_tool(self) -> list[str]:
        """Press the button at the top of the form; return the outputs as Galaxy announces them, with their numbers."""
        self.page.locator('button#execute').first.click()
        message = self.page.locator('#center .donemessagelarge')
        expect(message).to_contain_text('Started tool')
        return message.locator('li').all_inner_texts()

    def item(self, name: str) -> Locator:
        """Return a dataset or collection of the history by its number and name, once it is green."""
        number = name.split(':')[0]
        item = self.page.locator(f'.history-index .content-item[data-hid="{number}"]')
        expect(item).to_contain_text(name)
        expect(item).to_have_attribute('data-state', 'ok', timeout=JOB_MILLISECONDS)
        return item

    def open(self, name: str) -> None:
        """Look at a dataset of the history."""
        self.item(name).locator('.display-btn').click()
        expect(self.page.locator('#center h1')).to_contain_text(name)

    def open_in(self, collection: str, element: str) -> None:
        """Look at an element of a collection of the history, which then shows the collection alone."""
        self.item(collection).locator('.content-title').click()
        found = self.page.locator('.dataset-collection-panel .content-item').filter(has_text=element)
        found.locator('.display-btn').click()
        expect(self.page.locator('#center h1')).to_contain_text(element)

    def text(self) -> Locator:
        """Return the text of the open dataset."""
        return self.page.frame_locator('#center iframe#frame').locator('body')

    def rows(self) -> list[dict[str, str]]:
        """Return the rows of the open table by the column names that Galaxy knows; the first row shows these names."""
        rows = self.page.locator('#center tbody tr')
        rows.first.wait_for()
        cells = 'row => Array.from(row.cells, cell => [cell.dataset.label, cell.innerText])'
        header, *others = [dict(row.evaluate(cells)) for row in rows.all()]
        assert list(header.values()) == list(header), header
        return others

    def sees(self, *columns: str) -> None:
        """Insist that columns of the open table are on the screen, without scrolling."""
        row = self.page.locator('#center tbody tr').nth(1)
        for column in columns:
            expect(row.locator(f'td[data-label="{column}"]')).to_be_in_viewport(ratio=1)

    def select(self, parameter: str, option: str) -> None:
        """Choose an option of a parameter that has a few."""
        place = self.parameter(parameter)
        place.locator('.multiselect').click()
        place.locator('.multiselect__option:visible').filter(has_text=option).first.click()
        expect(place.locator('.multiselect__single')).to_have_text(option)

    def open_best_practices(self) -> None:
        """Look at what the workflow editor finds to improve; it remembers what was open in it."""
        if not self.page.locator('.best-practices-lint-separator').first.is_visible():
            self.page.locator('#activity-workflow-best-practices').click()
        self.page.locator('.best-practices-lint-separator').first.wait_for()

    def failed(self, name: str) -> Locator:
        """Open a dataset of the history that is red, and return where it says why."""
        item = self.page.locator(f'.history-index .content-item[data-hid="{name.split(":")[0]}"]')
        expect(item).to_have_attribute('data-state', 'error', timeout=JOB_MILLISECONDS)
        item.locator('.content-title').click()
        return item

    def _note(self, error: str) -> None:
        if not GALAXYS_OWN_ERRORS.search(error):
            self.errors.append(error)
