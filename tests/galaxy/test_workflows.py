"""The workflows, beyond what their own tests can say: they import clean, skip steps, and stop on a mismatch."""

import json
from typing import Any

import pytest
from bioblend.galaxy import GalaxyInstance

from local_galaxy.configuration import CHECKOUT
from local_galaxy.staging import text_of
from local_galaxy.workflows import import_workflows, workflow_files

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


@pytest.fixture
def verify_conversion(history):
    """Run the workflow on an image and what became of it; return its outputs by labels, and the states of its jobs."""
    def run(after: str, if_pixels_changed: str) -> tuple[dict[str, Any], list[str]]:
        path = CHECKOUT / 'workflows' / 'verify-a-conversion' / 'verify-a-conversion.ga'
        before, after = (
            history.list_of({'cells': history.upload(**{'class': 'File', 'path': f'images/{file}'})})
            for file in ('imagej.tiff', after))
        inputs = {'Before': before, 'After': after, 'If pixels changed': if_pixels_changed}
        invocation, states = history.run_workflow(json.loads(path.read_text()), inputs)
        return invocation['outputs'], states
    return run


def test_a_whole_transfer_gets_a_receipt_and_no_list_of_faults(history, verify_transfer):
    outputs, states = verify_transfer(FILES, 'fail')
    assert states == ['ok', 'ok', 'ok', 'skipped', 'skipped']
    assert len(text_of(history.galaxy, outputs['Receipt']['id']).splitlines()) == 4


def test_outputs_are_in_the_history_under_their_names(verify_transfer):
    outputs, _ = verify_transfer(FILES, 'report')
    # The tools add the result to some.
    assert {label: output['name'].removesuffix(': OK') for label, output in outputs.items()} == {
        label: label for label in outputs}


def test_each_workflow_imports_as_it_is(history):
    """Galaxy knows all tools, and has nothing to add to or to change in what the file says of their inputs."""
    ids = import_workflows(history.galaxy)
    assert len(ids) == len(workflow_files())
    for workflow_id, file in zip(ids, workflow_files()):
        form = asked(history.galaxy, f'workflows/{workflow_id}/download?style=run&history_id={history.id}')
        assert form['name'] == json.loads(file.read_text(encoding='utf-8'))['name']
        assert not form['has_upgrade_messages']
        for step in form['steps']:
            assert not step.get('errors') and not step.get('messages') and not step.get('upgrade_messages'), step
        editor = asked(history.galaxy, f'workflows/{workflow_id}/download?style=editor')
        assert editor['upgrade_messages'] == {}
        assert not any(step['errors'] for step in editor['steps'].values())


def asked(galaxy: GalaxyInstance, path: str) -> dict[str, Any]:
    """Return what Galaxy answers."""
    response = galaxy.make_get_request(f'{galaxy.url}/{path}')
    response.raise_for_status()
    return response.json()


def test_a_faulty_transfer_gets_a_list_of_faults_and_no_receipt(history, verify_transfer):
    outputs, states = verify_transfer(FILES | {'nuclei.tiff': 'nuclei_edited.tiff'}, 'report')
    assert states == ['ok', 'ok', 'skipped', 'ok', 'ok']
    rows = text_of(history.galaxy, outputs['Not as sent']['id']).splitlines()
    assert [row.split('\t')[:2] for row in rows[1:]] == [['nuclei.tiff', 'MODIFIED']]
    # planemo takes an output that is false for one that is not there.
    assert text_of(history.galaxy, outputs['Verified']['id']) == 'false'


def test_a_workflow_that_stops_does_so_last_and_has_its_report(history, verify_transfer):
    outputs, states = verify_transfer(FILES | {'nuclei.tiff': 'nuclei_edited.tiff'}, 'fail')
    assert states == ['ok', 'ok', 'skipped', 'ok', 'error']
    texts = {label: text_of(history.galaxy, output['id']) for label, output in outputs.items() if label != 'Receipt'}
    assert texts['Summary'].startswith('FAILED\n3 datasets came, 3 were listed: 1 modified.\n')
    assert [len(texts[label].splitlines()) for label in ('Report', 'Not as sent')] == [4, 2]
    stopped = history.galaxy.jobs.get_jobs(state='error', history_id=history.id)
    job = history.galaxy.jobs.show_job(stopped[0]['id'], full_details=True)
    assert 'The verification FAILED: 3 datasets came, 3 were listed: 1 modified.' in job['tool_stderr']
    # What failed is in the history.
    outcome = history.galaxy.datasets.show_dataset(job['outputs']['verified']['id'])
    assert (outcome['state'], outcome['visible']) == ('error', True)


def test_a_conversion_that_kept_all_pixels_skips_what_looks_for_faults(history, verify_conversion):
    outputs, states = verify_conversion('lzw.ome.tiff', 'fail')
    assert states == ['ok', 'ok', 'ok', 'ok', 'skipped', 'skipped']
    assert text_of(history.galaxy, outputs['Verified']['id']) == 'true'


@pytest.mark.parametrize('if_pixels_changed, last', [('report', 'ok'), ('fail', 'error')])
def test_a_conversion_that_changed_a_pixel(history, verify_conversion, if_pixels_changed, last):
    """All outputs are there in both cases; where the workflow stops, its last step says why."""
    outputs, states = verify_conversion('changed.ome.tiff', if_pixels_changed)
    assert states == ['ok', 'ok', 'ok', 'ok', 'ok', last]
    texts = {label: text_of(history.galaxy, output['id']) for label, output in outputs.items()}
    assert texts['Summary'].startswith('FAILED\n1 dataset came, 1 was listed: 1 modified.\n')
    assert texts['Verified'] == 'false'
    assert [len(texts[label].splitlines()) for label in (
        'Pixels before', 'Pixels after', 'Report', 'Not the same')] == [2] * 4
    stopped = history.galaxy.jobs.get_jobs(state='error', history_id=history.id)
    said = [history.galaxy.jobs.show_job(job['id'], full_details=True)['tool_stderr'] for job in stopped]
    reason = 'The verification FAILED: 1 dataset came, 1 was listed: 1 modified.'
    assert [reason in each for each in said] == [True] * (last == 'error')


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
