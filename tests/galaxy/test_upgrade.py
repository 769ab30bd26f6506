"""A workflow saved with the published tools (0.1.0+galaxy1) runs unchanged with this suite under their ToolShed ids."""

import json

from bioblend.galaxy import GalaxyInstance

from local_galaxy.staging import text_of, wait_for

PUBLISHED = 'toolshed.g2.bx.psu.edu/repos/imgteam'
VERSION = '0.1.0+galaxy1'
RUNTIME = {'__class__': 'RuntimeValue'}
CONNECTED = {'__class__': 'ConnectedValue'}


def step(number: int, tool_id: str, version: str, state: dict, **connections: tuple[int, str]) -> dict:
    """Write a step as Galaxy saves it; a connection is the number of a step and the name of its output."""
    return {
        'id': number, 'type': 'tool', 'tool_id': tool_id, 'tool_version': version, 'content_id': tool_id,
        'label': None, 'name': tool_id, 'annotation': '', 'errors': None, 'position': {'left': 0, 'top': 0},
        'tool_state': json.dumps({**state, '__page__': 0, '__rerun_remap_job_id__': None}),
        'input_connections': {
            name: {'id': source, 'output_name': output} for name, (source, output) in connections.items()
        },
        'inputs': [], 'outputs': [], 'post_job_actions': {}, 'workflow_outputs': [], 'uuid': None,
    }


def input_step(number: int, label: str) -> dict:
    return {
        'id': number, 'type': 'data_input', 'label': label, 'name': 'Input dataset', 'tool_id': None,
        'tool_version': None, 'content_id': None, 'annotation': '', 'errors': None, 'position': {'left': 0, 'top': 0},
        'tool_state': json.dumps({'optional': False, 'tag': None}), 'input_connections': {}, 'outputs': [],
        'inputs': [{'description': '', 'name': label}], 'workflow_outputs': [], 'uuid': None,
    }


SAVED = {
    'a_galaxy_workflow': 'true', 'format-version': '0.1', 'name': 'Saved with the published tools', 'annotation': '',
    'tags': [], 'steps': {
        '0': input_step(0, 'original'),
        '1': input_step(1, 'copy'),
        '2': step(2, f'{PUBLISHED}/iscc_sum/iscc_sum/{VERSION}', VERSION, {'input_file': RUNTIME},
                  input_file=(0, 'output')),
        '3': step(3, 'param_value_from_file', '0.1.0', {
            'input1': CONNECTED, 'param_type': 'text', 'remove_newlines': True,
        }, input1=(2, 'output_file')),
        '4': step(4, f'{PUBLISHED}/iscc_sum_verify/iscc_sum_verify/{VERSION}', VERSION, {
            'input_file': RUNTIME, 'expected_code': CONNECTED,
        }, input_file=(1, 'output'), expected_code=(3, 'text_param')),
        '5': step(5, f'{PUBLISHED}/iscc_sum_similarity/iscc_sum_similarity/{VERSION}', VERSION, {
            'input_files': RUNTIME, 'threshold': '12',
        }, input_files=(0, 'output')),
    },
}
# The published form of the similarity tool takes several datasets in one input.
SAVED['steps']['5']['input_connections']['input_files'] = [
    {'id': 0, 'output_name': 'output'}, {'id': 1, 'output_name': 'output'},
]


def short_id(tool_id: str) -> str:
    """Return the id of a tool without the ToolShed, repository and version that may be around it."""
    return tool_id.split('/')[-2] if '/' in tool_id else tool_id


def outputs_of(galaxy: GalaxyInstance, invocation_id: str) -> dict[str, str]:
    """Return the output of each job of an invocation that the published tools have, by the short id of its tool."""
    galaxy.invocations.wait_for_invocation(invocation_id, maxwait=120, interval=0.5)
    texts = {}
    for each in galaxy.invocations.show_invocation(invocation_id)['steps']:
        if each['job_id']:
            wait_for(galaxy, each['job_id'])
            job = galaxy.jobs.show_job(each['job_id'], full_details=True)
            assert (job['state'], job['tool_stderr']) == ('ok', ''), job
            # Galaxy's own tool that makes a parameter of a text has other outputs.
            if 'output_file' in job['outputs']:
                texts[short_id(job['tool_id'])] = text_of(galaxy, job['outputs']['output_file']['id'])
    return texts


def test_a_workflow_of_the_published_tools_runs_unchanged(history):
    galaxy = history.galaxy
    original, copy = (
        history.upload(**{'class': 'File', 'path': name}) for name in ('nuclei.tiff', 'nuclei_edited.tiff'))
    workflow_id = galaxy.workflows.import_workflow_dict(SAVED)['id']
    invocation = galaxy.workflows.invoke_workflow(
        workflow_id, inputs={'0': original, '1': copy}, inputs_by='step_index', history_id=history.id,
        allow_tool_state_corrections=True)
    outputs = outputs_of(galaxy, invocation['id'])
    assert outputs['iscc_sum'] == 'K4AAY7TG4KHSQHO5HLEU7DN5Y35BXCNIY7GNLPG3MRYSEQOHM3QPTNY\n'
    assert outputs['iscc_sum_verify'].splitlines()[:3] == [
        'FAILED - ISCC-CODEs do not match',
        'Expected:  K4AAY7TG4KHSQHO5HLEU7DN5Y35BXCNIY7GNLPG3MRYSEQOHM3QPTNY',
        'Generated: K4AAZ6TG4KHSQHO5HJEU7LN5Y35BWKQ2DLIXUMHHI75SII4JPP6E25A',
    ]
    rows = [line.split('\t') for line in outputs['iscc_sum_similarity'].splitlines()]
    assert rows[0] == [
        'file_id', 'filename', 'iscc_code', 'match_id', 'match_filename', 'match_iscc_code', 'distance',
    ]
    assert [(row[1], row[4], row[6]) for row in rows[1:]] == [
        ('nuclei.tiff', 'nuclei_edited.tiff', '4'), ('nuclei_edited.tiff', 'nuclei.tiff', '4'),
    ]
