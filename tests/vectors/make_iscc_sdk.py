"""Record in iscc_sdk.json the Image-Codes that iscc-sdk, another program, gives to small pictures.

Run it in an environment with iscc-sdk 0.9.7 (PyPI) and Pillow 13.0.0. Pillow before 13 shrinks tall pictures first in
width, then in height; since then it is the other way round, so that some values differ by one.
"""

import json
import tempfile
from pathlib import Path

import iscc_sdk
import numpy as np
from PIL import Image

ABOUT = (
    'Image-Codes of 256 bits by iscc-sdk 0.9.7 with an exact trim and Pillow 13.0.0, made by make_iscc_sdk.py. Sample '
    's of the pixel in row y and column x, counted from 0, is (7 x x + 3 y y + 5 x y (s + 1)) // 64 modulo 256. Around '
    'it is a frame with so many pixels at the top, bottom, left and right, where each sample is 200 - 50 s.'
)
NO_FRAME = [0, 0, 0, 0]
# Rows, columns, samples and frame.
PICTURES = {
    'gray': (60, 80, 1, NO_FRAME),
    'gray_alpha': (60, 80, 2, NO_FRAME),
    'colour': (60, 80, 3, NO_FRAME),
    'colour_alpha': (60, 80, 4, NO_FRAME),
    'tall_gray': (300, 70, 1, NO_FRAME),
    'tall_colour': (300, 70, 3, NO_FRAME),
    'wide_colour': (70, 300, 3, NO_FRAME),
    'just_right': (32, 32, 3, NO_FRAME),
    'small': (9, 7, 3, NO_FRAME),
    'one_pixel': (1, 1, 1, NO_FRAME),
    'one_row': (1, 100, 1, NO_FRAME),
    'framed_gray': (60, 80, 1, [9, 7, 5, 3]),
    'framed_colour': (60, 80, 3, [9, 7, 5, 3]),
    'framed_alpha': (60, 80, 4, [9, 7, 5, 3]),
    'frame_above': (60, 80, 3, [11, 0, 0, 0]),
    'frame_beside': (60, 80, 3, [0, 0, 0, 11]),
    'frame_alone': (0, 0, 3, [20, 20, 20, 20]),
    'one_column_framed': (60, 1, 3, [2, 2, 2, 2]),
}


def pixels(rows: int, columns: int, samples: int, frame: list[int]) -> np.ndarray:
    """Return a picture with the shape (rows, columns, samples)."""
    y, x, s = np.ogrid[:rows, :columns, :samples]
    top, bottom, left, right = frame
    picture = np.empty((top + rows + bottom, left + columns + right, samples), np.uint8)
    picture[:] = 200 - 50 * s
    picture[top:top + rows, left:left + columns] = (7 * x * x + 3 * y * y + 5 * x * y * (s + 1)) // 64 % 256
    return picture


def main() -> None:
    """Write each picture as PNG into a scratch folder, and the codes beside this script."""
    lines = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, (rows, columns, samples, frame) in PICTURES.items():
            path = Path(scratch) / f'{name}.png'
            picture = pixels(rows, columns, samples, frame)
            Image.fromarray(picture[..., 0] if samples == 1 else picture).save(path)
            code = iscc_sdk.code_image(
                path, bits=256, image_trim_tolerant=False, extract_meta=False, create_thumb=False).iscc
            record = {
                'rows': rows, 'columns': columns, 'samples': samples, 'frame': frame, 'code': code,
                'featureless': iscc_sdk.is_featureless_image_code(code),
            }
            lines.append(f'    {json.dumps(name)}: {json.dumps(record)}')
    pictures = ',\n'.join(lines)
    text = f'{{\n  "_about": {json.dumps(ABOUT)},\n  "pictures": {{\n{pictures}\n  }}\n}}\n'
    Path(__file__).with_name('iscc_sdk.json').write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main()
