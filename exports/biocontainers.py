"""For BioContainers' multi-package-containers: a file for each set of packages that tools declare together.

An image of one package, such as that of iscc-sum, is made by Bioconda of itself.
"""

from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from galaxy.tool_util.deps.conda_util import CondaTarget, requirements_to_conda_targets
from galaxy.tool_util.deps.mulled.mulled_build import DEFAULT_BASE_IMAGE
from galaxy.tool_util.deps.mulled.util import v2_image_name
from galaxy.tool_util.parser import get_tool_source

from exports.folders import export, fill
from local_galaxy.configuration import tool_files

# Of the image; a new one of the same packages would be 1.
BUILD = '0'
HEADER = '#targets\tbase_image\timage_build\n'


class Image(NamedTuple):
    """An image of several packages, under the name by which Galaxy looks for it, and the tools that it is for."""

    name: str
    packages: list[CondaTarget]
    tools: list[str]

    @property
    def targets(self) -> str:
        """Return the packages as BioContainers writes them: `PACKAGE=VERSION,...`."""
        return ','.join(f'{package.package}={package.version}' for package in self.packages)


def images() -> list[Image]:
    """Return the images that the tools need and that somebody has to ask for."""
    found = {}
    for tool in tool_files():
        requirements, *_ = get_tool_source(str(tool)).parse_requirements()
        packages = requirements_to_conda_targets(requirements)
        if len(packages) > 1:
            name = v2_image_name(packages, image_build=BUILD)
            image = found.setdefault(name, Image(name, packages, []))
            image.tools.append(ElementTree.parse(tool).getroot().get('name'))
    return list(found.values())


def write(folder: Path) -> None:
    """Write the files of the images, and the text of the pull request."""
    combinations = folder / 'combinations'
    combinations.mkdir(parents=True)
    for image in images():
        # The larger base image is for packages whose recipe in Bioconda asks for it; that of iscc-sum does not.
        row = f'{image.targets}\t{DEFAULT_BASE_IMAGE}\t{BUILD}\n'
        (combinations / f'{image.name}.tsv').write_text(HEADER + row, encoding='utf-8')
    rows = (f'| `{image.name}` | {image.targets} | {"; ".join(image.tools)} |' for image in images())
    text = fill('biocontainers.md', images='\n'.join(rows))
    (folder / 'PULL-REQUEST.md').write_text(text, encoding='utf-8')


if __name__ == '__main__':
    export(write)
