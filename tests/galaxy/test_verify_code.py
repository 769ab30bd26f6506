"""Verify ISCC-CODE in Galaxy, where XML tests can't go: the form's refusals, mapped collections, workflows."""

import pytest
from bioblend import ConnectionError as Refused

from iscc_galaxy.formats.tables import escaped
from local_galaxy.staging import map_over
from names import HOSTILE_NAMES

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


def test_each_element_is_checked_against_its_own_line(history, tmp_path, wide_code):
    """One manifest, a list whose names are hostile, one of the elements tampered with."""
    code = wide_code('nuclei.tiff')
    manifest = tmp_path / 'manifest.tsv'
    manifest.write_text('name\tiscc_code\n' + ''.join(
        f'{escaped(name)}\tISCC:{code}\n' for name in [*HOSTILE_NAMES, 'tampered']))
    tiff = history.upload(**{'class': 'File', 'path': 'nuclei.tiff'})
    edited = history.upload(**{'class': 'File', 'path': 'nuclei_edited.tiff'})
    expected = history.upload(**{'class': 'File', 'path': str(manifest), 'filetype': 'tabular'})
    images = history.list_of({**dict.fromkeys(HOSTILE_NAMES, tiff), 'tampered': edited})
    job = history.run('iscc_sum_verify', input_file=map_over(images), expected_file=expected)
    reports = history.texts(job)
    assert {name: report.split(' ')[0] for name, report in reports.items()} == {
        **dict.fromkeys(HOSTILE_NAMES, 'OK'), 'tampered': 'FAILED',
    }


@pytest.mark.parametrize('output_format', ['code', 'iscc', 'checksum', 'json'])
def test_the_output_of_generate_is_connected_to_verify(history, output_format):
    elements = [{'class': 'File', 'identifier': name, 'path': name} for name in ('nuclei.tiff', 'measurements.csv')]
    images = history.upload(**{'class': 'Collection', 'collection_type': 'list', 'elements': elements})
    job = history.run('iscc_sum', input_file=map_over(images), output_format=output_format, units=True)
    generated = {'src': 'hdca', 'id': job['answer']['implicit_collections'][0]['id']}
    job = history.run(
        'iscc_sum_verify', input_file=map_over(images), expected_file=map_over(generated), on_mismatch='fail')
    reports = history.texts(job)
    assert [report.split(' ')[0] for report in reports.values()] == ['OK', 'OK']


def stop_on_mismatch(generate: str, verify: str) -> dict:
    """Write a workflow with the tools of these ids."""
    return {
        'class': 'GalaxyWorkflow',
        'label': 'Stop on a mismatch',
        'inputs': {'original': 'data', 'copy': 'data'},
        'outputs': {},
        'steps': {
            'generate': {'tool_id': generate, 'in': {'input_file': 'original'}},
            'verify': {
                'tool_id': verify, 'in': {'input_file': 'copy', 'expected_file': 'generate/output_file'},
                'state': {'on_mismatch': 'fail'},
            },
            'go on': {'tool_id': generate, 'in': {'input_file': 'verify/output_file'}},
        },
    }


@pytest.mark.parametrize('copy, states', [
    ('nuclei.tiff', ['ok', 'ok', 'ok']), ('nuclei_edited.tiff', ['ok', 'error', 'paused']),
])
def test_a_mismatch_stops_a_workflow(history, tiff, copy, states):
    copied = history.upload(**{'class': 'File', 'path': copy})
    # A workflow names installed tools by their whole ids.
    ids = (history.galaxy.tools.show_tool(name)['id'] for name in ('iscc_sum', 'iscc_sum_verify'))
    _, found = history.run_workflow(
        stop_on_mismatch(*ids), {'original': tiff, 'copy': copied}, allow_tool_state_corrections=True)
    assert found == states
