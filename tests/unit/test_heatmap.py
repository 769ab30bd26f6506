"""The picture of a comparison: colours, numbers, names and sizes, computed from what is drawn."""

import logging
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image

from clusters import clustered_codes, flipped, is_near, iscc_core_distance
from contents import some_bytes
from iscc_galaxy.iscc import iscc_codes
from iscc_galaxy.similarity.compared import ComparedDataset
from iscc_galaxy.similarity.data_code_comparison import compare_datasets
from iscc_galaxy.similarity.groups import group_datasets, group_table, Groups
from iscc_galaxy.similarity.picture import fonts, heatmap, shades
from iscc_galaxy.similarity.picture.drawn_names import drawn_names, LONGEST_NAME, shortened
from names import LONG, NAMES_IN_TABLES, UNICODE
from oracle import wide_code

# As Galaxy shows a picture.
WIDTH = 620
FORMULAS = ['$x^2$', '$(touch injected) $x^2$']
HOSTILE = [*NAMES_IN_TABLES, *FORMULAS, *UNICODE, *LONG]
KINDS = {'white': shades.SELF, 'orange': shades.IDENTICAL, 'blue': shades.SIMILAR, 'grey': shades.FAR}
# How light of red, green and blue reaches those who lack one kind of cones (Machado, Oliveira, Fernandes 2009).
COLOUR_BLIND = {
    'protan': [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    'deutan': [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    'tritan': [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def grouped(of: list[str], names: list[str] | None = None, threshold: int = 12) -> Groups:
    names = names or [f'dataset {number}' for number in range(len(of))]
    datasets = [ComparedDataset(str(number), name, code) for number, (name, code) in enumerate(zip(names, of))]
    return group_datasets(compare_datasets(datasets, None, threshold, 1))


def group_of(size: int, seed: int) -> list[str]:
    """Return the codes of datasets that are all similar to each other."""
    random = np.random.default_rng(seed)
    centre = random.bytes(16)
    return [wide_code(flipped(centre, number % 5), random.bytes(16)) for number in range(size)]


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    """Draw a picture; return its texts, the box of each at the width that Galaxy has, its axes, and its file."""
    def drawn(groups: Groups, threshold: int = 12) -> SimpleNamespace:
        seen = SimpleNamespace(path=tmp_path / 'picture.png')

        def picture(*given):
            figure = original(*given)
            figure.canvas.draw()
            scale = WIDTH / figure.bbox.width
            found = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
            seen.texts = [text.get_text() for text in found]
            seen.sizes = [text.get_size() / 72 * figure.dpi * scale for text in found]
            boxes = [text.get_window_extent(figure.canvas.get_renderer()) for text in found]
            seen.boxes = [np.array(box.extents) * scale for box in boxes]
            seen.page, seen.height = figure.axes[0], figure.bbox.height * scale
            return figure

        original = heatmap.picture
        with monkeypatch.context() as patch:
            patch.setattr(heatmap, 'picture', picture)
            heatmap.draw(groups, threshold, seen.path)
        return seen
    return drawn


def cells_of(seen: SimpleNamespace) -> tuple[np.ndarray, dict[tuple[int, int], str]]:
    """Return the kinds that the colours of the cells say, and the words in them by row and column."""
    image = seen.page.images[0]
    left, right, bottom, top = image.get_extent()
    colours = np.asarray(image.get_array())
    size = len(colours)
    words = {}
    for text in seen.page.texts:
        x, y = text.get_position()
        if left < x < right and top < y < bottom:
            words[int((y - top) / (bottom - top) * size), int((x - left) / (right - left) * size)] = text.get_text()
    return np.array([[KINDS[colour_name(colour)] for colour in row] for row in colours]), words


def colour_name(colour: np.ndarray) -> str:
    red, green, blue = colour
    if red == green == blue:
        return 'white' if red == 1 else 'grey'
    return 'orange' if red > blue else 'blue'


def check_readable(seen: SimpleNamespace) -> None:
    """Hold that no text lies over another or beyond the edges, and that none is tiny."""
    for one, other in combinations(range(len(seen.boxes)), 2):
        left, bottom = np.maximum(seen.boxes[one][:2], seen.boxes[other][:2])
        right, top = np.minimum(seen.boxes[one][2:], seen.boxes[other][2:])
        # Boxes of lines hold what letters need below and above.
        assert min(right - left, top - bottom) < 1.5, (seen.texts[one], seen.texts[other])
    edges = np.array(seen.boxes)
    assert edges[:, :2].min() >= 0 and edges[:, 2].max() <= WIDTH and edges[:, 3].max() <= seen.height
    assert min(seen.sizes) >= 7.9
    assert min(size for text, size in zip(seen.texts, seen.sizes) if not text.isdigit() and text != '=') >= 9


@pytest.mark.parametrize('count', [2, 5, 14, 15, 39])
@pytest.mark.parametrize('narrow', [0, 0.4, 1])
@pytest.mark.parametrize('threshold', [0, 12, 41])
def test_colours_and_numbers_of_cells_are_those_of_brute_force(drawn, count, narrow, threshold):
    groups = grouped((clustered_codes(count, count, narrow) * 2)[count // 3:][:count], None, threshold)
    kinds, words = cells_of(drawn(groups, threshold))
    assert kinds.shape == (count, count)
    codes = [dataset.code for dataset in groups.datasets]
    for one, other in np.ndindex(count, count):
        is_copy = groups.identical[one] == groups.identical[other]
        expected = shades.SIMILAR if is_near(codes[one], codes[other], threshold) else shades.FAR
        assert kinds[one, other] == (shades.SELF if one == other else shades.IDENTICAL if is_copy else expected)
        if one == other or (count >= 15 and groups.group[one] != groups.group[other]):
            assert (one, other) not in words
        else:
            doubled = 2 if any(map(iscc_codes.is_narrow, (codes[one], codes[other]))) else 1
            distance = str(iscc_core_distance(codes[one], codes[other]) * doubled)
            # Three digits have no room in small cells.
            assert words.get((one, other)) == ('=' if is_copy else distance) or (len(distance) == 3 and count == 39)


def test_colours_break_at_the_maximum_distance_also_for_the_colour_blind():
    distances = np.arange(129)
    for threshold in (0, 12, 64, 127):
        kinds = shades.kinds(distances, np.zeros(129, bool), threshold)
        colours = shades.colours(kinds, distances, threshold, 64)
        brightness = colours @ (0.3, 0.59, 0.11)
        assert np.all(np.diff(brightness[:threshold + 1]) >= 0) and brightness[threshold] < 0.7
        assert np.all(np.ptp(colours[threshold + 1:], axis=1) == 0) and brightness[threshold + 1:].min() > 0.8
        copy = np.array(to_rgb(shades.COPY))
        for matrix in (np.eye(3), *map(np.array, COLOUR_BLIND.values())):
            seen, seen_copy = (np.clip((each ** 2.2) @ matrix.T, 0, 1) ** (1 / 2.2) for each in (colours, copy))
            assert np.abs(seen - seen_copy).max(axis=1).min() > 0.25
            assert np.abs(seen[:threshold + 1, None] - seen[None, threshold + 1:]).max(axis=2).min() > 0.2


def test_text_is_readable_on_its_colour():
    assert [shades.text_colour(np.array(to_rgb(colour))) for colour in ('#08306b', shades.COPY, '#f3f3f3')] == [
        'white', 'white', '#333333']


@pytest.mark.parametrize('count', [2, 14, 39, 100])
def test_names_and_numbers_are_those_of_the_rows_of_the_groups_table(drawn, count):
    """In a heatmap the number comes behind the name, and all have one, in order; in a list it comes before."""
    groups = grouped(clustered_codes(count, 3), [f'name{number}' for number in range(count)])
    seen = drawn(groups)
    header, *rows = [line.rstrip('\n').split('\t') for line in group_table(groups)]
    number_of = {row[header.index('filename')]: str(number) for number, row in enumerate(rows, 1)}
    places = [place for place, text in enumerate(seen.texts) if text in number_of]
    named = {seen.texts[place]: seen.texts[place + 1 if count < 40 else place - 1] for place in places}
    assert named == {name: number for name, number in number_of.items() if name in named}
    assert list(named) == list(number_of)[:len(named)] if count < 40 else len(named) > 20
    assert len(named) == count or count > 39
    tops = [seen.boxes[place][3] for place in places]
    assert tops == sorted(tops, reverse=True) or count > 39


@pytest.mark.parametrize('count', [2, 5, 14, 15, 39, 40, 100, 400])
@pytest.mark.parametrize('threshold', [0, 12, 120, 128])
def test_a_picture_is_readable_in_galaxy(drawn, count, threshold):
    names = [f'2026-11_a screen/plate_{number // 96}/well_{number:04} of embryo {"x" * (number % 60)}.ome.tiff'
             for number in range(count)]
    seen = drawn(grouped(clustered_codes(count, count, 0.2), names, threshold), threshold)
    check_readable(seen)
    with Image.open(seen.path) as image:
        assert image.format == 'PNG' and 620 <= image.width <= 900 and 150 < image.height < 1500


@pytest.mark.parametrize('count', [39, 60])
def test_hostile_names_are_drawn_as_they_are_and_without_a_warning(drawn, recwarn, caplog, capfd, count):
    caplog.set_level(logging.WARNING)
    for first in range(0, len(HOSTILE), count):
        names = [HOSTILE[(first + number) % len(HOSTILE)] for number in range(count)]
        seen = drawn(grouped(group_of(count, 1), names))
        check_readable(seen)
        assert not {name for name in FORMULAS if name in names} - set(seen.texts) or count > 39
    assert [str(warning.message) for warning in recwarn.list] == []
    assert caplog.records == [] and capfd.readouterr() == ('', '')


@pytest.mark.parametrize('number_of_groups', [1, 2, 10, 200])
@pytest.mark.parametrize('size', [2, 9, 10, 40])
def test_as_many_of_the_largest_groups_as_find_room_are_listed(drawn, number_of_groups, size):
    of = [code for number in range(number_of_groups) for code in group_of(size, number)]
    of += [wide_code(some_bytes(16, f'alone {number}'), some_bytes(16, str(number))) for number in range(60)]
    seen = drawn(grouped(of))
    check_readable(seen)
    plural = '' if number_of_groups == 1 else 's'
    found = f'{number_of_groups} group{plural} with {len(of) - 60:,} datasets'
    assert seen.texts[0] == f'{len(of):,} datasets: {found}; 60 similar to no other'
    listed = [text for text in seen.texts if text.startswith('Group ')]
    assert listed == [f'Group {number}: {size} datasets' for number in range(1, len(listed) + 1)]
    assert len(listed) == number_of_groups or len(listed) >= 8
    left_out = number_of_groups - len(listed)
    assert any(text.startswith(f'and {left_out} more group') for text in seen.texts) == (left_out > 0)
    shown = [text for text in seen.texts if text.endswith((' bit', ' bits', 'equal Data-Code')) and text[0] != 's']
    more = [int(text.split()[1]) for text in seen.texts if text.startswith('and ') and text.endswith(' more')]
    assert len(shown) + len(listed) + sum(more) == size * len(listed)
    assert len(shown) >= min(size - 1, 7) * len(listed)


def test_the_list_says_what_is_a_copy_of_what(drawn):
    centre, near = bytes(16), flipped(bytes(16), 1, 2, 3)
    of = [wide_code(centre, b'a' * 16), wide_code(centre, b'a' * 16), wide_code(centre, b'b' * 16),
          wide_code(near, b'c' * 16), wide_code(near, b'c' * 16), iscc_codes.narrowed(wide_code(near, b'd' * 16))]
    of += [wide_code(some_bytes(16, f'alone {number}'), some_bytes(16, str(number))) for number in range(40)]
    seen = drawn(grouped(of, [f'name{number}' for number in range(46)]))
    places = [seen.texts.index(f'name{number}') for number in range(6)]
    lines = {seen.texts[place]: (seen.texts[place - 1], seen.texts[place + 1]) for place in places}
    assert lines == {
        'name0': ('1', 'representative'), 'name1': ('2', 'bit-identical'), 'name2': ('3', 'equal Data-Code'),
        'name5': ('4', 'equal Data-Code'), 'name3': ('5', '3 bits'), 'name4': ('6', 'identical to 5'),
    }
    assert '2 bit-identical copies could be deleted without losing content.' in seen.texts
    boxes = [patch.get_facecolor()[:3] for patch in seen.page.patches[-6:]]
    assert [colour_name(np.array(colour)) for colour in boxes] == ['white', 'orange', 'blue', 'blue', 'blue', 'orange']


@pytest.mark.parametrize('threshold, near', [(0, 'equal Data-Codes'), (1, 'up to 1 bit'), (12, 'up to 12 bits')])
@pytest.mark.parametrize('count', [10, 50])
def test_colours_are_said_in_words(drawn, count, threshold, near):
    texts = drawn(grouped(clustered_codes(count, 1), None, threshold), threshold).texts
    assert {'bit-identical', f'similar: {near}', 'not similar'} <= set(texts)
    if count == 50:
        assert {'\u25c4 similar', 'not similar \u25ba', 'unrelated data are about 64 apart'} <= set(texts)


@pytest.mark.parametrize('count', [5, 150])
def test_a_picture_of_datasets_that_are_all_equal_or_all_alone(drawn, count):
    equal = drawn(grouped(clustered_codes(1, 0) * count))
    check_readable(equal)
    assert equal.texts[0] == f'{count} datasets: 1 group with all of them'
    alone = [wide_code(some_bytes(16, str(number)), some_bytes(16, f'x{number}')) for number in range(count)]
    seen = drawn(grouped(alone))
    check_readable(seen)
    assert seen.texts[0] == f'{count} datasets: none is similar to another'


def test_a_lone_dataset_that_matches_nothing_in_a_reference(drawn):
    check_readable(drawn(grouped(clustered_codes(1, 0))))


def test_what_all_names_begin_and_end_with_is_said_once(drawn):
    for count in (6, 50):
        seen = drawn(grouped(group_of(count, 1), [f'a folder/plate_{number:02}.tif' for number in range(count)]))
        assert 'Names begin with "a folder/plate_"' in seen.texts and '05.tif' in seen.texts


@pytest.mark.parametrize('names, expected', [
    (['run_1/a.tif', 'run_1/b.tif'], ('run_1/', '', ['a.tif', 'b.tif'])),
    (['sample_a1', 'sample_a2'], ('sample_', '', ['a1', 'a2'])),
    (['microscope00012', 'microscope00013'], ('microscope', '', ['00012', '00013'])),
    (['same.tif', 'same.tif'], ('', '', ['same.tif', 'same.tif'])),
    (['sample_', 'sample_b'], ('', '', ['sample_', 'sample_b'])),
    (['a/b', 'a/c'], ('', '', ['a/b', 'a/c'])),
    (['', 'long/name'], ('', '', ['(no name)', 'long/name'])),
    (['x' * 20 + '.ome.tiff', 'y.ome.tiff'], ('', '.ome.tiff', ['x' * 20, 'y'])),
    (['only one/name.ome.tiff.with.a.long.end'], ('', '', ['only one/name.ome.tiff.with.a.long.end'])),
    ([], ('', '', [])),
])
def test_names_are_drawn_without_what_they_share(names, expected):
    assert drawn_names(names) == expected


def test_names_in_the_picture_are_short_and_visible():
    assert shortened('a\tb\u202ec') == 'a\ufffdb\ufffdc'
    assert (shortened(''), shortened('  ')) == ('(no name)', '"  "')
    assert shortened('z' + '\u0301' * 40 + 'y') == 'z\u0301\u0301y'
    assert shortened('\ud800') == '\ufffd'
    long = shortened('begin' + 'x' * 100 + 'end')
    assert len(long) <= LONGEST_NAME and long.startswith('begin') and long.endswith('end')


def test_letters_that_the_usual_font_lacks_are_drawn_with_another_font_if_there_is_one(monkeypatch):
    letters_of = {name: {ord(letter) for letter in letters} for name, letters in (
        (fonts.FONT, 'abc'), ('Emoji', ''), ('Han', '\u65e5\u672c'), ('Last Resort', 'abc\u65e5\u672c\uac00\u0e01'),
        ('Many', 'abc\u65e5\u672c\uac00'))}

    def get_font(name):
        if name == 'Emoji':
            raise RuntimeError('a font of pictures')
        return SimpleNamespace(get_charmap=lambda: dict.fromkeys(letters_of[name]))

    monkeypatch.setattr(fonts, 'get_font', get_font)
    entries = [SimpleNamespace(name=name, fname=name) for name in reversed(letters_of)]
    monkeypatch.setattr(fonts, 'fontManager', SimpleNamespace(ttflist=entries))
    assert fonts.fonts_for('abc') == [fonts.FONT]
    assert fonts.fonts_for('a\u65e5') == [fonts.FONT, 'Han']
    # One font has a box for each letter, which says less than any other.
    assert fonts.fonts_for('\uac00\u0e01') == [fonts.FONT, 'Many']
