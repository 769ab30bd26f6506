"""Faults around a job in the running Galaxy: inputs deleted or changed while it waits, jobs that are killed."""

import os
import time
from pathlib import Path

import pytest
from bioblend import ConnectionError as Refused
from bioblend.galaxy import GalaxyInstance

from local_galaxy.configuration import WORKERS
from local_galaxy.staging import wait_for
from oracle import codes_of

# No test waits longer than this for Galaxy to notice something.
SECONDS = 60


@pytest.fixture
def table(history):
    return history.upload(**{'class': 'File', 'path': 'measurements.csv'})


@pytest.fixture
def file_of():
    """Return the file of a dataset, which Galaxy tells its admin."""
    admin = GalaxyInstance(os.environ['GALAXY_URL'], os.environ['GALAXY_ADMIN_KEY'])
    return lambda dataset: Path(admin.datasets.show_dataset(dataset['id'])['file_name'])


@pytest.fixture
def queue(history, hasher, table, galaxy_state):
    """Let a job wait until `go` is called, because jobs that hash slowly hold all workers."""
    gate = galaxy_state / 'gate'
    hasher(f'while [ ! -e "{gate}" ]; do sleep 0.1; done; PATH="${{PATH#*:}}"; exec iscc-sum "$@"')
    before = [history.galaxy.tools.run_tool(history.id, 'iscc_sum', {'input_file': table}) for _ in range(WORKERS)]
    wait_until(lambda: {state(history, answer) for answer in before} == {'running'})

    def queue(tool_id: str, **inputs) -> dict:
        answer = history.galaxy.tools.run_tool(history.id, tool_id, inputs)
        wait_until(lambda: state(history, answer) == 'queued')
        return answer

    def go(answer: dict) -> dict:
        gate.touch()
        for each in (*before, answer):
            wait_for(history.galaxy, each['jobs'][0]['id'])
        return history.galaxy.jobs.show_job(answer['jobs'][0]['id'], full_details=True) | {'answer': answer}

    queue.go = go
    yield queue
    gate.unlink(missing_ok=True)


@pytest.fixture
def instead_of_python(hasher, galaxy_state):
    """Let a script run in the place of the Python of all jobs, up to the end of the test."""
    hasher('exit 1')
    python = galaxy_state / 'fake hasher' / 'python'

    def instead_of_python(script: str) -> None:
        python.write_text(f'#!/bin/sh\n{script}\n')
        python.chmod(0o755)

    yield instead_of_python
    python.unlink(missing_ok=True)


def state(history, answer: dict) -> str:
    return history.galaxy.jobs.show_job(answer['jobs'][0]['id'])['state']


def wait_until(is_so) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def outputs(history, job: dict) -> list[tuple[str, int]]:
    """Return state and size (bytes) of each output."""
    found = [history.galaxy.datasets.show_dataset(output['id']) for output in job['answer']['outputs']]
    return [(dataset['state'], dataset['file_size']) for dataset in found]


def test_content_that_is_replaced_while_the_job_waits(history, queue, file_of, tmp_path):
    """The code is that of the content that the job finds."""
    dataset = history.upload(**{'class': 'File', 'path': 'nuclei.tiff'})
    answer = queue('iscc_sum', input_file=dataset)
    file_of(dataset).write_bytes(b'replaced')
    assert history.text(queue.go(answer)) == codes_of(b'replaced', tmp_path).wide + '\n'


@pytest.mark.parametrize('tool_id, parameter', [
    ('iscc_sum', 'input_file'), ('iscc_sum_manifest', 'input_files'), ('iscc_image', 'input_files'),
    ('iscc_image_similarity', 'input_files')])
def test_content_that_vanishes_while_the_job_waits(history, queue, file_of, tool_id, parameter):
    dataset = history.upload(**{'class': 'File', 'path': 'nuclei.tiff'})
    answer = queue(tool_id, **{parameter: dataset})
    file_of(dataset).unlink()
    job = queue.go(answer)
    assert job['state'] == 'error'
    assert 'The file of dataset "nuclei.tiff" is missing on disk' in job['tool_stderr']
    assert set(outputs(history, job)) == {('error', 0)}


@pytest.mark.parametrize('purge', [False, True])
def test_a_dataset_that_is_deleted_while_the_job_waits(history, queue, purge):
    """Galaxy fails the job without starting it, and says why."""
    dataset = history.upload(**{'class': 'File', 'path': 'nuclei.tiff'})
    answer = queue('iscc_sum', input_file=dataset)
    history.galaxy.histories.delete_dataset(history.id, dataset['id'], purge=purge)
    job = queue.go(answer)
    assert (job['state'], job['exit_code']) == ('error', None)
    assert outputs(history, job) == [('error', 0)]
    output = history.galaxy.datasets.show_dataset(job['answer']['outputs'][0]['id'])
    assert 'the previously selected dataset has been deleted' in output['misc_info']


def test_a_job_that_is_cancelled(history, hasher, table):
    hasher('sleep 600')
    answer = history.galaxy.tools.run_tool(history.id, 'iscc_sum', {'input_file': table})
    wait_until(lambda: state(history, answer) == 'running')
    history.galaxy.jobs.cancel_job(answer['jobs'][0]['id'])
    wait_until(lambda: state(history, answer) == 'deleted')
    output = history.galaxy.datasets.show_dataset(answer['outputs'][0]['id'])
    assert output['state'] != 'ok'
    assert output['file_size'] == 0


@pytest.mark.parametrize('signal', ['TERM', 'KILL', 'SEGV'])
@pytest.mark.parametrize('whom', ['$$', '$PPID'])
def test_a_hasher_or_a_job_that_is_killed(history, hasher, table, signal, whom):
    hasher(f'kill -{signal} {whom}; sleep 5')
    job = history.run('iscc_sum_manifest', input_files=table, extra_outputs=['checksums', 'codes'])
    assert job['state'] == 'error'
    assert outputs(history, job) == [('error', 0)] * 2
    codes = job['answer']['output_collections'][0]['id']
    assert history.galaxy.dataset_collections.show_dataset_collection(codes)['elements'] == []


@pytest.mark.parametrize('tool_id, extra_outputs', [
    ('iscc_image', ['views', 'thumbnails', 'metadata']), ('iscc_image_similarity', ['clusters', 'gallery', 'views'])])
@pytest.mark.parametrize('whom', ['$reader', '$job'])
def test_a_reader_or_a_job_that_is_killed(history, instead_of_python, tool_id, extra_outputs, whom):
    """One of the processes that read images, as where memory runs out, or the job that started them."""
    image = history.upload(**{'class': 'File', 'path': 'images/imagej.tiff', 'filetype': 'tiff'})
    images = history.list_of({str(number): image for number in range(500)})
    instead_of_python(
        'PATH="${PATH#*:}"\npython "$@" & job=$!\n'
        f'until reader=$(pgrep -o -P $job -f spawn_main); do sleep 0.01; done\nkill -KILL {whom}\nwait $job')
    job = history.run(tool_id, input_files=images, extra_outputs=extra_outputs)
    assert job['state'] == 'error'
    assert (whom == '$reader') == ('A process that read images was killed' in job['tool_stderr'])
    assert set(outputs(history, job)) == {('error', 0)}
    for collection in job['answer']['output_collections']:
        assert history.galaxy.dataset_collections.show_dataset_collection(collection['id'])['elements'] == []


@pytest.mark.parametrize('signal', ['TERM', 'KILL'])
def test_a_job_that_is_killed_while_it_writes(history, instead_of_python, table, signal):
    """What it has written stays, but the dataset is in the state of an error, and no tool takes it."""
    instead_of_python(
        'for each; do case "$each" in output=*) printf "name\\tiscc_code" > "${each#*=}";; esac; done\n'
        f'kill -{signal} $$')
    job = history.run('iscc_sum_manifest', input_files=table)
    assert job['state'] == 'error'
    assert [state for state, _ in outputs(history, job)] == ['error']
    manifest = {'src': 'hda', 'id': job['answer']['outputs'][0]['id']}
    with pytest.raises(Refused, match='unusable state'):
        history.run('iscc_sum_verify_manifest', input_files=table, manifest=manifest)
