"""The environment of a tool's jobs: the one that has the packages that it declares, and no others."""

from pathlib import Path

from galaxy.tool_util.parser import get_tool_source

from local_galaxy.configuration import ALL_JOBS_BIN, requirements_of


def declared_by(tool: Path) -> list[tuple[str, str]]:
    """Return name and version of each package that a tool declares, in its XML or by macros."""
    requirements, *_ = get_tool_source(str(tool)).parse_requirements()
    return [(requirement['name'], requirement['version']) for requirement in requirements.to_list()]


def commands_of(tool: Path) -> Path:
    """Return the folder of the commands of the tool's jobs."""
    commands, = (each for each in ALL_JOBS_BIN if set(requirements_of(each)) == set(declared_by(tool)))
    return commands
