"""Chromium for the tests in a browser: the one that this machine has, or Debian's."""

import os
import shutil
import subprocess

NAMES = ('chromium', 'google-chrome')
INSTALL = (['apt-get', 'update'], ['apt-get', 'install', '--yes', '--no-install-recommends', 'chromium'])


def chromium() -> str | None:
    """Find the command that starts Chromium, or Chrome."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def reason_for_none() -> str:
    """Install Chromium where it is missing and root may do so; say why there is none, empty if there is one."""
    if chromium():
        return ''
    if os.geteuid() != 0 or not shutil.which('apt-get'):
        return f'it has neither {" nor ".join(NAMES)}, and only root can install one with apt-get'
    for command in INSTALL:
        subprocess.run(command, capture_output=True)
    return '' if chromium() else 'apt-get could not install chromium'
