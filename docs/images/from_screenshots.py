"""Bring the pictures of the documentation up to date with those that `make test-ui` saved: `make images`."""

from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
SCREENSHOTS = HERE.parent.parent / '.galaxy' / 'screenshots'
# The name of each here, and there after its number.
PICTURES = {
    'generate': 'generate',
    'verify': 'report',
    'manifest': 'manifest table',
    'picture': 'picture',
    'workflow': 'workflow form',
    'report': 'workflow report',
    'tour': 'tour 05 The original',
}
COLOURS = 256

if __name__ == '__main__':
    for name, screenshot in PICTURES.items():
        found, = SCREENSHOTS.glob(f'?? {screenshot}.png')
        with Image.open(found) as picture:
            picture.convert('RGB').quantize(COLOURS).save(HERE / f'{name}.png', optimize=True)
