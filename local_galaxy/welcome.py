"""The page that Galaxy shows in its middle at first: what this is, and how to begin."""

from pathlib import Path
from string import Template

TEMPLATE = Path(__file__).with_suffix('.html')
UPLOAD = 'Upload your data, such as the images of an experiment.'
SAMPLES = (
    '<a target="_parent" href="/history/switch_to_history?hist_id={}">Open the sample history</a>, with images, an '
    'OME-Zarr folder and a collection, and try the tools on them.'
)


def welcome_page(state: Path) -> Path:
    """Return where Galaxy reads the page, each time anew."""
    return state / 'welcome.html'


def write_welcome_page(state: Path, history_id: str | None = None) -> Path:
    """Write the page, with a link to the history of the sample data if there is one, and return where it is."""
    samples = SAMPLES.format(history_id) if history_id else UPLOAD
    page = welcome_page(state)
    page.write_text(Template(TEMPLATE.read_text(encoding='utf-8')).substitute(samples=samples), encoding='utf-8')
    return page
