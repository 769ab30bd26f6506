"""The files for BioContainers are those that planemo would write, under the names that Galaxy looks for."""

from hashlib import sha1
from types import SimpleNamespace

import pytest
from galaxy.tool_util.deps.mulled.mulled_build_files import generate_targets
from galaxy.tool_util.deps.mulled.util import v2_image_name
from planemo.commands.cmd_container_register import RegistryTarget
from planemo.conda import collect_conda_target_lists_and_tool_paths

from environments import declared_by
from exports import biocontainers
from local_galaxy.configuration import tool_files

SEVERAL = [tool for tool in tool_files() if len(declared_by(tool)) > 1]


@pytest.fixture(scope='module')
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp('written')
    biocontainers.write(folder)
    return folder


def contents(folder) -> dict[str, list[set[str]]]:
    """Return the lines of each file as sets of fields, since planemo writes the packages in any order."""
    return {path.name: [set(line.replace(',', '\t').split('\t')) for line in path.read_text().splitlines()]
            for path in folder.glob('*')}


def test_files_are_those_of_planemo(written, tmp_path):
    planemo = SimpleNamespace(log=print)
    registry = RegistryTarget(planemo, output_directory=str(tmp_path), pull_request=False)
    sets, _ = collect_conda_target_lists_and_tool_paths(planemo, list(map(str, tool_files())))
    for packages in sets:
        if len(packages) > 1:
            image = v2_image_name(packages)
            registry.write_targets(
                planemo, f'{tmp_path}/{image}-0.tsv', packages, '0', 'quay.io/bioconda/base-glibc-busybox-bash:latest')
    assert contents(written / 'combinations') == contents(tmp_path) != {}


@pytest.mark.parametrize('tool', SEVERAL, ids=lambda tool: tool.stem)
def test_galaxy_finds_the_image_of_a_tool(written, tool):
    """The name by the rule of BioContainers: the hashes of the sorted packages, and of their versions in that order."""
    packages, versions = zip(*sorted(declared_by(tool)))
    hashes = [sha1('\n'.join(parts).encode()).hexdigest() for parts in (packages, versions)]
    name = 'mulled-v2-{}:{}-0'.format(*hashes)
    target, = generate_targets(written / 'combinations' / f'{name}.tsv')
    assert v2_image_name(target.targets, image_build=target.image_build) == name
    assert {(each.package, each.version) for each in target.targets} == set(declared_by(tool))


def test_no_image_is_asked_for_in_vain(written):
    sets = {frozenset(declared_by(tool)) for tool in SEVERAL}
    assert len(list((written / 'combinations').iterdir())) == len(sets)


def test_the_pull_request_names_each_image_with_its_tools(written):
    text = (written / 'PULL-REQUEST.md').read_text()
    rows = [line for line in text.splitlines() if line.startswith('| `')]
    assert {f'{row.split("`")[1]}.tsv' for row in rows} == {path.name for path in (written / 'combinations').iterdir()}
    assert 'Find datasets with similar ISCC-CODEs' in text
    assert 'Generate ISCC-CODE manifest' not in text
