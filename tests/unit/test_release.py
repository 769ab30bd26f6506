"""Versions: one for all tools, in the changelog, and a new one whenever released tools have changed."""

import json

import pytest

from local_galaxy import release
from local_galaxy.configuration import CHECKOUT, tool_files
from local_galaxy.shed import copy_shipped, tool_version


def test_released_tools_have_not_changed():
    released = json.loads(release.RELEASED.read_text())
    assert not release.is_changed(released, release.current_version()), (
        'The tools have changed since this version was released: raise @VERSION_SUFFIX@ in macros/iscc.xml, and say in '
        'CHANGELOG.md what users get.'
    )


@pytest.mark.parametrize('name', [
    'iscc_galaxy/commands/generate_code.py', 'macros/iscc.xml', 'tools/iscc_sum/iscc_sum.xml',
])
def test_a_change_of_released_tools_is_noticed(tmp_path, name):
    copy_shipped(tmp_path)
    released = {'1': release.digest(tmp_path)}
    assert released == {'1': release.digest()}
    assert not release.is_changed(released, '1', tmp_path)
    with (tmp_path / name).open('a') as file:
        file.write('# changed\n')
    assert release.is_changed(released, '1', tmp_path)
    assert not release.is_changed(released, '2', tmp_path)


def test_all_tools_have_one_version_and_the_changelog_has_it():
    versions = {tool_version(file) for file in tool_files()}
    assert versions == {release.current_version()}
    assert f'\n## {release.current_version()}' in (CHECKOUT / 'CHANGELOG.md').read_text()
