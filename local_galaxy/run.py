"""Run a command beside a local Galaxy that has the suite installed: `python -m local_galaxy.run STATE COMMAND...`.

With `--containers`, `--pulsar` or `--slurm` before these, that engine runs the jobs of the tools; where this machine
can't have it, the command is skipped. With `--suite FOLDER`, the suite is that of a folder with a `.shed.yml`. The
command finds Galaxy in the variables GALAXY_URL, GALAXY_ADMIN_KEY, GALAXY_USER_KEY and GALAXY_STATE, and its exit code
is passed on; jobs that the engine did not run make it a failure.
"""

import argparse
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from local_galaxy.configuration import ADMIN_KEY, PASSWORD, USER
from local_galaxy.engines.containers import Containers
from local_galaxy.engines.engine import Engine, ProofError
from local_galaxy.engines.pulsar import Pulsar
from local_galaxy.engines.slurm import Slurm
from local_galaxy.session import started
from local_galaxy.shed import copy_shipped

ENGINES = (Containers, Pulsar, Slurm)


def main() -> int:
    options = parser().parse_args()
    engine = options.engine()
    reason = engine.reason_for_none()
    if reason:
        print(f'SKIPPED: this machine can run no jobs by {engine.title}, because {reason}.')
        return 0
    ship = partial(shutil.copytree, options.suite) if options.suite else copy_shipped
    with started(options.state, ship, engine) as local:
        variables = {
            'GALAXY_URL': local.url,
            'GALAXY_ADMIN_KEY': ADMIN_KEY,
            'GALAXY_USER_KEY': local.create_user(USER, PASSWORD),
            'GALAXY_STATE': str(local.state),
        }
        code = subprocess.run(options.command, env={**os.environ, **variables}).returncode
        if options.engine is not Engine:
            try:
                print(engine.proof(local.admin))
            except ProofError as error:
                sys.exit(str(error))
        return code


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    made = argparse.ArgumentParser(prog='python -m local_galaxy.run')
    engines = made.add_mutually_exclusive_group()
    for engine in ENGINES:
        engines.add_argument(f'--{engine.name}', action='store_const', dest='engine', const=engine)
    made.set_defaults(engine=Engine)
    made.add_argument('--suite', type=Path)
    made.add_argument('state', type=Path)
    made.add_argument('command', nargs=argparse.REMAINDER)
    return made


if __name__ == '__main__':
    sys.exit(main())
