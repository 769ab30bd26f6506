"""Run a command beside a local Galaxy: `python -m local_galaxy.run STATE COMMAND...`.

The command finds Galaxy in the variables GALAXY_URL, GALAXY_ADMIN_KEY, GALAXY_USER_KEY and GALAXY_STATE, and its exit
code is passed on.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from local_galaxy.configuration import ADMIN_KEY
from local_galaxy.server import LocalGalaxy, StartError


def main() -> None:
    state, *command = sys.argv[1:]
    print('Starting Galaxy ...', flush=True)
    started = time.monotonic()
    try:
        with LocalGalaxy(Path(state)) as galaxy:
            print(f'Galaxy runs at {galaxy.url} after {time.monotonic() - started:.0f} s.', flush=True)
            variables = {
                'GALAXY_URL': galaxy.url,
                'GALAXY_ADMIN_KEY': ADMIN_KEY,
                'GALAXY_USER_KEY': galaxy.create_user('tester', 'not-a-secret'),
                'GALAXY_STATE': str(galaxy.state),
            }
            code = subprocess.run(command, env={**os.environ, **variables}).returncode
    except StartError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit('Interrupted; Galaxy is stopped.')
    sys.exit(code)


if __name__ == '__main__':
    main()
