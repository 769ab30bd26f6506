"""Verify ISCC-CODE in Galaxy, where XML tests can't go: the form's refusals, mapped collections, workflows."""

import pytest
from bioblend import ConnectionError as Refused

from local_galaxy.configuration import TEST_DATA
from local_galaxy.staging import map_over, texts_of, wait_for
from oracle import codes_of, content_of

TIFF = 'K4AAY7TG4KHSQHO5HLEU7DN5Y35BXCNIY7GNLPG3MRYSEQOHM3QPTNY'
UNIT = 'GADQY7TG4KHSQHO5HLEU7DN5Y35BXX3NCS2YD5NO4O2NUBGTIIG3RXQ'


@pytest.fixture
def tiff(history):
    return history.upload(**{'class': 'File', 'path': 'nuclei.tiff'})


@pytest.mark.parametrize('text', [
    TIFF, TIFF.lower(), f'ISCC:{TIFF}', f'iscc:{TIFF.lower()}', f'  {TIFF} ', f'\t{TIFF}\n',
    'KUAAY7TG4KHSQHO5RGUMPTGVXTNWI', 'ISCC:KUAAY7TG4KHSQHO5RGUMPTGVXTNWI',
])
def test_every_accepted_form_verifies(history, tiff, text):
    report = history.text(history.run('iscc_sum_verify', input_file=tiff, expected_code=text))
    assert report.startswith('OK - ISCC-CODEs match\n')


@pytest.mark.parametrize('text', [
    'hello', TIFF[:-1], TIFF + 'A', TIFF[:-1] + 'Z', 'K4B' + TIFF[3:], TIFF.replace('7', '1'), UNIT, f'ISCC:{UNIT}',
    'KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQY', f'{TIFF}\n{TIFF}',
])
def test_the_form_refuses_what_is_no_code_before_a_job_starts(history, tiff, text):
    with pytest.raises(Refused, match='Not an ISCC-CODE of a file'):
        history.run('iscc_sum_verify', input_file=tiff, expected_code=text)


def test_each_element_is_checked_against_its_own_line(history, tmp_path):
    """One manifest, a list whose names are hostile, one of the elements tampered with."""
    names = ["it's \"quoted\"", '$(touch injected)', '100%s', 'tab\there', 'plate/A1', 'ünïcode 😀', '# comment', '-z']
    code = codes_of(content_of(TEST_DATA / 'nuclei.tiff'), tmp_path).wide
    manifest = tmp_path / 'manifest.tsv'
    manifest.write_text('name\tiscc_code\n' + ''.join(
        f'{name}\tISCC:{code}\n'.replace('tab\t', 'tab\\t') for name in [*names, 'tampered']))
    tiff = history.upload(**{'class': 'File', 'path': 'nuclei.tiff'})
    edited = history.upload(**{'class': 'File', 'path': 'nuclei_edited.tiff'})
    expected = history.upload(**{'class': 'File', 'path': str(manifest), 'filetype': 'tabular'})
    images = history.list_of({**dict.fromkeys(names, tiff), 'tampered': edited})
    job = history.run('iscc_sum_verify', input_file=map_over(images), expected_file=expected)
    reports = texts_of(history.galaxy, job['answer']['implicit_collections'][0]['id'])
    assert {name: report.split(' ')[0] for name, report in reports.items()} == {
        **dict.fromkeys(names, 'OK'), 'tampered': 'FAILED',
    }


@pytest.mark.parametrize('output_format', ['code', 'iscc', 'checksum', 'json'])
def test_the_output_of_generate_is_connected_to_verify(history, output_format):
    elements = [{'class': 'File', 'identifier': name, 'path': name} for name in ('nuclei.tiff', 'measurements.csv')]
    images = history.upload(**{'class': 'Collection', 'collection_type': 'list', 'elements': elements})
    job = history.run('iscc_sum', input_file=map_over(images), output_format=output_format, units=True)
    generated = {'src': 'hdca', 'id': job['answer']['implicit_collections'][0]['id']}
    job = history.run(
        'iscc_sum_verify', input_file=map_over(images), expected_file=map_over(generated), on_mismatch='fail')
    reports = texts_of(history.galaxy, job['answer']['implicit_collections'][0]['id'])
    assert [report.split(' ')[0] for report in reports.values()] == ['OK', 'OK']


def workflow() -> dict:
    """Write a workflow as a user would draw it: verify a dataset, then go on with it."""
    def step(number: int, tool_id: str, inputs: dict, state: dict) -> dict:
        connections = {name: {'id': source, 'output_name': output} for name, (source, output) in inputs.items()}
        return {
            'id': number, 'type': 'tool', 'tool_id': tool_id, 'tool_version': None, 'input_connections': connections,
            'tool_state': state, 'workflow_outputs': [],
        }

    def dataset(number: int, label: str) -> dict:
        return {'id': number, 'type': 'data_input', 'label': label, 'tool_state': {'optional': False},
                'input_connections': {}, 'workflow_outputs': []}

    return {
        'a_galaxy_workflow': 'true', 'format-version': '0.1', 'name': 'Stop on a mismatch', 'steps': {
            '0': dataset(0, 'original'), '1': dataset(1, 'copy'),
            '2': step(2, 'iscc_sum', {'input_file': (0, 'output')}, {'output_format': 'code'}),
            '3': step(3, 'iscc_sum_verify', {'input_file': (1, 'output'), 'expected_file': (2, 'output_file')},
                      {'on_mismatch': 'fail'}),
            '4': step(4, 'iscc_sum', {'input_file': (3, 'output_file')}, {'output_format': 'code'}),
        },
    }


@pytest.mark.parametrize('copy, states', [
    ('nuclei.tiff', ['ok', 'ok', 'ok']), ('nuclei_edited.tiff', ['ok', 'error', 'paused']),
])
def test_a_mismatch_stops_a_workflow(history, tiff, copy, states):
    galaxy = history.galaxy
    copied = history.upload(**{'class': 'File', 'path': copy})
    workflow_id = galaxy.workflows.import_workflow_dict(workflow())['id']
    invocation = galaxy.workflows.invoke_workflow(
        workflow_id, inputs={'original': tiff, 'copy': copied}, inputs_by='name', history_id=history.id)
    galaxy.invocations.wait_for_invocation(invocation['id'], maxwait=120, interval=0.5, check=False)
    steps = galaxy.invocations.show_invocation(invocation['id'])['steps']
    jobs = [step['job_id'] for step in sorted(steps, key=lambda step: step['order_index']) if step['job_id']]
    for job in jobs[:states.count('ok') + states.count('error')]:
        wait_for(galaxy, job)
    assert [galaxy.jobs.show_job(job)['state'] for job in jobs] == states
