"""Run a command beside a local Galaxy that has the suite installed: `python -m local_galaxy.run STATE COMMAND...`.

With `--containers` before these, jobs run in containers; with `--browser`, the command needs a browser. Where this
machine has none, the command is skipped. The command finds Galaxy in the variables GALAXY_URL, GALAXY_ADMIN_KEY,
GALAXY_USER_KEY and GALAXY_STATE, and its exit code is passed on.
"""

import os
import subprocess
import sys
from pathlib import Path

from local_galaxy import browser, containers
from local_galaxy.configuration import ADMIN_KEY
from local_galaxy.session import PASSWORD, started, USER

NEEDS = {'--browser': browser.reason_for_none, '--containers': containers.reason_for_none}


def main() -> int:
    need = sys.argv[1] if sys.argv[1] in NEEDS else None
    reason = NEEDS[need]() if need else ''
    if reason:
        print(f'SKIPPED: this machine can run no {need.strip("-")}, because {reason}.')
        return 0
    state, *command = sys.argv[1 + bool(need):]
    with started(Path(state), as_installed=True, in_containers=need == '--containers') as local:
        variables = {
            'GALAXY_URL': local.url,
            'GALAXY_ADMIN_KEY': ADMIN_KEY,
            'GALAXY_USER_KEY': local.create_user(USER, PASSWORD),
            'GALAXY_STATE': str(local.state),
        }
        return subprocess.run(command, env={**os.environ, **variables}).returncode


if __name__ == '__main__':
    sys.exit(main())
