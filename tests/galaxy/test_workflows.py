"""The workflows, beyond what their own tests can say: which ways are not taken, and where a mismatch stops one."""

import json
from typing import Any

import pytest

from local_galaxy.configuration import CHECKOUT
from local_galaxy.staging import text_of

FILES = {'nuclei.tiff': 'nuclei.tiff', 'nuclei.png': 'nuclei.png', 'measurements.csv': 'measurements.csv'}


@pytest.fixture
def verify_transfer(history):
    """Run the workflow on a list of files, and return its outputs by their labels, and the states of its jobs."""
    def run(files: dict[str, str], on_mismatch: str) -> tuple[dict[str, Any], list[str]]:
        path = CHECKOUT / 'workflows' / 'verify-a-transfer' / 'verify-a-transfer.ga'
        datasets = history.list_of({
            name: history.upload(**{'class': 'File', 'path': file}) for name, file in files.items()})
        manifest = history.upload(**{'class': 'File', 'path': 'expected/manifest_files.tsv', 'filetype': 'tabular'})
        inputs = {'Datasets': datasets, 'Manifest': manifest, 'If the transfer does not match': on_mismatch}
        invocation, states = history.run_workflow(json.loads(path.read_text()), inputs)
        outputs = {
            label: history.galaxy.datasets.show_dataset(output['id'])
            for label, output in invocation['outputs'].items()
        }
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
    row = '\tOK\t\t0\t\t\t\n'
    report = tmp_path / 'report.tsv'
    header = 'name\tstatus\tfound_as\tdistance\texpected_code\tcomputed_code\tnote\n'
    report.write_text(header + ('x' * 100 + row) * 10_000)
    job = history.run('iscc_sum_verified', input_file=history.upload(**{
        'class': 'File', 'path': str(report), 'filetype': 'tabular'}))
    assert job['state'] == 'error'
    assert 'has more than 1,000,000 bytes' in job['tool_stderr']
