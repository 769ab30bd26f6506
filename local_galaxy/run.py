"""Run a command beside a local Galaxy that has the suite installed: `python -m local_galaxy.run STATE COMMAND...`.

With `--containers`, `--pulsar` or `--slurm` before these, that engine runs the jobs of the tools; where this machine
can't have it, the command is skipped. The command finds Galaxy in the variables GALAXY_URL, GALAXY_ADMIN_KEY,
GALAXY_USER_KEY and GALAXY_STATE, and its exit code is passed on; jobs that the engine did not run make it a failure.
"""

import os
import subprocess
import sys
from pathlib import Path

from local_galaxy.configuration import ADMIN_KEY, PASSWORD, USER
from local_galaxy.engines.containers import Containers
from local_galaxy.engines.engine import Engine, ProofError
from local_galaxy.engines.pulsar import Pulsar
from local_galaxy.engines.slurm import Slurm
from local_galaxy.session import started

ENGINES = {f'--{engine.name}': engine for engine in (Containers, Pulsar, Slurm)}


def main() -> int:
    named = sys.argv[1] in ENGINES
    engine = ENGINES[sys.argv[1]]() if named else Engine()
    state, *command = sys.argv[1 + named:]
    reason = engine.reason_for_none()
    if reason:
        print(f'SKIPPED: this machine can run no jobs by {engine.title}, because {reason}.')
        return 0
    with started(Path(state), as_installed=True, engine=engine) as local:
        variables = {
            'GALAXY_URL': local.url,
            'GALAXY_ADMIN_KEY': ADMIN_KEY,
            'GALAXY_USER_KEY': local.create_user(USER, PASSWORD),
            'GALAXY_STATE': str(local.state),
        }
        code = subprocess.run(command, env={**os.environ, **variables}).returncode
        if named:
            try:
                print(engine.proof(local.admin))
            except ProofError as error:
                sys.exit(str(error))
        return code


if __name__ == '__main__':
    sys.exit(main())
