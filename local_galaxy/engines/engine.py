"""Where the jobs of the local Galaxy run: what an engine is, and the proof that a run went through it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

from bioblend.galaxy import GalaxyInstance

from local_galaxy.configuration import CORES, package_resolver, WORKERS

LOCAL = {'load': 'galaxy.jobs.runners.local:LocalJobRunner', 'workers': WORKERS}
MOST_JOBS = 100_000


class ProofError(Exception):
    """Jobs did not run where they should have; the text says which."""


@dataclass(frozen=True)
class Process:
    """A server of an engine. It is started before Galaxy, and ends with it."""

    name: str
    command: list[str | Path]
    is_ready: Callable[[], bool]
    variables: dict[str, str] = field(default_factory=dict)


class Engine:
    """Runs the jobs of the suite's tools. This one runs them beside Galaxy; the others derive from it.

    Uploads and Galaxy's own tools run beside Galaxy always, as they do where an admin sends tools elsewhere.
    """

    # In Galaxy's configuration, and in words.
    name = 'beside'
    title = 'Galaxy itself'
    runner = LOCAL

    def reason_for_none(self) -> str:
        """Return why this machine can't have the engine; an empty text means that it can."""
        return ''

    def prepare(self, state: Path) -> dict[str, Any]:
        """Make what the engine needs, beside the new and empty state folder; return its settings for galaxy.yml."""
        return {'dependency_resolvers': [package_resolver(state / 'dependencies')]}

    def processes(self) -> list[Process]:
        """Return the servers to start, each when the one before is ready."""
        return []

    def variables(self) -> dict[str, str]:
        """Return the environment variables by which Galaxy finds the engine."""
        return {}

    def environment(self, cores: int) -> dict[str, Any]:
        """Return the settings of an execution environment in which Galaxy gives a job this number of cores."""
        return {'local_slots': cores}

    def stop_jobs(self) -> None:
        """Stop the jobs that still run and do not end with the servers."""

    def accounts(self) -> set[str] | None:
        """Return the ids of the jobs that ran, by the engine's own records; None where it keeps none."""
        return None

    def job_config(self) -> dict[str, Any]:
        """Return Galaxy's `job_config`: which jobs run where."""
        environments = {f'{self.name}_{cores}': {'runner': self.name, **self.environment(cores)}
                        for cores in sorted(set(CORES.values()))}
        return {
            'runners': {'local': LOCAL, self.name: self.runner},
            'execution': {'default': 'local', 'environments': {'local': {'runner': 'local'}, **environments}},
            'tools': [{'id': tool, 'environment': f'{self.name}_{cores}'} for tool, cores in CORES.items()],
        }

    def proof(self, galaxy: GalaxyInstance) -> str:
        """Return a sentence that counts the jobs. Raise ProofError if one ran elsewhere, or with other cores."""
        jobs = suite_jobs(galaxy)
        if not jobs:
            raise ProofError(f'No job of the suite was run by {self.title}.')
        for job in jobs:
            self.check(job, cores_of(galaxy, job))
        accounts, known = self.accounts(), {job['external_id'] for job in jobs}
        if accounts is not None and accounts != known:
            raise ProofError(f'{self.title} ran the jobs {sorted(accounts)}, but Galaxy sent it {sorted(known)}.')
        return f'All {len(jobs)} jobs of the suite were run by {self.title}, with the cores that their tools are given.'

    def check(self, job: dict[str, Any], cores: int | None) -> None:
        """Raise ProofError if a job did not run by the engine, on the cores that its tool is given."""
        expected = CORES[tool_of(job)]
        if job['job_runner_name'] != self.name or cores != expected:
            raise ProofError(
                f'Job {job["decoded_job_id"]} of {tool_of(job)} was run by {job["job_runner_name"]} with {cores} '
                f'core(s), not by {self.name} with {expected}.')


def suite_jobs(galaxy: GalaxyInstance) -> list[dict[str, Any]]:
    """Return all jobs of the suite's tools, as Galaxy lists them."""
    parameters = {'view': 'admin_job_list', 'limit': MOST_JOBS}
    jobs = galaxy.make_get_request(f'{galaxy.url}/jobs', params=parameters).json()
    return [job for job in jobs if tool_of(job) in CORES]


def tool_of(job: dict[str, Any]) -> str:
    """Return the id of a job's tool as its XML has it; the ToolShed puts owner, repository and version around it."""
    parts = job['tool_id'].split('/')
    return parts[-2] if len(parts) > 1 else parts[0]


def cores_of(galaxy: GalaxyInstance, job: dict[str, Any]) -> int | None:
    """Return the GALAXY_SLOTS that a job had, by Galaxy's metrics; None if it noted none."""
    found = [metric for metric in galaxy.jobs.get_metrics(job['id']) if metric['name'] == 'galaxy_slots']
    return int(float(found[0]['raw_value'])) if found else None
