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
    environment_variables, ENVIRONMENTS, job_requirements, JOBS_BIN, REQUIREMENTS, SIMILARITY_BIN,
)
from local_galaxy.engines.engine import Engine

COMMANDS = (
    'bash', 'sh', 'basename', 'cat', 'chmod', 'cp', 'cut', 'date', 'dirname', 'env', 'grep', 'head', 'hostname', 'id',
    'ln', 'ls', 'mkdir', 'mv', 'readlink', 'rm', 'sed', 'sleep', 'sort', 'tail', 'tee', 'touch', 'tr', 'true', 'uname',
)
PACKAGES = '/opt/packages'
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
        """Say why this machine can run no containers; an empty text means that it can."""
        missing = [command for command in ('podman', 'runc', 'ldd', 'tar') if not shutil.which(command)]
        if missing:
            return f'it has no {", ".join(missing)}'
        if os.geteuid() != 0:
            return 'only root can map the users of a container as these tests need it'
        # A machine may have podman and yet not let it run anything.
        with tempfile.TemporaryDirectory() as name:
            root, command = Path(name), Path(shutil.which('true')).resolve()
            for folder in ('dev', 'etc', 'proc', 'sys', 'tmp'):
                (root / folder).mkdir()
            _copy_linked(root, command)
            done = subprocess.run(
                ['podman', '--runtime', 'runc', 'run', '--rm', '--network', 'none', *RUN_OPTIONS.split(),
                 '--rootfs', root, command], capture_output=True, text=True)
        return f'podman says: {done.stderr.strip()}' if done.returncode else ''

    def prepare(self, state: Path) -> dict[str, Any]:
        """Make the images, and the `docker` command that runs them."""
        folder = state / 'containers'
        for commands in (JOBS_BIN, SIMILARITY_BIN):
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
        """Let Galaxy find the `docker` command."""
        return environment_variables(self._docker.parent)

    def environment(self, cores: int) -> dict[str, Any]:
        """Give each job a container."""
        return {
            'local_slots': cores, 'docker_enabled': True, 'docker_sudo': False, 'docker_net': 'none',
            'docker_set_user': USER,
        }


def image_name(commands: Path) -> str:
    """Give the name that Galaxy gives the image of the packages of an environment."""
    packages = [
        build_target(name, version=version) for (name, version), found in job_requirements().items()
        if found in (JOBS_BIN, commands)
    ]
    if len(packages) == 1:
        return f'{REPOSITORY}/{packages[0].package}:{packages[0].version}--0'
    return f'{REPOSITORY}/{v2_image_name(packages)}-0'


def _python(commands: Path) -> Path:
    """Find the Python that an environment was made with."""
    return (commands / 'python').resolve()


def _copy_system(root: Path, commands: Path) -> None:
    """Copy the commands and Python, with the libraries that they are linked with."""
    prefix = _python(commands).parent.parent
    for name in ('bin', 'dev', 'etc', 'proc', 'sys', 'tmp'):
        (root / name).mkdir(parents=True)
    (root / 'etc' / 'passwd').write_text(f'tool:x:{USER}:{USER}::/:/bin/sh\n', encoding='utf-8')
    for command in COMMANDS:
        found = Path(shutil.which(command)).resolve()
        _copy_linked(root, found)
        if not (root / 'bin' / command).exists():
            (root / 'bin' / command).symlink_to(found)
    version = next((prefix / 'lib').glob('python3.*'))
    ignored = shutil.ignore_patterns('test', 'site-packages', 'dist-packages', '__pycache__')
    shutil.copytree(version, root / version.relative_to('/'), symlinks=True, ignore=ignored, dirs_exist_ok=True)
    for file in (_python(commands), *version.rglob('*.so'), *(prefix / 'lib').glob('libpython*.so*')):
        _copy_linked(root, file)


def _copy_linked(root: Path, file: Path) -> None:
    """Copy a program or library to the same place below the root, with all libraries that it is linked with."""
    linked = re.findall(r'(/\S+)', subprocess.run(['ldd', file], capture_output=True, text=True).stdout)
    for each in (str(file), *(name for name in linked if os.path.exists(name))):
        copy = root / each.lstrip('/')
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(each, copy)


def _install_packages(root: Path, commands: Path) -> None:
    name = commands.parent.name
    subprocess.run([
        ENVIRONMENTS / 'uv' / 'bin' / 'uv', 'pip', 'install', '--quiet', '--python', _python(commands),
        '--target', root / PACKAGES.lstrip('/'), '--requirements', REQUIREMENTS / f'{name}.lock',
    ], check=True)
    # The libraries that the packages' own are linked with are there already; the command needs its Python.
    script = root / PACKAGES.lstrip('/') / 'bin' / 'iscc-sum'
    script.write_text(re.sub(r'^#!.*', f'#!{_python(commands)}', script.read_text()), encoding='utf-8')
    python = root / 'bin' / 'python'
    python.symlink_to(_python(commands))


def _import_image(root: Path, commands: Path) -> None:
    archive = subprocess.Popen(['tar', '-C', root, '-c', '.'], stdout=subprocess.PIPE)
    subprocess.run([
        'podman', 'import', '--quiet', '--change', f'ENV PYTHONPATH={PACKAGES}',
        '--change', f'ENV PATH={PACKAGES}/bin:/bin', '-', image_name(commands),
    ], stdin=archive.stdout, check=True, capture_output=True)
    if archive.wait() != 0:
        raise OSError(f'{root} could not be packed')
