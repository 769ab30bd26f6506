"""Chromium for tests in a browser: `python -m local_galaxy.browser COMMAND...` runs the command where there is one.

It is the Chromium or Chrome that the machine has, else Debian's, which root gets installed. Where there is none, the
command is skipped.
"""

import os
import shutil
import subprocess
import sys

NAMES = ('chromium', 'google-chrome')
INSTALL = (['apt-get', 'update'], ['apt-get', 'install', '--yes', '--no-install-recommends', 'chromium'])


def main() -> None:
    reason = reason_for_none()
    if reason:
        print(f'SKIPPED: this machine can run no browser, because {reason}.')
    else:
        os.execvp(sys.argv[1], sys.argv[1:])


def chromium() -> str | None:
    """Return the command that starts Chromium, or Chrome; None where there is neither."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def reason_for_none() -> str:
    """Install Chromium where it is missing and root may do so; return why there is none, empty if there is one."""
    if chromium():
        return ''
    if os.geteuid() != 0 or not shutil.which('apt-get'):
        return f'it has neither {" nor ".join(NAMES)}, and only root can install one with apt-get'
    for command in INSTALL:
        subprocess.run(command, capture_output=True)
    return '' if chromium() else 'apt-get could not install chromium'


if __name__ == '__main__':
    main()
