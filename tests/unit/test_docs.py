"""What the documentation claims to be proved is proved: the tests that it names are there."""

import re

import pytest

from local_galaxy.configuration import CHECKOUT

COMPATIBILITY = (CHECKOUT / 'docs' / 'compatibility.md').read_text(encoding='utf-8')
NAMED = sorted(set(re.findall(r'`(tests/[\w/.]+)::(\w+)`', COMPATIBILITY)))


@pytest.mark.parametrize('file, name', NAMED)
def test_a_test_that_is_named_exists(file, name):
    assert f'\ndef {name}(' in (CHECKOUT / file).read_text(encoding='utf-8')


def test_every_row_names_a_test():
    rows = [line for line in COMPATIBILITY.splitlines() if line.startswith('| ') and 'Proved by' not in line]
    assert len(rows) >= 14
    assert all('::test_' in row for row in rows)
