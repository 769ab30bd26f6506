"""Image-Codes of 32 x 32 gray values against iscc-core, bit for bit."""

import json
from pathlib import Path

import iscc_core
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from iscc_galaxy.images.image_codes import image_code
from iscc_galaxy.iscc.image_units import digest_of, is_featureless
from iscc_galaxy.iscc.iscc_codes import CodeError

VECTORS = json.loads((Path(iscc_core.__file__).parent / 'data.json').read_text(encoding='utf-8'))['gen_image_code_v0']
CODE = 'EED4GQZQTY6J5DTHNDQ7S7EGNENJNRTEGLGHFWXFGNDZHSMO4HEZGZI'


def of_iscc_core(gray: np.ndarray) -> str:
    return iscc_core.gen_image_code_v0(gray.ravel().tolist(), bits=256)['iscc'].removeprefix('ISCC:')


@pytest.mark.parametrize('name', VECTORS)
def test_conformance(name):
    """The vectors of ISO 24138 that iscc-core ships; a shorter code is the beginning of the long one."""
    (values, bits), outputs = VECTORS[name]['inputs'], VECTORS[name]['outputs']
    code = image_code(np.array(values, np.uint8).reshape(32, 32))
    expected = iscc_core.decode_base32(outputs['iscc'].removeprefix('ISCC:'))[2:]
    assert (digest_of(code)[:bits // 8], len(expected)) == (expected, bits // 8)
    assert bits < 256 or 'ISCC:' + code == outputs['iscc']


@pytest.mark.parametrize('rows', [1, 2, 4, 8, 16, 32])
@pytest.mark.parametrize('columns', [1, 2, 4, 8, 16, 32])
def test_blocky_pictures(rows, columns):
    """Their transforms have many values that are equal but for rounding."""
    random = np.random.default_rng([rows, columns])
    for levels in (2, 3, 4, 256):
        for _ in range(6):
            blocks = random.integers(levels, size=(rows, columns)) * (255 // (levels - 1))
            gray = np.kron(blocks, np.ones((32 // rows, 32 // columns), int)).astype(np.uint8)
            assert image_code(gray) == of_iscc_core(gray)


@pytest.mark.parametrize('mirrored', [True, False])
def test_random_pictures(mirrored):
    random = np.random.default_rng(1)
    for _ in range(150):
        gray = random.integers(256, size=(32, 32), dtype=np.uint8)
        if mirrored:
            gray[:, 16:] = gray[:, 15::-1]
            gray[16:] = gray[15::-1]
        assert image_code(gray) == of_iscc_core(gray)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 31)] * 4, st.integers(0, 255)), max_size=5))
def test_rectangles(rectangles):
    gray = np.zeros((32, 32), np.uint8)
    for top, left, height, width, value in rectangles:
        gray[top:top + height + 1, left:left + width + 1] = value
    assert image_code(gray) == of_iscc_core(gray)


@pytest.mark.parametrize('block', range(4))
@pytest.mark.parametrize('ones, expected', [(7, True), (8, False)])
def test_featureless(block, ones, expected):
    words = ['1' * 32 + '0' * 32] * 4
    words[block] = ('0' * 8 + '1') * ones + '0' * (64 - 9 * ones) if ones < 8 else '00000001' * 8
    digest = int(''.join(words), 2).to_bytes(32, 'big')
    code = iscc_core.encode_component(iscc_core.MT.CONTENT, iscc_core.ST_CC.IMAGE, iscc_core.VS.V0, 256, digest)
    assert digest_of(code) == digest
    assert is_featureless(code) is expected


@pytest.mark.parametrize('text', [
    '', 'ISCC:' + CODE, CODE.lower(), CODE[:-1], CODE + 'A', CODE + '\n', CODE[:-1] + '4', CODE[:-1] + 'J',
    'EEDI' + CODE[4:], 'EAD' + CODE[3:], 'GAD' + CODE[3:], 'EEAQAAAAAAAAAAAA',
])
def test_other_texts_are_refused(text):
    with pytest.raises(CodeError, match='no Image-Code of 256 bits'):
        digest_of(text)
