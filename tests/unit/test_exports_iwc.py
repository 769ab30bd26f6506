"""The folders for the IWC hold all that they name, and keep to the list by which its reviewers check."""

import json
import re
from pathlib import Path
from typing import Any, Iterator

import pytest
import yaml

from exports import iwc
from local_galaxy.workflows import workflow_files

WORKFLOWS = {file.parent.name: file for file in workflow_files()}
# Larger ones belong into a public record.
LARGEST_FILE_BYTES = 100_000

every_workflow = pytest.mark.parametrize('name', WORKFLOWS)


@pytest.fixture(scope='module')
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp('written') / 'iwc'
    iwc.write(folder)
    return folder / 'workflows' / 'imaging'


def parsed_tests(workflow: Path) -> Any:
    return yaml.safe_load(workflow.with_name(f'{workflow.stem}-tests.yml').read_text(encoding='utf-8'))


def paths_in(test: Any) -> Iterator[str]:
    """Give each path that a test names, in the order in which it names them."""
    if isinstance(test, dict):
        yield from [test['path']] if 'path' in test else []
        test = list(test.values())
    for part in test if isinstance(test, list) else []:
        yield from paths_in(part)


def test_there_is_a_folder_for_each_workflow(written):
    assert {folder.name for folder in written.iterdir()} == WORKFLOWS.keys()
    assert all(re.fullmatch('[a-z-]+', name) for name in WORKFLOWS)


@every_workflow
def test_the_tests_name_copies_in_the_folder_and_nothing_else_is_there(written, name):
    here, there = WORKFLOWS[name], written / name / WORKFLOWS[name].name
    originals, copies = (list(paths_in(parsed_tests(workflow))) for workflow in (here, there))
    assert len(originals) == len(copies) > 0
    for original, copy in zip(originals, copies):
        assert (there.parent / copy).read_bytes() == (here.parent / original).read_bytes()
        assert copy.startswith('test-data/') and '..' not in copy
    found = {str(path.relative_to(there.parent)) for path in there.parent.rglob('*') if path.is_file()}
    assert found == {*copies, 'TO-DO.md', *(path.name for path in here.parent.iterdir())}


@every_workflow
def test_the_tests_are_the_same_but_for_the_paths(written, name):
    here, there = (json.dumps(parsed_tests(workflow)) for workflow in (
        WORKFLOWS[name], written / name / WORKFLOWS[name].name))
    assert here.replace('../../test-data/', 'test-data/') == there


@every_workflow
def test_files_are_small(written, name):
    assert all(path.stat().st_size <= LARGEST_FILE_BYTES for path in (written / name).rglob('*'))


@every_workflow
def test_dockstore_has_the_creators_of_the_workflow(written, name):
    entry, = yaml.safe_load((written / name / '.dockstore.yml').read_text())['workflows']
    creators = json.loads((written / name / WORKFLOWS[name].name).read_text())['creator']
    assert [(author['name'], author.get('orcid')) for author in entry['authors']] == [
        (creator['name'], creator.get('identifier', '').removeprefix('https://orcid.org/') or None)
        for creator in creators
    ]


@every_workflow
def test_names_are_for_people(written, name):
    workflow = json.loads((written / name / WORKFLOWS[name].name).read_text())
    assert workflow['annotation'].startswith('This workflow ')
    labels = [step['label'] for step in workflow['steps'].values()]
    labels += [output['label'] for step in workflow['steps'].values() for output in step['workflow_outputs']]
    assert '_' not in ''.join([workflow['name'], *labels])


@every_workflow
def test_what_is_left_to_do_names_the_tools_of_the_toolshed(written, name):
    text = (written / name / 'TO-DO.md').read_text()
    steps = json.loads((written / name / WORKFLOWS[name].name).read_text())['steps'].values()
    ids = {step['tool_id'] for step in steps if '/' in (step['tool_id'] or '')}
    lines = {line for line in text.splitlines() if line.startswith('- [`')}
    assert lines == {
        f'- [`{repository}`](https://toolshed.g2.bx.psu.edu/view/imgteam/{repository}) {version}'
        for *_, repository, _, version in (id_.split('/') for id_ in ids)
    }
    assert f'`{WORKFLOWS[name].name}`' in text
    assert all('tool_shed_repository' not in step for step in steps)
