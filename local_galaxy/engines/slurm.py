"""Slurm runs the jobs of the local Galaxy: a cluster of one node, this machine, made anew for each run.

Its servers are Debian's. They need no systemd, listen to the loopback interface alone, and keep all that they write
in Galaxy's state folder.
"""

import getpass
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from galaxy.util.sockets import unused_port

from local_galaxy.configuration import CORES, WORKERS
from local_galaxy.engines.engine import Engine, Process

MUNGED, SLURMCTLD, SLURMD, SBATCH = '/usr/sbin/munged', '/usr/sbin/slurmctld', '/usr/sbin/slurmd', '/usr/bin/sbatch'
# The Debian packages that have them.
PACKAGES = {MUNGED: 'munge', SLURMCTLD: 'slurmctld', SLURMD: 'slurmd', SBATCH: 'slurm-client'}
STOP_SECONDS = 10
CONFIGURATION = '''
ClusterName=local
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/controller
SlurmdSpoolDir={folder}/node
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/filetxt
JobCompLoc={jobs}
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores}
PartitionName=jobs Nodes={host} Default=YES MaxTime=INFINITE
'''


class Slurm(Engine):
    """Slurm, to which Galaxy speaks by its commands."""

    name = 'slurm'
    title = 'Slurm'
    # With a second worker, this runner may finish a job before its metadata are set.
    runner = {'load': 'galaxy.jobs.runners.cli:ShellJobRunner', 'workers': 1}

    def reason_for_none(self) -> str:
        """Install Slurm where it is missing; return why there is none. An empty text means that there is one."""
        missing = [package for command, package in PACKAGES.items() if not os.path.exists(command)]
        if missing:
            if os.geteuid() != 0 or not shutil.which('apt-get'):
                return f'it has no {", ".join(missing)}, and only root can install it, with apt-get'
            print(f'Installing {", ".join(missing)} ...', flush=True)
            error = _error_of_installing(missing)
            return f'apt-get says: {error}' if error else ''
        return ''

    def prepare(self, state: Path) -> dict[str, Any]:
        """Write the configuration and key of a new cluster; return the settings that jobs beside Galaxy have too."""
        self._folder = state / 'slurm'
        self._jobs = self._folder / 'jobs.txt'
        for folder in (self._folder, self._folder / 'controller', self._folder / 'node'):
            folder.mkdir(mode=0o755)
        key = self._folder / 'munge.key'
        key.touch(0o600)
        key.write_bytes(secrets.token_bytes(128))
        (self._folder / 'slurm.conf').write_text(CONFIGURATION.format(
            host=_host(), user=getpass.getuser(), folder=self._folder, jobs=self._jobs, controller_port=unused_port(),
            node_port=unused_port(), cores=WORKERS * max(CORES.values()),
        ), encoding='utf-8')
        # A machine of cgroups v2 may have no systemd that makes them.
        (self._folder / 'cgroup.conf').write_text('IgnoreSystemdOnFailure=yes\n', encoding='utf-8')
        return super().prepare(state)

    def processes(self) -> list[Process]:
        """Return the servers of the cluster: keys, controller, node."""
        munged = [
            MUNGED, '--foreground', '--key-file', self._folder / 'munge.key', '--socket', self._folder / 'munge.socket',
            '--pid-file', self._folder / 'munged.pid', '--log-file', self._folder / 'munged.log', '--seed-file',
            self._folder / 'munged.seed',
        ]
        variables = self.variables()
        return [
            Process('munged', munged, (self._folder / 'munge.socket').exists),
            Process('slurmctld', [SLURMCTLD, '-D'], lambda: 'is UP' in self._said('scontrol', 'ping'), variables),
            Process('slurmd', [SLURMD, '-D'], lambda: 'idle' in self._said('sinfo'), variables),
        ]

    def variables(self) -> dict[str, str]:
        """Return the variable by which Slurm's commands and servers find the configuration."""
        return {'SLURM_CONF': str(self._folder / 'slurm.conf')}

    def environment(self, cores: int) -> dict[str, Any]:
        """Return the settings by which Galaxy calls sbatch for a number of cores, which Slurm then tells the job."""
        return {
            'shell_plugin': 'LocalShell', 'job_plugin': 'Slurm', 'job_ncpus': str(cores),
            # In Galaxy's Celery worker instead.
            'embed_metadata_in_job': False,
        }

    def stop_jobs(self) -> None:
        """Cancel what still runs, and wait for its end: a job is no child of Slurm's servers."""
        self._said('scancel', '--signal=KILL', '--full', f'--user={getpass.getuser()}')
        deadline = time.monotonic() + STOP_SECONDS
        while self._said('squeue', '--noheader') and time.monotonic() < deadline:
            time.sleep(0.1)

    def accounts(self) -> set[str]:
        """Return the ids in Slurm's list of the jobs that it completed."""
        return set(re.findall(r'^JobId=(\d+) .* JobState=COMPLETED ', self._jobs.read_text(), re.MULTILINE))

    def _said(self, *command: str) -> str:
        """Return what a command of Slurm prints."""
        return subprocess.run(command, env={**os.environ, **self.variables()}, capture_output=True, text=True).stdout


def _error_of_installing(packages: list[str]) -> str:
    """Install Debian packages; return what apt-get says if it fails, else an empty text."""
    for command in (['update'], ['install', '--yes', '--no-install-recommends', *packages]):
        done = subprocess.run(
            ['apt-get', '-qq', *command], env={**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'},
            capture_output=True, text=True)
        if done.returncode:
            return done.stderr.strip()
    return ''


def _host() -> str:
    """Return the name by which Slurm knows this machine."""
    return socket.gethostname().split('.')[0]
