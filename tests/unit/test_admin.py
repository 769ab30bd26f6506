"""What `docs/admin.md` tells an admin is so of every tool: the tables and rules are compared with the XML."""

import re
from xml.etree import ElementTree

import pytest
import yaml

from environments import declared_by
from exports.biocontainers import images
from iscc_galaxy.images.scenes import BAND_BYTES, TOGETHER_BYTES
from local_galaxy.configuration import CHECKOUT, tool_files
from local_galaxy.shed import tool_id, tool_version

PAGE = (CHECKOUT / 'docs' / 'admin.md').read_text(encoding='utf-8')
ROOTS = {file: ElementTree.parse(file).getroot() for file in tool_files()}
NAMES = {file: root.get('name') for file, root in ROOTS.items()}
# Galaxy runs an expression tool itself, wherever it sends the jobs of other tools.
JOBS = [file for file, root in ROOTS.items() if root.get('tool_type') != 'expression']


def table(header: str) -> list[list[str]]:
    """Return the cells of the table that has this header."""
    rows = PAGE.split(f'\n{header}\n', 1)[1].splitlines()[1:]
    end = next(number for number, line in enumerate(rows) if not line.startswith('|'))
    return [[cell.strip() for cell in row.strip('|').split('|')] for row in rows[:end]]


def test_the_repositories_are_those_of_the_tools():
    assert sorted(table('| Repository | Tool |')) == sorted([f'`{tool_id(file)}`', NAMES[file]] for file in NAMES)


def test_the_packages_are_those_that_the_tools_declare():
    rows = table('| Tools | Conda packages | Image |')
    packages = {name: cell for names, cell, _ in rows for name in names.split('; ')}
    assert packages == {
        name: ', '.join(f'{package} {version}' for package, version in declared_by(file)) or 'none'
        for file, name in NAMES.items()
    }


def test_the_images_of_several_packages_are_those_that_are_asked_for():
    rows = table('| Tools | Conda packages | Image |')
    shown = {name for names, _, image in rows for name in names.split('; ') if image == 'Of several packages'}
    assert shown == {name for image in images() for name in image.tools}


def test_the_memory_of_every_tool_is_told():
    rows = table('| Tools | Job | Memory | Time |')
    assert {name for names, *_ in rows for name in names.split('; ')} == set(NAMES.values())
    assert all(all(row) for row in rows)


def test_the_limits_of_reading_images_are_those_of_the_code():
    assert f'in bands of {BAND_BYTES >> 20} MB' in PAGE
    assert f'together up to {TOGETHER_BYTES >> 20} MB' in PAGE


def rules() -> dict[str, dict]:
    """Return the rules for Total Perspective Vortex, by patterns of tool ids."""
    text, = re.findall(r'```yaml\n(tools:\n  toolshed.*?)```', PAGE, re.DOTALL)
    return yaml.safe_load(text)['tools']


@pytest.mark.parametrize('file', NAMES, ids=tool_id)
def test_one_rule_gives_each_tool_its_cores_and_memory(file):
    full_id = f'toolshed.g2.bx.psu.edu/repos/imgteam/{tool_id(file)}/{tool_id(file)}/{tool_version(file)}'
    rule, = (rule for pattern, rule in rules().items() if re.fullmatch(pattern, full_id))
    assert rule.keys() == {'cores', 'mem'}


def test_there_is_no_rule_for_another_tool():
    assert len(rules()) == len(NAMES)


def test_the_job_configuration_sends_each_tool_to_as_many_cores():
    text, = re.findall(r'```yaml\n(execution:\n  default: local.*?)```', PAGE, re.DOTALL)
    environments = {tool['id']: tool['environment'] for tool in yaml.safe_load(text.replace('{...}', '{}'))['tools']}
    names = {1: 'one_core', 4: 'four_cores'}
    by_rules = {pattern.split('/')[-2]: names[rule['cores']] for pattern, rule in rules().items()}
    assert environments == {tool_id(file): by_rules[tool_id(file)] for file in JOBS}


def test_what_the_page_links_to_is_there():
    headings = re.findall(r'^#+ (.*)', PAGE, re.MULTILINE)
    anchors = {re.sub(r'[^\w -]', '', heading).lower().replace(' ', '-') for heading in headings}
    links = re.findall(r'\]\((?!https?:)([^)#]*)#?([^)]*)\)', PAGE)
    assert len(links) > 10
    for path, anchor in links:
        assert (CHECKOUT / 'docs' / path).exists() if path else anchor in anchors
