"""Trace datasets through a processing chain: the provenance table, the tables for OMERO, and errors."""

import base64
import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from iscc_galaxy.commands.trace_chain import LONGEST_NAME
from iscc_galaxy.formats.tables import escaped
from local_galaxy.configuration import TEST_DATA
from names import NAMES_IN_TABLES
from oracle import wide_code

# With some that hold what parts the datasets in a cell.
NAMES = [*NAMES_IN_TABLES, 'a;b; c', '\\;', 'raw: a', 'a (4)']


def codes_near_each_other(count: int) -> list[str]:
    """Make codes of which some are equal, and some have Data-Codes a few bits apart."""
    random = np.random.default_rng(7)
    made = []
    for number in range(count):
        data = bytearray(b'\0' * 16)
        for bit in random.integers(0, 128, number % 12):
            data[bit // 8] ^= 1 << bit % 8
        made.append(wide_code(bytes(data), random.bytes(16)))
    return made + made[::3]


def distance(one: str, other: str) -> int:
    """Count the bits in which the Data-Codes of two wide codes differ."""
    data = [int.from_bytes(base64.b32decode(code + '=')[2:18], 'big') for code in (one, other)]
    return (data[0] ^ data[1]).bit_count()


def labels_in(cell: str) -> list[str]:
    r"""Return the `step: dataset` of a cell, which are parted by `; `; a `\;` is a semicolon in a name."""
    parts = re.findall(r'(?:[^\\;]|\\.)+', cell)
    return [parts[0], *(part.removeprefix(' ') for part in parts[1:])] if parts else []


@pytest.fixture
def step(trace_chain):
    """Make a step of the chain from names and codes."""
    def make(step: str, listed: list[tuple[str, str]]) -> dict[str, Any]:
        rows = ''.join(f'{escaped(name)}\t{code}\n' for name, code in listed)
        file = f'step_{len(list(trace_chain.folder.glob("step_*")))}.tsv'
        return {'name': step, 'codes': trace_chain.file_with(f'name\tiscc_code\n{rows}'.encode(), 'list', file)}
    return make


def omero_tables(folder: Path) -> dict[str, str]:
    """Return the tables by step, as Galaxy takes them up."""
    listed = json.loads((folder / 'galaxy.json').read_text())['omero']['elements']
    return {element['name']: (folder / element['filename']).read_text() for element in listed}


def test_every_copy_and_near_copy_is_named(trace_chain, step):
    codes = codes_near_each_other(60)
    parts = {'raw': codes[:30], 'processed': codes[30:50], 'exported': codes[50:]}
    steps = {name: [(f'image {number}', code) for number, code in enumerate(part)] for name, part in parts.items()}
    done = trace_chain.run(steps=[step(name, listed) for name, listed in steps.items()], threshold=9)
    rows = list(csv.DictReader(trace_chain.succeeds(done).splitlines(), delimiter='\t', quoting=csv.QUOTE_NONE))
    flat = [(name, *dataset) for name, listed in steps.items() for dataset in listed]
    assert [(row['step'], row['dataset'], row['iscc_code']) for row in rows] == [
        (name, dataset, f'ISCC:{code}') for name, dataset, code in flat]
    for row, one in zip(rows, flat, strict=True):
        others = [other for other in flat if other is not one]
        assert labels_in(row['bit_identical_to']) == [
            f'{other[0]}: {other[1]}' for other in others if other[2] == one[2]]
        assert sorted(labels_in(row['near_copies'])) == sorted(
            f'{other[0]}: {other[1]} ({distance(one[2], other[2])})' for other in others
            if other[2] != one[2] and distance(one[2], other[2]) <= 9)


def test_the_closest_copy_is_first(trace_chain, step):
    near, far = (wide_code(bytes(15) + bytes([bits]), bytes([bits] * 16)) for bits in (1, 7))
    listed = [('far', far), ('near', near), ('one', wide_code(bytes(16), bytes(16)))]
    table = trace_chain.succeeds(trace_chain.run(steps=[step('raw', listed)], threshold=12))
    assert table.splitlines()[-1].split('\t')[-1] == 'raw: near (1); raw: far (3)'


def test_names_come_out_as_they_went_in(trace_chain, step):
    """In every place, names of datasets and of steps."""
    code = codes_near_each_other(1)[0]
    names = [name for name in NAMES if name.strip()]
    done = trace_chain.run(steps=[step(name, [(each, code) for each in NAMES]) for name in names], threshold=0)
    rows = [line.split('\t') for line in trace_chain.succeeds(done).split('\n')[1:-1]]
    assert [row[:2] for row in rows] == [[escaped(each), escaped(name)] for name in names for each in NAMES]
    labels = [f'{escaped(name)}: {escaped(each)}'.replace(';', r'\;') for name in names for each in NAMES]
    assert labels_in(rows[0][3]) == labels[1:]
    for name, table in omero_tables(trace_chain.folder).items():
        assert table.split('\n')[2:-1] == [f'{escaped(each)}\tISCC:{code}' for each in NAMES]
    assert list(omero_tables(trace_chain.folder)) == names


def test_omero_finds_namespace_and_key_in_each_table(trace_chain, step):
    one, other = codes_near_each_other(2)[:2]
    trace_chain.succeeds(trace_chain.run(
        steps=[step('raw', [('a.tiff', one)]), step('exported', [('a.tiff', other)])], threshold=12))
    assert omero_tables(trace_chain.folder) == {
        name: f'namespace\torg.iscc.sum\nOBJECT_NAME\tISCC-CODE (file)\na.tiff\tISCC:{code}\n'
        for name, code in (('raw', one), ('exported', other))
    }


def pixel_step(name: str, file: str) -> dict[str, Any]:
    """Return a step with a pixel manifest of the test data."""
    return {'name': name, 'codes': {'id': '1', 'name': file, 'path': str(TEST_DATA / 'expected' / file)}}


def test_codes_of_pixels_go_where_the_omero_service_keeps_them(trace_chain):
    steps = [pixel_step('raw', 'pixels_before.tsv'), pixel_step('converted', 'pixels_after.tsv')]
    table = trace_chain.succeeds(trace_chain.run(steps=steps, threshold=12))
    rows = {tuple(row[:2]): row for row in (line.split('\t') for line in table.splitlines())}
    assert rows['stack.ome.tiff', 'raw'][3:] == ['converted: stack.ome.zarr', '']
    codes = [
        line.split('\t')[1].removeprefix('ISCC:')
        for line in (TEST_DATA / 'expected' / 'pixels_before.tsv').read_text().splitlines()[3:4]
        + (TEST_DATA / 'expected' / 'pixels_after.tsv').read_text().splitlines()[3:4]
    ]
    assert rows['plate.ome.tiff#2', 'raw'][3:] == ['', f'converted: plate.ome.zarr#2 ({distance(*codes)})']
    for table in omero_tables(trace_chain.folder).values():
        assert table.startswith('namespace\torg.iscc.omero\nOBJECT_NAME\tISCC-CODE\nstack.ome.')


def test_steps_of_pixels_and_of_files_are_an_error(trace_chain, step):
    files = step('raw', [('a', codes_near_each_other(1)[0])])
    done = trace_chain.run(steps=[files, pixel_step('converted', 'pixels_after.tsv')], threshold=12)
    trace_chain.fails(done, 'Dataset "pixels_after.tsv" holds codes of pixels, and dataset "list" codes of files')


@pytest.mark.parametrize('names', [['raw', 'raw'], [''], [' '], ['x' * (LONGEST_NAME + 1)]])
def test_a_step_needs_a_name_of_its_own(trace_chain, step, names):
    code = codes_near_each_other(1)[0]
    done = trace_chain.run(steps=[step(name, [('a', code)]) for name in names], threshold=12)
    trace_chain.fails(done, 'Each step needs a name of its own')


def test_too_many_copies_are_not_listed(trace_chain, step):
    code = codes_near_each_other(1)[0]
    done = trace_chain.run(steps=[step('raw', [('a', code)] * 4473)], threshold=12)
    trace_chain.fails(done, '10001628 pairs of datasets are too many to list. Choose a smaller "Maximum distance')


def test_an_empty_list_is_an_error(trace_chain, step):
    trace_chain.fails(trace_chain.run(steps=[step('raw', [])], threshold=12), 'Dataset "list" holds no ISCC-CODE')
