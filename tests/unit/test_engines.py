"""The engines of the local Galaxy are set up as they should be, and a run that went past one is found out."""

import json
import os
import stat
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from local_galaxy import configuration
from local_galaxy.engines import slurm
from local_galaxy.engines.engine import Engine, ProofError, tool_of
from local_galaxy.engines.pulsar import HIDING, Pulsar
from local_galaxy.engines.slurm import Slurm
from local_galaxy.shed import tool_id

# What Slurm 22.05 wrote of three jobs of Galaxy, one of them cancelled.
ACCOUNTS = ''.join(
    f'JobId={number} UserId=root(0) GroupId=root(0) Name=g2_iscc_sum JobState={state} Partition=jobs '
    'StartTime=2026-11-21T14:54:24 EndTime=2026-11-21T14:54:26 NodeList=node NodeCnt=1 ProcCnt=2 ExitCode=0:0 \n'
    for number, state in ((1, 'COMPLETED'), (2, 'CANCELLED'), (13, 'COMPLETED'))
)


def test_each_tool_is_given_its_cores():
    # An expression is evaluated beside Galaxy always.
    expressions = {'iscc_sum_verified'}
    assert configuration.CORES.keys() == {tool_id(path) for path in configuration.tool_files()} - expressions
    description = Slurm().job_config()
    cores = {tool['id']: int(description['execution']['environments'][tool['environment']]['job_ncpus'])
             for tool in description['tools']}
    assert cores == configuration.CORES
    assert {place['runner'] for name, place in description['execution']['environments'].items() if name != 'local'} == {
        'slurm'}


@pytest.mark.parametrize('known_as, tool', [
    ('iscc_sum', 'iscc_sum'),
    ('toolshed.g2.bx.psu.edu/repos/imgteam/iscc_sum_verify_manifest/iscc_sum_verify_manifest/0.1.0+galaxy2',
     'iscc_sum_verify_manifest'),
    ('__DATA_FETCH__', '__DATA_FETCH__'),
])
def test_a_job_is_known_by_the_id_of_its_tool(known_as, tool):
    assert tool_of({'tool_id': known_as}) == tool


class Recorded(Engine):
    """An engine that kept records of two jobs."""

    name = title = 'recorded'

    def accounts(self) -> set[str]:
        return {'7', '8'}


def galaxy_with(jobs: list[dict]) -> SimpleNamespace:
    """Stand in for a Galaxy with these jobs, and an upload."""
    upload = {'tool_id': '__DATA_FETCH__', 'job_runner_name': 'celery', 'external_id': 'x'}
    return SimpleNamespace(
        url='', make_get_request=lambda *_, **__: SimpleNamespace(json=lambda: [upload, *jobs]),
        jobs=SimpleNamespace(get_metrics=lambda number: [
            {'name': 'runtime_seconds', 'raw_value': '9.0000000'},
            {'name': 'galaxy_slots', 'raw_value': jobs[number]['slots']},
        ]))


def job(number: int, external_id: str, tool: str = 'iscc_sum', runner: str = 'recorded', slots: str = '1.0000000'):
    return {'id': number, 'decoded_job_id': number, 'tool_id': f'shed/repos/imgteam/{tool}/{tool}/0.1.0+galaxy2',
            'job_runner_name': runner, 'external_id': external_id, 'slots': slots}


def test_a_proof_counts_the_jobs():
    jobs = [job(0, '7'), job(1, '8', 'iscc_sum_manifest', slots='2.0000000')]
    assert Recorded().proof(galaxy_with(jobs)).startswith('All 2 jobs ')


@pytest.mark.parametrize('jobs, reason', [
    ([job(0, '7'), job(1, '8', runner='local')], 'Job 1 of iscc_sum was run by local'),
    ([job(0, '7'), job(1, '8', slots='2.0000000')], 'with 2 core'),
    ([job(0, '7'), job(1, '8', 'iscc_sum_manifest')], 'with 1 core'),
    ([job(0, '7'), job(1, '9')], r"ran the jobs \['7', '8'\], but Galaxy sent it \['7', '9'\]"),
    ([job(0, '7')], 'ran the jobs'),
    ([], 'No job'),
])
def test_a_run_past_the_engine_is_found_out(jobs, reason):
    with pytest.raises(ProofError, match=reason):
        Recorded().proof(galaxy_with(jobs))


def test_pulsar_keeps_all_outside_the_folder_of_galaxy(tmp_path):
    engine = Pulsar()
    engine.prepare(tmp_path / 'state')
    app = json.loads((tmp_path / 'state_remote' / 'app.yml').read_text())
    assert f'{tmp_path}/state/' not in json.dumps(app)
    assert app['private_token'] == engine.environment(1)['private_token']
    assert app['private_token'] != Pulsar().environment(1)['private_token']
    resolver = Path(app['dependency_resolvers'][0]['base_path'])
    assert (resolver / 'iscc-sum' / '0.1.0' / 'env.sh').is_file()


def test_pulsar_reads_which_jobs_ended(tmp_path):
    engine = Pulsar()
    engine.prepare(tmp_path / 'state')
    for number in '34':
        (tmp_path / 'state_remote' / 'staging' / number).mkdir(parents=True)
    (tmp_path / 'state_remote' / 'staging' / '3' / 'return_code').write_text('0')
    assert engine.accounts() == {'3'}


def test_pulsar_sees_nothing_of_galaxy(tmp_path):
    if reason := Pulsar().reason_for_none():
        pytest.skip(reason)
    (tmp_path / 'secret').touch()
    seen = subprocess.run(
        [*HIDING, tmp_path, 'find', tmp_path, '.', '-maxdepth', '1', '-name', 'secret'], cwd=tmp_path,
        capture_output=True, text=True, check=True)
    assert (seen.stdout, (tmp_path / 'secret').exists()) == ('', True)


def test_slurm_keeps_all_in_the_folder_of_galaxy(tmp_path):
    engine = Slurm()
    engine.prepare(tmp_path)
    key = tmp_path / 'slurm' / 'munge.key'
    assert (stat.S_IMODE(key.stat().st_mode), key.stat().st_size) == (0o600, 128)
    lines = Path(engine.variables()['SLURM_CONF']).read_text().split()
    places = [line for line in lines if '=/' in line]
    assert len(places) == 6
    assert all(str(tmp_path) in place for place in places)


def test_slurm_reads_which_jobs_ended(tmp_path):
    engine = Slurm()
    engine.prepare(tmp_path)
    (tmp_path / 'slurm' / 'jobs.txt').write_text(ACCOUNTS)
    assert engine.accounts() == {'1', '13'}


def test_a_machine_without_slurm_says_so(monkeypatch):
    monkeypatch.setattr(slurm, 'PACKAGES', {'/no/such/slurmd': 'slurmd', '/bin/sh': 'dash'})
    monkeypatch.setattr(os, 'geteuid', lambda: 1000)
    assert Slurm().reason_for_none() == 'it has no slurmd, and only root can install it, with apt-get'


def test_a_machine_that_hides_nothing_says_so(monkeypatch):
    monkeypatch.setattr('local_galaxy.engines.pulsar.HIDING', ['sh', '-c', 'echo mount: not permitted >&2; exit 1'])
    assert 'mount: not permitted' in Pulsar().reason_for_none()
