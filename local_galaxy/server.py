"""Start a Galaxy server and its Celery worker, and end them with every process that they started."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable

import psutil
from bioblend import ConnectionError as GalaxyUnreachable
from bioblend.galaxy import GalaxyInstance
from galaxy.util.sockets import unused_port
from requests.exceptions import ConnectionError as NothingListens

from local_galaxy.configuration import ADMIN_KEY, environment_variables, write_configuration
from local_galaxy.engines.engine import Engine
from local_galaxy.shed import install, make_archives

WEB = ['gunicorn', 'galaxy.webapps.galaxy.fast_factory:factory()', '--config', 'python:gunicorn_settings']
TASKS = [
    'celery', '--app', 'galaxy.celery', 'worker', '--concurrency', '2', '--pool', 'threads',
    '--queues', 'celery,galaxy.internal,galaxy.external', '--loglevel', 'INFO',
]
TASKS_READY = ' ready.'
START_SECONDS = 300
STOP_SECONDS = 10
LOG_LINES_SHOWN = 25


class StartError(Exception):
    """Galaxy did not start; the text holds the last lines of its log."""


class LocalGalaxy:
    """A Galaxy that runs inside a `with` block, on a free port of the loopback interface, with empty histories.

    All that it writes lies in the `state` folder, which is emptied at the start.
    """

    def __init__(
        self, state: Path, ship: Callable[[Path], None] | None = None, engine: Engine = Engine(),
    ) -> None:
        """The tools are those of the checkout, or installed from archives of what `ship` copies for the ToolShed."""
        self.state = state.resolve()
        self.ship = ship
        self.engine = engine
        self.url = f'http://127.0.0.1:{unused_port()}'
        self.admin = GalaxyInstance(self.url, ADMIN_KEY)
        self._processes: dict[str, psutil.Popen] = {}

    def __enter__(self) -> 'LocalGalaxy':
        """Start all servers. Raise StartError if one ends or is not ready after START_SECONDS; none is left then."""
        _end_on_signals()
        configuration = self._configure()
        try:
            for process in self.engine.processes():
                self._start(process.name, process.command, process.variables)
                self._wait_until(process.is_ready)
            variables = {
                **environment_variables(), **self.engine.variables(), 'GALAXY_CONFIG_FILE': str(configuration)}
            self._start('web', [*WEB, '--bind', self.url.removeprefix('http://')], variables)
            self._start('tasks', TASKS, variables)
            self._wait_until(self._answers)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def create_user(self, name: str, password: str) -> str:
        """Create a user, and return their API key."""
        user = self.admin.users.create_local_user(name, f'{name}@example.org', password)
        return self.admin.users.create_user_apikey(user['id'])

    def _configure(self) -> Path:
        """Empty the state folder, write all that Galaxy and the engine read there, and return Galaxy's own file."""
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True)
        installed = None
        if self.ship:
            installed = install(make_archives(self.state / 'shed', self.ship), self.state / 'shed_tools')
        settings = self.engine.prepare(self.state)
        return write_configuration(self.state, self.engine.job_config(), settings, installed)

    def _start(self, name: str, command: list[str | Path], variables: dict[str, str]) -> None:
        """Start a server, which writes to a log of its name."""
        # A session of its own keeps Ctrl-C from the servers: they end in order, by `_stop`.
        with self._log(name).open('wb') as log:
            self._processes[name] = psutil.Popen(
                command, cwd=self.state, env={**os.environ, **variables}, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
            )

    def _wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Wait for a server. Raise StartError as soon as any server ends, and after START_SECONDS."""
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            ended = any(process.poll() is not None for process in self._processes.values())
            if ended or time.monotonic() > deadline:
                raise StartError(self._last_log_lines())
            time.sleep(0.5)

    def _answers(self) -> bool:
        """Return True if Galaxy answers, and its Celery worker, without which no job ends, is ready."""
        try:
            return TASKS_READY in self._log('tasks').read_text() and bool(self.admin.config.get_version())
        except (GalaxyUnreachable, NothingListens):
            return False

    def _log(self, name: str) -> Path:
        return self.state / f'{name}.log'

    def _last_log_lines(self) -> str:
        """Return the end of each server's log."""
        parts = []
        for log in map(self._log, self._processes):
            lines = log.read_text(encoding='utf-8', errors='replace').splitlines() if log.exists() else []
            parts.append('\n'.join([f'Galaxy did not start. The end of {log}:', *lines[-LOG_LINES_SHOWN:]]))
        return '\n\n'.join(parts)

    def _stop(self) -> None:
        """End the servers and all their descendants, running jobs included; a second Ctrl-C does not cut it short."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            if 'web' in self._processes:
                self.engine.stop_jobs()
            _end([
                member for process in self._processes.values() if process.is_running()
                for member in [*process.children(recursive=True), process]
            ])
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _end_on_signals() -> None:
    """Let the program end in order, with the block, on each signal that would kill it."""
    # Set also for Ctrl-C, which a shell that starts this in the background makes ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit('Galaxy is stopped.'))


def _end(processes: list[psutil.Process]) -> None:
    """Ask processes to end, and kill those that run on after STOP_SECONDS."""
    for end in (psutil.Process.terminate, psutil.Process.kill):
        for process in processes:
            try:
                end(process)
            except psutil.NoSuchProcess:
                pass
        _, processes = psutil.wait_procs(processes, timeout=STOP_SECONDS)
