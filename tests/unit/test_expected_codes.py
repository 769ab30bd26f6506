"""Every code that an XML test expects is recomputed with iscc-core and iscc-lib from the inputs of that test."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from local_galaxy.configuration import TEST_DATA, tool_files
from oracle import Codes, codes_of, content_of

CODE = re.compile(r'(?<![A-Z2-7])(?:ISCC:)?([KGI][A-Z2-7]{20,})|(1e20[0-9a-f]{64})')
# Folders in which iscc-sum leaves files out, and the files that remain.
HASHED_ONLY = {'with_ignored_files': ['.isccignore', 'image.raw']}


def codes_in(text: str) -> set[str]:
    return {group for match in CODE.finditer(text) for group in match.groups() if group}


def cases_with_codes() -> list:
    cases = []
    for path in tool_files():
        for number, test in enumerate(ElementTree.parse(path).iter('test'), start=1):
            text = '\n'.join(value for element in test.iter() for value in element.attrib.values())
            if codes_in(text):
                cases.append(pytest.param(test, text, id=f'{path.stem}-{number}'))
    return cases


def expectations_in(text: str) -> set[str]:
    """Give the codes that a dataset is verified against, in the report of Verify."""
    lines = re.findall(r'Expected: +(\w+)', text)
    return {code for line in lines for code in codes_in(line)}


def codes_of_input(name: str, folder: Path) -> Codes:
    path = TEST_DATA / name
    if name in HASHED_ONLY:
        return codes_of(b''.join((path / file).read_bytes() for file in HASHED_ONLY[name]), folder)
    return codes_of(content_of(path), folder)


def is_sample(name: str | None) -> bool:
    path = TEST_DATA / (name or 'none')
    return path.parent == TEST_DATA and path.exists()


def codes_of_samples(folder: Path) -> set[str]:
    names = [path.name for path in TEST_DATA.iterdir() if path.is_file() or path.suffix == '.zarr']
    return {code for name in names for code in codes_of_input(name, folder)}


@pytest.mark.parametrize('test, text', cases_with_codes())
def test_expected_codes_are_those_of_the_oracles(test, text, tmp_path):
    names = {element.get('value') for element in test.iter() if element.tag in ('param', 'element')}
    inputs = [codes_of_input(name, tmp_path) for name in names if is_sample(name)]
    parts = [element.get('value') for element in test.iter('composite_data')]
    inputs.append(codes_of(b''.join((TEST_DATA / part).read_bytes() for part in parts), tmp_path))
    of_inputs = {code for codes in inputs for code in codes}
    typed = ''.join(element.get('value') for element in test.iter('param') if element.get('name') == 'expected_code')
    of_others = codes_of_samples(tmp_path) & (codes_in(typed) | expectations_in(text))
    assert codes_in(text) <= of_inputs | of_others


def test_codes_are_found():
    assert len(cases_with_codes()) >= 10


@pytest.mark.parametrize('tool', tool_files(), ids=lambda path: path.stem)
def test_the_help_shows_real_codes(tool, tmp_path):
    shown = codes_in(ElementTree.parse(tool).findtext('help'))
    assert shown
    assert shown <= codes_of_samples(tmp_path)
