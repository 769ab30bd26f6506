"""Containers for the jobs of the local Galaxy: images of this machine's own parts, run by podman.

An image holds a shell with the commands that Galaxy's job scripts call, Python, and the packages that a tool declares,
and nothing else. It has the name under which Galaxy looks for a BioContainer. None is pulled.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from galaxy.tool_util.deps.mulled.util import build_target, v2_image_name

from local_galaxy.configuration import (
    ALL_JOBS_BIN, environment_variables, ENVIRONMENTS, REQUIREMENTS, requirements_of,
)
from local_galaxy.engines.engine import Engine

COMMANDS = (
    'bash', 'sh', 'basename', 'cat', 'chmod', 'cp', 'cut', 'date', 'dirname', 'env', 'grep', 'head', 'hostname', 'id',
    'ln', 'ls', 'mkdir', 'mv', 'readlink', 'rm', 'sed', 'sleep', 'sort', 'tail', 'tee', 'touch', 'tr', 'true', 'uname',
)
# What podman and runc mount, or write files of their own into.
MOUNTED = ('dev', 'etc', 'proc', 'sys', 'tmp')
REPOSITORY = 'quay.io/biocontainers'
# The user in the container, who is not root there; on this machine it is the one who runs Galaxy.
USER = '12345'
# What podman needs where it runs as root inside a container itself.
RUN_OPTIONS = (
    f'--ulimit nofile=20000:20000 --ulimit nproc=1024:1024 --uidmap 0:1:{USER} --uidmap {USER}:0:1 --read-only'
)
# Galaxy calls `docker`, and reads its list of images as lines of JSON.
DOCKER = f'''#!/bin/bash
case "$1" in
    run) shift; exec podman --runtime runc run {RUN_OPTIONS} "$@";;
    images) exec podman images --format '{{"Repository": "{{{{.Repository}}}}", "Tag": "{{{{.Tag}}}}"}}';;
    *) exec podman "$@";;
esac
'''


class Containers(Engine):
    """Containers on Galaxy's machine, without network, for a user who is not root."""

    name = 'containers'
    title = 'podman'

    def reason_for_none(self) -> str:
        """Return why this machine can run no containers; an empty text means that it can."""
        missing = [command for command in ('podman', 'runc', 'ldd', 'tar') if not shutil.which(command)]
        if missing:
            return f'it has no {", ".join(missing)}'
        if os.geteuid() != 0:
            return 'only root can map the users of a container as these tests need it'
        # A machine may have podman and yet not let it run anything.
        error = _error_of_podman()
        return f'podman says: {error}' if error else ''

    def prepare(self, state: Path) -> dict[str, Any]:
        """Make the images, and the `docker` command that runs them; return the settings by which Galaxy uses both."""
        folder = state / 'containers'
        for commands in ALL_JOBS_BIN:
            root = folder / commands.parent.name
            _copy_system(root, commands)
            _install_packages(root, commands)
            _import_image(root, commands)
            shutil.rmtree(root)
        self._docker = folder / 'bin' / 'docker'
        self._docker.parent.mkdir(parents=True)
        self._docker.write_text(DOCKER, encoding='utf-8')
        self._docker.chmod(0o755)
        # Of these, the second mounts the inputs read-only.
        return {'container_resolvers': [{'type': 'cached_mulled'}], 'outputs_to_working_directory': True}

    def variables(self) -> dict[str, str]:
        """Return the variables by which Galaxy finds the `docker` command."""
        return environment_variables(self._docker.parent)

    def environment(self, cores: int) -> dict[str, Any]:
        """Return the settings that give each job a container, without network, and a number of cores."""
        return {
            'local_slots': cores, 'docker_enabled': True, 'docker_sudo': False, 'docker_net': 'none',
            'docker_set_user': USER,
        }


def image_name(commands: Path) -> str:
    """Return the name under which Galaxy looks for the image of the packages of an environment."""
    packages = [build_target(name, version=version) for name, version in requirements_of(commands)]
    if len(packages) == 1:
        return f'{REPOSITORY}/{packages[0].package}:{packages[0].version}--0'
    return f'{REPOSITORY}/{v2_image_name(packages)}-0'


def _error_of_podman() -> str:
    """Let podman run a container that does nothing; return what it says if it fails, else an empty text."""
    with tempfile.TemporaryDirectory() as name:
        root, command = Path(name), Path(shutil.which('true')).resolve()
        for folder in MOUNTED:
            (root / folder).mkdir()
        _copy_linked(root, command)
        done = subprocess.run(
            ['podman', '--runtime', 'runc', 'run', '--rm', '--network', 'none', *RUN_OPTIONS.split(),
             '--rootfs', root, command], capture_output=True, text=True)
    return done.stderr.strip() if done.returncode else ''


def _python(commands: Path) -> Path:
    """Return the Python that an environment was made with."""
    return (commands / 'python').resolve()


def _packages(commands: Path) -> Path:
    """Return the folder in which that Python looks for packages, PYTHONPATH or not: the tools set it to their own."""
    code = 'import sysconfig; print(sysconfig.get_path("purelib"))'
    said = subprocess.run([_python(commands), '-c', code], capture_output=True, text=True, check=True).stdout
    return Path(said.strip())


def _copy_system(root: Path, commands: Path) -> None:
    """Copy the commands and Python into an empty folder, with the libraries that they are linked with."""
    for name in ('bin', *MOUNTED):
        (root / name).mkdir(parents=True)
    (root / 'etc' / 'passwd').write_text(f'tool:x:{USER}:{USER}::/:/bin/sh\n', encoding='utf-8')
    for command in COMMANDS:
        found = Path(shutil.which(command)).resolve()
        _copy_linked(root, found)
        if not (root / 'bin' / command).exists():
            (root / 'bin' / command).symlink_to(found)
    _copy_python(root, commands)


def _copy_python(root: Path, commands: Path) -> None:
    """Copy Python without any of the packages that this machine has in it."""
    prefix = _python(commands).parent.parent
    version = next((prefix / 'lib').glob('python3.*'))
    ignored = shutil.ignore_patterns('test', 'site-packages', 'dist-packages', '__pycache__')
    shutil.copytree(version, _below(root, version), symlinks=True, ignore=ignored, dirs_exist_ok=True)
    modules = (version / 'lib-dynload').glob('*.so')
    _copy_linked(root, _python(commands), *modules, *(prefix / 'lib').glob('libpython*.so*'))


def _below(root: Path, file: Path) -> Path:
    """Return the place below the root that an absolute path has in the container."""
    return root / file.relative_to('/')


def _copy_linked(root: Path, *files: Path) -> None:
    """Copy programs and libraries to the same places below the root, with all libraries that they are linked with."""
    for file in files:
        for each in (file, *_libraries(file)):
            # A package may bring libraries of its own, which are there already.
            copy = each if each.is_relative_to(root) else _below(root, each)
            if not copy.exists():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(each, copy)


def _libraries(file: Path) -> list[Path]:
    """Return the libraries that a program or library is linked with."""
    said = subprocess.run(['ldd', file], capture_output=True, text=True).stdout
    return [Path(name) for name in re.findall(r'(/\S+)', said) if os.path.exists(name)]


def _install_packages(root: Path, commands: Path) -> None:
    """Install the packages of an environment below the root."""
    folder = _below(root, _packages(commands))
    subprocess.run([
        ENVIRONMENTS / 'uv' / 'bin' / 'uv', 'pip', 'install', '--quiet', '--python', _python(commands),
        '--target', folder, '--requirements', REQUIREMENTS / f'{commands.parent.name}.lock',
    ], check=True)
    _copy_linked(root, *folder.rglob('*.so*'))
    # The command was made for the Python of the environment.
    script = folder / 'bin' / 'iscc-sum'
    script.write_text(re.sub(r'^#!.*', f'#!{_python(commands)}', script.read_text()), encoding='utf-8')
    (root / 'bin' / 'python').symlink_to(_python(commands))


def _import_image(root: Path, commands: Path) -> None:
    """Make an image of all below the root. Raise OSError or CalledProcessError if it can't be made."""
    archive = subprocess.Popen(['tar', '-C', root, '-c', '.'], stdout=subprocess.PIPE)
    subprocess.run([
        'podman', 'import', '--quiet', '--change', f'ENV PATH={_packages(commands) / "bin"}:/bin', '-',
        image_name(commands),
    ], stdin=archive.stdout, check=True, capture_output=True)
    if archive.wait() != 0:
        raise OSError(f'{root} could not be packed')
