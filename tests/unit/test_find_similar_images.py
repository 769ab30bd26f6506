"""Find images that look alike: pairs of scenes by their views, groups, inputs and errors."""

import base64
import csv

import iscc_core
import numpy as np
import pytest
import tifffile
from PIL import Image

from clusters import flipped
from image_oracle import code_of_plane
from iscc_galaxy.commands import find_similar_images as command
from iscc_galaxy.formats.tables import escaped
from iscc_galaxy.galaxy.job import JobError
from iscc_galaxy.similarity import matches, scene_codes, scene_comparison, scene_matches
from local_galaxy.configuration import IMAGE_SIMILARITY_BIN, TEST_DATA
from names import NAMES_IN_TABLES
from scripts import Tool

COLUMNS = [
    'file_id', 'filename', 'iscc_code', 'match_id', 'match_filename', 'match_iscc_code', 'distance', 'view',
    'match_view',
]
FINDING_COLUMNS = ['dataset', 'similar_to', 'relation', 'distance']
GROUP_COLUMNS = [
    'group', 'group_size', 'filename', 'relation', 'distance', 'representative', 'identical_group', 'iscc_code',
    'file_id',
]
VIEW_HEADER = 'name\timage_code\tview\tscene\tsize_x\tsize_y\tnote'
VIEW_NAMES = ['channel 1, middle plane', 'channel 1, maximum', 'channel 2, middle plane', 'channel 2, maximum']
# One block of 64 bits has fewer than 8 one-bits.
EMPTY = b'\xff' * 8 + b'\x01' * 7 + b'\0' + b'\xff' * 16

Scene = tuple[str, str, list[bytes]]


def code_of(digest: bytes) -> str:
    """Return the bare Image-Code of 32 bytes."""
    return base64.b32encode(b'\x21\x07' + digest).decode().rstrip('=')


def is_featureless(digest: bytes) -> bool:
    return any(sum(map(int.bit_count, digest[start:start + 8])) < 8 for start in range(0, 32, 8))


def scenes_around_centres(size: int, seed: int) -> list[list[bytes]]:
    """Make the views of scenes: near each other in one or several, equal ones, and some that are featureless."""
    random = np.random.default_rng(seed)
    centres = [random.bytes(32) for _ in range(max(2, size // 3))]
    made: list[list[bytes]] = []
    for _ in range(size):
        if made and random.random() < 0.2:
            made.append(made[random.integers(len(made))])
            continue
        views = []
        for _ in range(random.integers(1, 5)):
            bits = random.choice(256, random.choice([0, 0, 10, 30, 60, 110]), replace=False)
            near = flipped(centres[random.integers(len(centres))], *map(int, bits))
            views.append(EMPTY if random.random() < 0.15 else near)
        made.append(views)
    return made


def closest(one: list[bytes], other: list[bytes]) -> tuple[int, int, int] | None:
    """Return the smallest distance of two views, and which they are, counted from 0."""
    return min((
        (iscc_core.iscc_distance_bytes(first, second), left, right)
        for left, first in enumerate(one) for right, second in enumerate(other)
        if not is_featureless(first) and not is_featureless(second)
    ), default=None)


def compared(scene: Scene) -> list[bytes]:
    return [view for view in scene[2] if not is_featureless(view)]


def brute_force(scenes: list[Scene], others: list[Scene], threshold: int) -> list[list[str]]:
    """Return the rows of the pair table."""
    rows = []
    for place, (file_id, name, views) in enumerate(scenes):
        near = []
        for behind, other in enumerate(others):
            found = closest(views, other[2]) if others is not scenes or behind != place else None
            if found and found[0] <= threshold:
                near.append((found[0], behind, *found[1:]))
        rows += [[
            file_id, name, code_of(views[left]), *others[behind][:2], code_of(others[behind][2][right]), str(distance),
            VIEW_NAMES[left], VIEW_NAMES[right],
        ] for distance, behind, left, right in sorted(near)]
        rows += [] if near else [[file_id, name, code_of(views[0]), '', '', '', '-1', '', '']]
    return rows


def table(path, columns: list[str]) -> list[list[str]]:
    lines = path.read_text(encoding='utf-8').split('\n')[:-1]
    header, *rows = csv.reader(lines, delimiter='\t', quoting=csv.QUOTE_NONE)
    assert header == columns
    return rows


@pytest.fixture
def listed(tmp_path):
    """Write a table of views; return what Galaxy would say of it, and its scenes."""
    def listed(id: str, of: list[list[bytes]], names: list[str] | None = None) -> tuple[dict, list[Scene]]:
        names = names or [f'{id}-{number}' for number in range(len(of))]
        lines, scenes = [VIEW_HEADER], []
        for name, views in zip(names, of, strict=True):
            scenes.append((f'{id}:{len(lines) + 1}', escaped(name), views))
            lines += [
                f'{escaped(name)}\tISCC:{code_of(digest)}\t{view}\t1\t64\t48\t'
                # Not to be believed.
                f'{"" if is_featureless(digest) else "featureless"}' for digest, view in zip(views, VIEW_NAMES)
            ]
        return table_of(id, *lines), scenes

    def table_of(id: str, *lines: str) -> dict:
        path = tmp_path / f'views_{id}'
        path.write_text(''.join(f'{line}\n' for line in lines), encoding='utf-8', newline='\n')
        return {'id': id, 'name': f'table {id}', 'path': str(path)}

    listed.table_of = table_of
    return listed


@pytest.fixture
def run(tmp_path):
    """Run the command's main function in this process; return the paths of its outputs."""
    def run(threshold=48, codes=(), reference=(), datasets=(), outputs=('output',)):
        options = {
            'datasets': list(datasets), 'codes': list(codes), 'reference': list(reference), 'threshold': threshold,
        }
        paths = {name: tmp_path / f'out_{name}' for name in outputs}
        command.main(options, **paths)
        return paths
    return run


@pytest.mark.parametrize('slots', ['1', '2'])
@pytest.mark.parametrize('most', [3, 2 ** 22])
def test_pairs_are_those_of_brute_force(run, listed, monkeypatch, slots, most):
    """Whether all pairs of views are held at once, or those of few scenes."""
    monkeypatch.setenv('GALAXY_SLOTS', slots)
    monkeypatch.setattr(scene_matches, 'MOST_PAIRS', most)
    for module, name in (scene_codes, 'VIEW_PAIRS'), (scene_comparison, 'PAIRS'):
        monkeypatch.setattr(module, name, most)
    manifest, scenes = listed('7', scenes_around_centres(30, 1))
    for threshold in [*range(0, 256, 15), 256]:
        assert table(run(threshold, [manifest])['output'], COLUMNS) == brute_force(scenes, scenes, threshold)


@pytest.mark.parametrize('most', [3, 2 ** 22])
def test_pairs_with_a_reference(run, listed, monkeypatch, most):
    monkeypatch.setattr(scene_matches, 'MOST_PAIRS', most)
    both = scenes_around_centres(40, 2)
    manifest, scenes = listed('7', both[::2])
    reference, others = listed('9', both[1::2])
    for threshold in (0, 20, 48, 64, 128, 256):
        assert table(run(threshold, [manifest], [reference])['output'], COLUMNS) == brute_force(
            scenes, others, threshold)


def test_the_first_of_equally_close_views_are_named(run, listed):
    centre = bytes(range(1, 33))
    views = [flipped(centre, 0), flipped(centre, 1), flipped(centre, 2)]
    manifest, _ = listed('7', [views, views[::-1]])
    rows = table(run(48, [manifest])['output'], COLUMNS)
    assert [(row[6], row[7], row[8]) for row in rows] == [('0', VIEW_NAMES[0], VIEW_NAMES[2])] * 2


def test_complements_are_256_apart(run, listed):
    one = b'\x55' * 32
    manifest, scenes = listed('7', [[one], [b'\xaa' * 32], [one]])
    for threshold in (255, 256):
        assert table(run(threshold, [manifest])['output'], COLUMNS) == brute_force(scenes, scenes, threshold)


def test_featureless_views_match_nothing_and_are_counted(run, listed, capsys):
    near = bytes(range(100, 132))
    manifest, _ = listed('7', [[EMPTY], [EMPTY], [EMPTY, near], [near], [EMPTY, EMPTY]])
    reference, _ = listed('9', [[EMPTY, near]])
    rows = table(run(256, [manifest])['output'], COLUMNS)
    assert [(row[1], row[4]) for row in rows] == [
        ('7-0', ''), ('7-1', ''), ('7-2', '7-3'), ('7-3', '7-2'), ('7-4', '')]
    assert capsys.readouterr().out == '5 of 7 views show too little to be compared: they match nothing\n'
    groups = table(run(256, [manifest], [reference], outputs=('output', 'clusters'))['clusters'], GROUP_COLUMNS)
    assert [(row[1], row[2], row[4]) for row in groups] == [
        ('3', '9-0', '0'), ('3', '7-2', '0'), ('3', '7-3', '0'),
        ('1', '7-0', '0'), ('1', '7-1', '0'), ('1', '7-4', '0'),
    ]
    assert capsys.readouterr().out == '6 of 9 views show too little to be compared: they match nothing\n'


@pytest.mark.parametrize('threshold', [0, 48, 100])
@pytest.mark.parametrize('has_reference', [False, True])
def test_findings_and_groups(run, listed, threshold, has_reference):
    """Groups by brute force; the representative has the most matches."""
    both = scenes_around_centres(40, 4)
    manifest, scenes = listed('7', both[:25])
    reference, others = listed('9', both[25:])
    others = others if has_reference else scenes
    paths = run(
        threshold, [manifest], [reference] if has_reference else [], outputs=('output', 'findings', 'clusters'))
    pairs = {}
    for place, one in enumerate(scenes):
        for behind, other in enumerate(others):
            found = closest(one[2], other[2])
            if (has_reference or place < behind) and found and found[0] <= threshold:
                pairs[place, behind] = found[0]
    in_order = sorted(pairs, key=lambda pair: (pairs[pair], pair))
    assert table(paths['findings'], FINDING_COLUMNS) == [
        [scenes[one][1], others[other][1], 'similar' if pairs[one, other] else 'equal Image-Code',
         str(pairs[one, other])] for one, other in in_order
    ]
    group_of = {scene[0]: {scene[0]} for scene in scenes}
    matched = dict.fromkeys(group_of, 0)
    links = [(scenes[one][0], others[other][0]) for one, other in pairs]
    for ends in links:
        matched |= {end: matched.get(end, 0) + 1 for end in ends}
    # Equal scenes are in one group also where they are not compared.
    links += [(one[0], other[0]) for one in scenes for other in scenes if compared(one) == compared(other) != []]
    for ends in links:
        joined = set().union(*(group_of.get(end, {end}) for end in ends))
        group_of |= dict.fromkeys(joined, joined)
    rows = table(paths['clusters'], GROUP_COLUMNS)
    known = [*scenes, *(others if has_reference else ())]
    places = {scene[0]: (number, scene) for number, scene in enumerate(known)}
    found = {}
    for row in rows:
        found.setdefault(row[0], []).append(row[8])
        first = found[row[0]][0]
        distance = 0 if row[8] == first else closest(places[row[8]][1][2], places[first][1][2])[0]
        assert row[1:6] == [
            str(len(group_of[row[8]])), places[row[8]][1][1],
            'representative' if row[8] == first else 'similar' if distance else 'equal Image-Code',
            str(distance), places[first][1][1],
        ]
        assert row[7] == code_of(places[row[8]][1][2][0])
    assert {frozenset(members) for members in found.values()} == set(map(frozenset, group_of.values()))
    for members in found.values():
        assert members[0] == min(members, key=lambda end: (-matched[end], places[end][0]))
    # What is known by its code alone is not known to be the same.
    assert [row[6] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]


@pytest.mark.parametrize('module, name', [(scene_matches, 'MOST_PAIRS'), (matches, 'PAIRS')])
def test_too_many_pairs_are_an_error_or_one_line(run, listed, monkeypatch, module, name):
    monkeypatch.setattr(module, name, 10)
    monkeypatch.setattr(matches, 'MOST_ROWS', 89)
    centre = bytes(range(50, 82))
    views = [[flipped(centre, bit), flipped(centre, bit + 50)] for bit in (0, 0, 0, 1, 2, 3, 4, 5, 6, 7)]
    manifest, scenes = listed('7', views)
    with pytest.raises(JobError, match='^45 pairs, not listed: see clusters. Ask for "Groups of images that look ali'):
        run(48, [manifest])
    paths = run(48, [manifest], outputs=('output', 'findings', 'clusters'))
    for output, columns in ('output', COLUMNS), ('findings', FINDING_COLUMNS):
        assert paths[output].read_text() == '\t'.join(columns) + '\n# 45 pairs, not listed: see clusters\n'
    assert [row[1] for row in table(paths['clusters'], GROUP_COLUMNS)] == ['10'] * 10
    monkeypatch.setattr(matches, 'MOST_ROWS', 90)
    assert table(run(48, [manifest])['output'], COLUMNS) == brute_force(scenes, scenes, 48)


def test_equal_images_in_numbers_need_little_memory(run, listed):
    """Twenty thousand images with equal views, and thousands of others: 4e8 rows, which would be 80 GB."""
    random = np.random.default_rng(1)
    equal, more = [random.bytes(32), random.bytes(32)], [[random.bytes(32)] for _ in range(2000)]
    manifest, _ = listed('7', [*more, *[equal] * 20_000])
    paths = run(48, [manifest], outputs=('output', 'clusters'))
    assert '# 199990000 pairs, not listed: see clusters' in paths['output'].read_text()
    assert table(paths['clusters'], GROUP_COLUMNS)[0][:2] == ['1', '20000']


def test_images_that_share_one_view_in_numbers(run, listed):
    """As if one of two channels were the same in all: each pair counts once, and no more than some are held."""
    random = np.random.default_rng(1)
    shared = [random.bytes(32) for _ in range(2)]
    manifest, _ = listed('7', [[*shared, random.bytes(32)] for _ in range(5000)])
    paths = run(0, [manifest], outputs=('output', 'clusters'))
    assert '# 12497500 pairs, not listed: see clusters' in paths['output'].read_text()
    assert table(paths['clusters'], GROUP_COLUMNS)[0][:2] == ['1', '5000']


def test_hostile_names_come_out_as_they_went_in(run, listed):
    view = bytes(range(60, 92))
    manifest, _ = listed('7', [[view]] * len(NAMES_IN_TABLES), NAMES_IN_TABLES)
    names = [escaped(name) for name in NAMES_IN_TABLES]
    paths = run(0, [manifest], outputs=('output', 'findings', 'clusters'))
    assert [(row[1], row[4]) for row in table(paths['output'], COLUMNS)] == [
        (one, other) for one in names for other in names if one != other]
    assert [row[2] for row in table(paths['clusters'], GROUP_COLUMNS)] == names
    assert table(paths['findings'], FINDING_COLUMNS)[0][:2] == names[:2]


def test_scenes_of_a_table(run, listed):
    """Rows that follow each other with one name and scene, until the name of a view comes again; further headers."""
    code = f'ISCC:{code_of(bytes(range(32, 64)))}'

    def row(name: str, view: str, scene: int) -> str:
        return f'{name}\t{code}\t{view}\t{scene}\t9\t9\t'

    given = listed.table_of(
        '7', VIEW_HEADER, row('a', 'one', 1), row('a', 'two', 1), row('a', 'one', 1), row('a', 'two', 2),
        row('b', 'two', 2), VIEW_HEADER, row('b', 'one', 2), row('a', 'one', 1))
    rows = table(run(0, [given], outputs=('output', 'clusters'))['clusters'], GROUP_COLUMNS)
    assert [(row[2], row[8]) for row in rows] == [
        ('a', '7:2'), ('a', '7:4'), ('a', '7:5'), ('b', '7:6'), ('a', '7:9')]


GOOD = f'a\tISCC:{code_of(bytes(range(32, 64)))}\tpicture\t1\t9\t9\t'


@pytest.mark.parametrize('lines, reason', [
    ([], 'Dataset "table 8" is empty.'),
    ([VIEW_HEADER], 'Dataset "table 8" lists no view. Choose a table of Image-Codes'),
    ([GOOD], 'Dataset "table 8" is no table of Image-Codes: its first line should be name, image_code, view, scene, '),
    ([VIEW_HEADER, GOOD, GOOD + '\t'], 'Dataset "table 8", line 3: 8 column'),
    ([VIEW_HEADER, GOOD.replace('ISCC:', '')], 'Dataset "table 8", line 2: "EED'),
    ([VIEW_HEADER, GOOD.replace('ISCC:EED', 'ISCC:GAD')], 'Dataset "table 8", line 2: .*is no Image-Code of 256 bits'),
    ([VIEW_HEADER, GOOD.lower().replace('iscc', 'ISCC')], 'Dataset "table 8", line 2: .*is no Image-Code of 256 bits'),
    ([VIEW_HEADER, GOOD.replace('\t1\t', '\t0\t')], 'Dataset "table 8", line 2: "0" as scene'),
    ([VIEW_HEADER, GOOD.replace('\t9\t9', '\t9\t-9')], 'Dataset "table 8", line 2: "-9" as size_y'),
    ([VIEW_HEADER, '\\x' + GOOD], r'Dataset "table 8", line 2: .* is no escape'),
    (['name\tiscc_code\tsize\tdatahash\tkind'], 'Dataset "table 8" is a manifest of files, not a table of Image-Codes'),
    (['name\tiscc_code\tpixel_type'], 'Dataset "table 8" is a pixel manifest, not a table of Image-Codes. Choose a ta'),
    (['ISCC:K4AAY7TG4KHSQHO5HLEU7DN5Y35BXCNIY7GNLPG3MRYSEQOHM3QPTNY *a'], 'Dataset "table 8" is a checksum file, not'),
    (['group\tgroup_size\tfilename'], 'Dataset "table 8" is a table of groups, not a table of Image-Codes. Choose'),
    (['d41d8cd98f00b204e9800998ecf8427e  a.tiff'], 'Dataset "table 8" is a list of MD5 checksums, not a table of Im'),
])
def test_tables_that_are_not_understood(run, listed, lines, reason):
    good, _ = listed('7', [[bytes(range(60, 92))]] * 2)
    bad = listed.table_of('8', *lines)
    for codes, reference in ([good, bad], []), ([good], [bad]):
        with pytest.raises(JobError, match=f'^{reason}'):
            run(48, codes, reference)


def test_nothing_to_compare(run, listed):
    one, _ = listed('7', [[bytes(range(60, 92))]])
    for codes, reference, number in ([], [], 'no'), ([one], [], '1'), ([], [one], 'no'):
        with pytest.raises(JobError, match=f'^There is nothing to compare: {number} image was given. Choose at'):
            run(48, codes, reference)
    with pytest.raises(JobError, match='^The table of Image-Codes lists the images that this job reads, and none was'):
        run(48, [one, one], outputs=('output', 'views'))
    assert len(table(run(48, [one], [one])['output'], COLUMNS)) == 1


# What follows runs the command as a job does.

@pytest.fixture
def tool(tmp_path) -> Tool:
    outputs = ('output', 'findings', 'clusters', 'plot', 'gallery', 'views')
    return Tool(tmp_path, 'find_similar_images', outputs, IMAGE_SIMILARITY_BIN)


FIELD = TEST_DATA / 'look_alikes' / 'field.tiff'
VIEW = 'channel 1, middle plane'


def images_of(tool: Tool, contents: dict[str, bytes]) -> list[dict]:
    return [{**each, 'id': str(number)} for number, each in enumerate(tool.files_with(contents), start=11)]


@pytest.mark.parametrize('slots', [1, 2])
def test_images_are_read_and_compared(tool, listed, slots):
    """The same pixels in two files; of a file with two scenes each is an image."""
    tool.slots = slots
    field = tifffile.imread(FIELD)
    tifffile.imwrite(tool.folder / 'again', field)
    contents = {
        'field': FIELD, 'again': tool.folder / 'again', 'series': TEST_DATA / 'images' / 'series.ome.tiff',
    }
    datasets = images_of(tool, {name: path.read_bytes() for name, path in contents.items()})
    code = code_of_plane(field)
    reference, _ = listed('9', [[bytes(range(60, 92))]])
    done = tool.run(datasets=datasets, codes=[reference], reference=[], threshold=0)
    assert (done.returncode, done.stderr) == (0, '')
    rows = table(tool.output, COLUMNS)
    assert rows[:2] == [
        ['11', 'field', code, '12', 'again', code, '0', VIEW, VIEW],
        ['12', 'again', code, '11', 'field', code, '0', VIEW, VIEW],
    ]
    assert {(row[0], row[1]) for row in rows[2:]} == {('13', 'series#1'), ('13', 'series#2'), ('9:2', '9-0')}
    views = tool.outputs['views'].read_text().split('\n')
    assert views[:3] == [
        VIEW_HEADER, *(f'{name}\tISCC:{code}\t{VIEW}\t1\t128\t128\t' for name in ('field', 'again'))]
    assert {line.split('\t')[0] for line in views[3:-1]} == {'series#1', 'series#2'}
    assert table(tool.outputs['findings'], FINDING_COLUMNS)[0] == ['field', 'again', 'same pixels', '0']
    groups = {row[2]: row for row in table(tool.outputs['clusters'], GROUP_COLUMNS)}
    assert groups['field'][6] == groups['again'][6]
    assert len({row[6] for row in groups.values()}) == len(groups) - 1
    assert groups['again'][3] == 'same pixels'
    for picture in 'plot', 'gallery':
        Image.open(tool.outputs[picture]).verify()


def test_an_image_that_cannot_be_read_leaves_no_output(tool):
    whole = FIELD.read_bytes()
    datasets = images_of(tool, {'good': whole, 'cut off': whole[:-2000], 'also good': whole})
    done = tool.run(datasets=datasets, codes=[], reference=[], threshold=48)
    tool.fails(done, 'Image "cut off" can not be read whole.')


def test_one_image_is_nothing_to_compare(tool):
    datasets = images_of(tool, {'one': FIELD.read_bytes()})
    done = tool.run(datasets=datasets, codes=[], reference=[], threshold=48)
    tool.fails(done, 'There is nothing to compare: 1 image was given.')
