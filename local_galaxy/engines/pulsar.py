"""Pulsar runs the jobs of the local Galaxy: on another machine, as far as its server and the jobs can see.

The server is a process of its own, in an environment of its own, with nothing of Galaxy's state in its file system. All
that a job needs, and all that it makes, goes over HTTP between the two.
"""

import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Any

import requests
from galaxy.util.sockets import unused_port

from local_galaxy.configuration import ENVIRONMENTS, package_resolver, WORKERS
from local_galaxy.engines.engine import Engine, Process

# Runs a command in a file system of its own, in which an empty folder lies over the one that is named first. Who is not
# root has to become it for that, in a name space of users.
HIDING = [
    'unshare', '--mount', *([] if os.geteuid() == 0 else ['--map-root-user']),
    'sh', '-e', '-c', 'mount -t tmpfs nothing "$1"; cd /; shift; exec "$@"', 'hiding',
]
SERVER = '''[server:main]
host = 127.0.0.1
port = {port}

[app:main]
app_config = app.yml
'''


class Pulsar(Engine):
    """Pulsar's REST server; Galaxy brings it the inputs and the tools' files, and fetches the outputs."""

    name = 'pulsar'
    title = 'Pulsar'
    runner = {'load': 'galaxy.jobs.runners.pulsar:PulsarRESTJobRunner', 'workers': WORKERS}

    def __init__(self) -> None:
        self._port = unused_port()
        self._token = secrets.token_hex()

    def reason_for_none(self) -> str:
        """Return why this machine can't hide Galaxy's files from Pulsar; an empty text means that it can."""
        if not shutil.which('unshare'):
            return 'it has no unshare'
        done = subprocess.run([*HIDING, '/mnt', 'true'], capture_output=True, text=True)
        return f"Galaxy's files can not be hidden from it: {done.stderr.strip()}" if done.returncode else ''

    def prepare(self, state: Path) -> dict[str, Any]:
        """Make Pulsar's folder, which is not in Galaxy's, and its configuration; Galaxy needs no settings for it."""
        self._state = state
        self._folder = state.with_name(f'{state.name}_remote')
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        # JSON is YAML.
        (self._folder / 'app.yml').write_text(json.dumps(self._application(), indent=2), encoding='utf-8')
        (self._folder / 'server.ini').write_text(SERVER.format(port=self._port), encoding='utf-8')
        return {}

    def processes(self) -> list[Process]:
        """Return Pulsar's server, from which Galaxy's state is hidden."""
        server = [ENVIRONMENTS / 'pulsar' / 'bin' / 'pulsar-serve', self._folder / 'server.ini']
        # Its web server keeps a socket in the home folder.
        return [Process('pulsar', [*HIDING, self._state, *server], self._answers, {'HOME': str(self._folder)})]

    def environment(self, cores: int) -> dict[str, Any]:
        """Return the settings that send a job to the server; it hands the job its cores in a variable."""
        return {
            'url': f'http://127.0.0.1:{self._port}/', 'private_token': self._token,
            'env': [{'name': 'GALAXY_SLOTS', 'value': str(cores)}],
        }

    def accounts(self) -> set[str]:
        """Return the ids of the jobs that ended, by Pulsar's notes of their exit codes in folders of these names."""
        return {note.parent.name for note in self._folder.glob('staging/*/return_code')}

    def _application(self) -> dict[str, Any]:
        """Return Pulsar's configuration."""
        return {
            'private_token': self._token,
            'staging_directory': str(self._folder / 'staging'),
            'persistence_directory': str(self._folder / 'persisted'),
            'dependency_resolvers': [package_resolver(self._folder / 'dependencies')],
            'tool_dependency_dir': str(self._folder / 'dependencies'),
            # In debug mode the folders of the jobs stay, as a record.
            'managers': {'_default_': {'type': 'queued_python', 'num_concurrent_jobs': WORKERS, 'debug': True}},
        }

    def _answers(self) -> bool:
        """Return True if the server is up."""
        try:
            token = {'private_token': self._token}
            return requests.get(f'http://127.0.0.1:{self._port}/healthz', token, timeout=5).ok
        except requests.RequestException:
            return False
