"""The tour, taken to its end by somebody who has a new history and only ever presses Continue."""

import yaml
from playwright.sync_api import expect

from conftest import JOB_MILLISECONDS
from local_galaxy.configuration import TOURS

TOUR = TOURS / 'iscc.yaml'


def test_tour(newcomer, galaxy):
    newcomer.log_in()
    newcomer.switch_to(galaxy.histories.create_history('A tour'))
    newcomer.page.goto(f'{newcomer.url}/tours/{TOUR.stem}')
    steps = yaml.safe_load(TOUR.read_text(encoding='utf-8'))['steps']
    for number, step in enumerate(steps, start=1):
        see_step(newcomer, number, step)
        newcomer.page.locator('.tour-element').get_by_text('Close' if step is steps[-1] else 'Continue').click()
    expect(newcomer.page.locator('.tour-element')).to_have_count(0)


def see_step(newcomer, number, step):
    """Look at a step, which points to what it speaks of."""
    bubble = newcomer.page.locator('.tour-element')
    stopped = newcomer.page.get_by_text('Tour Failed')
    text = newcomer.page.evaluate('html => new DOMParser().parseFromString(html, "text/html").body.innerText', step['content'])
    expect(bubble.filter(has_text=text).or_(stopped)).to_be_visible(timeout=JOB_MILLISECONDS)
    if 'textinsert' in step:
        expect(newcomer.page.locator(step['element'])).to_have_value(step['textinsert'])
    if 'element' in step:
        expect(newcomer.page.locator(step['element']).first).to_be_in_viewport()
        expect(bubble).not_to_have_class('tour-element-sticky')
    newcomer.look(f'tour {number:02} {step["title"]}')
