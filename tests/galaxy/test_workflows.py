"""The workflows, beyond what their own tests can say: which ways are not taken, and where a mismatch stops one."""

import json
import time
from typing import Any

import pytest
from bioblend.galaxy import GalaxyInstance

from local_galaxy.configuration import CHECKOUT
from local_galaxy.staging import JOB_SECONDS, POLL_SECONDS, text_of

FILES = {'nuclei.tiff': 'nuclei.tiff', 'nuclei.png': 'nuclei.png', 'measurements.csv': 'measurements.csv'}


def settled(galaxy: GalaxyInstance, job_id: str) -> str:
    """Wait until a job has ended, is skipped, or waits for one that failed; give its state."""
    deadline = time.monotonic() + JOB_SECONDS
    while (state := galaxy.jobs.get_state(job_id)) not in ('ok', 'error', 'skipped', 'paused'):
        assert time.monotonic() < deadline, state
        time.sleep(POLL_SECONDS)
    return state


@pytest.fixture
def verify_transfer(history):
    """Run the workflow on a list of files, and give its outputs by their labels, and the states of its jobs."""
    def run(files: dict[str, str], on_mismatch: str) -> tuple[dict[str, Any], list[str]]:
        galaxy = history.galaxy
        path = CHECKOUT / 'workflows' / 'verify-a-transfer' / 'verify-a-transfer.ga'
        workflow = galaxy.workflows.import_workflow_dict(json.loads(path.read_text()))
        datasets = history.list_of({
            name: history.upload(**{'class': 'File', 'path': file}) for name, file in files.items()})
        manifest = history.upload(**{'class': 'File', 'path': 'expected/manifest_files.tsv', 'filetype': 'tabular'})
        inputs = {'Datasets': datasets, 'Manifest': manifest, 'If the transfer does not match': on_mismatch}
        invocation_id = galaxy.workflows.invoke_workflow(
            workflow['id'], history_id=history.id, inputs=inputs, inputs_by='name')['id']
        galaxy.invocations.wait_for_invocation(invocation_id, maxwait=120, interval=0.5, check=False)
        invocation = galaxy.invocations.show_invocation(invocation_id)
        states = [settled(galaxy, step['job_id']) for step in invocation['steps'] if step['job_id']]
        outputs = {
            label: galaxy.datasets.show_dataset(output['id']) for label, output in invocation['outputs'].items()}
        return outputs, states
    return run


def test_a_whole_transfer_gets_a_receipt_and_no_list_of_faults(history, verify_transfer):
    outputs, states = verify_transfer(FILES, 'fail')
    assert states == ['ok', 'ok', 'ok', 'skipped']
    assert len(text_of(history.galaxy, outputs['Receipt']['id']).splitlines()) == 4


def test_a_faulty_transfer_gets_a_list_of_faults_and_no_receipt(history, verify_transfer):
    outputs, states = verify_transfer(FILES | {'nuclei.tiff': 'nuclei_edited.tiff'}, 'report')
    assert states == ['ok', 'ok', 'skipped', 'ok']
    rows = text_of(history.galaxy, outputs['Not as sent']['id']).splitlines()
    assert [row.split('\t')[:2] for row in rows[1:]] == [['nuclei.tiff', 'MODIFIED']]
    # planemo takes an output that is false for one that is not there.
    assert text_of(history.galaxy, outputs['Verified']['id']) == 'false'


def test_a_faulty_transfer_stops_the_workflow_where_it_is_told_to(verify_transfer):
    outputs, states = verify_transfer(FILES | {'nuclei.tiff': 'nuclei_edited.tiff'}, 'fail')
    assert (states[0], set(states[1:])) == ('error', {'paused'})
    # The steps behind it are not even begun.
    assert {label: output['state'] for label, output in outputs.items()} == {
        'Report': 'error', 'Summary': 'error', 'Verified': 'paused',
    }


def test_a_report_too_long_to_read_is_an_error(history, tmp_path):
    """The summary is to be given instead; no part of the report may pass for the whole."""
    row = '\tOK\t\t\t0\t\n'
    report = tmp_path / 'report.tsv'
    header = 'name\tstatus\texpected_code\tcomputed_code\tdistance\tfound_as\n'
    report.write_text(header + ('x' * 100 + row) * 10_000)
    job = history.run('iscc_sum_verified', input_file=history.upload(**{
        'class': 'File', 'path': str(report), 'filetype': 'tabular'}))
    assert job['state'] == 'error'
    assert 'has more than 1,000,000 bytes' in job['tool_stderr']
