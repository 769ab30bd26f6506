"""The tour, taken to its end by somebody who has a new history and presses Continue, when told so after a while."""

import re

import yaml
from playwright.sync_api import expect

from local_galaxy.configuration import TOURS
from local_galaxy.staging import text_of

TOUR = TOURS / 'iscc.yaml'
# Milliseconds until Galaxy gives up, and a little more.
TOUR_WAITS = 45_000


def test_tour(newcomer, galaxy):
    history = galaxy.histories.create_history('A tour')
    newcomer.switch_to(history)
    newcomer.page.goto(f'{newcomer.url}/tours/{TOUR.stem}')
    *steps, last = yaml.safe_load(TOUR.read_text(encoding='utf-8'))['steps']
    for number, step in enumerate(steps, start=1):
        see(newcomer, f'tour {number:02}', step)
        if 'Continue when' in step['content']:
            number = re.search(r'data-hid="(\d+)"', step['element'])[1]
            newcomer.item(number)
        if 'if the tool panel is closed' in step['content']:
            newcomer.open_tool_panel()
        newcomer.page.locator('.tour-next').click()
    see(newcomer, 'tour end', last)
    newcomer.page.locator('.tour-end').click()
    expect(newcomer.page.locator('.tour-element')).to_have_count(0)
    contents = galaxy.histories.show_history(history['id'], contents=True)
    measured, backup, _, returned, report, findings = (
        text_of(galaxy, dataset['id']) for dataset in sorted(contents, key=lambda dataset: dataset['hid'])[:6]
    )
    assert measured == backup != returned
    assert report.startswith('FAILED')
    (one, other, *rest), = (line.split('\t') for line in findings.splitlines()[1:])
    assert ({one, other}, rest) == ({'measured.csv', 'backup.csv'}, ['bit-identical', '0'])


def see(newcomer, name, step):
    """Look at a step, which points to what it speaks of."""
    bubble = newcomer.page.locator('.tour-element')
    expect(bubble.locator('.tour-content')).to_have_text(re.sub('<.*?>', '', step['content']), timeout=TOUR_WAITS)
    if 'textinsert' in step:
        expect(newcomer.page.locator(step['element'])).to_have_value(step['textinsert'])
    if 'element' in step:
        expect(newcomer.page.locator(step['element']).first).to_be_in_viewport()
        expect(bubble).not_to_contain_class('tour-element-sticky')
    newcomer.look(f'{name} {step["title"]}')
