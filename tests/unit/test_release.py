"""Versions: one for all tools, in the changelog, and a new one whenever released tools have changed."""

import json
import shutil

from local_galaxy import release
from local_galaxy.configuration import CHECKOUT, tool_files, TOOLS
from local_galaxy.shed import tool_version


def test_released_tools_have_not_changed():
    released = json.loads(release.RELEASED.read_text())
    assert not release.is_changed(released, release.current_version()), (
        'The tools have changed since this version was released: raise @VERSION_SUFFIX@ in macros/iscc.xml, and say in '
        'CHANGELOG.md what users get.'
    )


def test_a_change_of_released_tools_is_noticed(tmp_path):
    tools = shutil.copytree(TOOLS, tmp_path / 'tools')
    released = {'1': release.digest(tools)}
    assert not release.is_changed(released, '1', tools)
    with (tools / 'iscc_sum' / 'job.py').open('a') as file:
        file.write('# changed\n')
    assert release.is_changed(released, '1', tools)
    assert not release.is_changed(released, '2', tools)


def test_all_tools_have_one_version_and_the_changelog_has_it():
    versions = {tool_version(file) for file in tool_files()}
    assert versions == {release.current_version()}
    assert f'\n## {release.current_version()}' in (CHECKOUT / 'CHANGELOG.md').read_text()
