"""The gallery of similar images: what is drawn of each group, where, and in which colour."""

import io
import logging
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from iscc_galaxy.similarity.compared import ComparedDataset
from iscc_galaxy.similarity.groups import Groups
from iscc_galaxy.similarity.kinds import IMAGES
from iscc_galaxy.similarity.picture import gallery, gallery_rows
from names import LONG, NAMES_IN_TABLES, UNICODE

# As Galaxy shows a picture.
WIDTH = 620
FORMULAS = ['$x^2$', '$(touch injected) $x^2$']
HOSTILE = [*FORMULAS, *NAMES_IN_TABLES, *UNICODE, *LONG]
ALONE = [(0, '')]
LINKED = 'What is not similar to the representative is similar to others of the group.'


def groups_of(members: list[list[tuple[int, str]]], names: list[str] | None = None) -> Groups:
    """Return groups, each of distances to its first member, and letters of which equal ones mean the same pixels."""
    sizes = [len(group) for group in members]
    first = np.cumsum([0, *sizes[:-1]])
    distances, pixels = zip(*(member for group in members for member in group))
    count = len(distances)
    names = names or [f'im{place}' for place in range(count)]
    numbers = {}
    comparison = SimpleNamespace(kind=IMAGES, bits_compared=lambda one, other: np.full(len(one), 256))
    return Groups(
        comparison, np.arange(count),
        [ComparedDataset(str(place), names[place % len(names)], '') for place in range(count)],
        np.repeat(np.arange(1, len(sizes) + 1), sizes), np.repeat(sizes, sizes), np.repeat(first, sizes),
        np.array(distances), [numbers.setdefault(each or place, len(numbers) + 1) for place, each in enumerate(pixels)],
    )


def similar(size: int) -> list[tuple[int, str]]:
    """Return the members of a group without copies."""
    return [(place % 40, '') for place in range(size)]


def png(*shape: int, value: int = 120) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full(shape, value, np.uint8)).save(file, 'PNG')
    return file.getvalue()


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    """Draw a gallery; return its format, its file, and of each page the texts, the boxes of these and of thumbnails."""
    def drawn(groups: Groups, thumbnails: list[bytes | None] | None = None, threshold: int = 48) -> SimpleNamespace:
        seen = SimpleNamespace(path=tmp_path / 'gallery', pages=[])

        def picture(*given):
            figure = original(*given)
            figure.canvas.draw()
            scale = WIDTH / figure.bbox.width
            found = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
            extents = [each.get_window_extent(figure.canvas.get_renderer()).extents * scale
                       for each in [*found, *figure.axes[0].images]]
            seen.pages.append(SimpleNamespace(
                texts=[text.get_text() for text in found], boxes=extents[:len(found)], images=extents[len(found):],
                smallest=min(text.get_size() for text in found) / 72 * figure.dpi * scale,
                height=figure.bbox.height * scale))
            return figure

        original = gallery.picture
        thumbnails = [png(9, 12)] * len(groups.datasets) if thumbnails is None else thumbnails
        with monkeypatch.context() as patch:
            patch.setattr(gallery, 'picture', picture)
            seen.format = gallery.draw_gallery(groups, thumbnails, threshold, seen.path)
        check_readable(seen)
        return seen
    return drawn


def check_readable(seen: SimpleNamespace) -> None:
    """Hold that no text lies over a text or a thumbnail or beyond the edges, and that none is tiny."""
    for page in seen.pages:
        boxes = np.array([*page.boxes, *page.images])
        overlaps = np.minimum(boxes[:, None, 2:], boxes[:, 2:]) - np.maximum(boxes[:, None, :2], boxes[:, :2])
        # Boxes of lines hold what letters need below and above.
        one, other = np.argwhere(np.triu(overlaps.min(axis=-1) > 1.5, 1)).T
        names = [*page.texts, *['a thumbnail'] * len(page.images)]
        assert [(names[first], names[second]) for first, second in zip(one, other)] == []
        assert boxes[:, :2].min() >= 0 and boxes[:, 2].max() <= WIDTH and boxes[:, 3].max() <= page.height
        assert page.smallest >= 9


def texts_of(seen: SimpleNamespace) -> list[str]:
    return [text for page in seen.pages for text in page.texts]


def colour_beside(seen: SimpleNamespace, text_place: int) -> str:
    """Return the colour on which a text of a PNG stands, a little left of it."""
    pixels = np.asarray(Image.open(seen.path).convert('RGB')).astype(int)
    left, bottom, _, top = seen.pages[0].boxes[text_place] * pixels.shape[1] / WIDTH
    red, green, blue = pixels[int(len(pixels) - (bottom + top) / 2), int(left - 4)]
    if red == green == blue:
        return 'white' if red == 255 else 'grey'
    return 'orange' if red > blue else 'blue'


def test_each_image_has_its_relation_in_words_and_its_frame_in_a_colour(drawn):
    members = [(0, 'a'), (0, 'a'), (0, ''), (12, 'b'), (12, 'b'), (48, ''), (49, '')]
    seen = drawn(groups_of([members, [(0, 'c'), (0, 'c')], ALONE]))
    page, = seen.pages
    places = [page.texts.index(f'im{place}') for place in range(9)]
    # Before the name come its number, and before that the relation.
    assert [page.texts[place - 1] for place in places] == [str(number) for number in range(1, 10)]
    relations = [(page.texts[place - 2], colour_beside(seen, place - 2)) for place in places]
    assert relations == [
        ('representative', 'white'), ('same pixels', 'orange'), ('0 of 256 bits', 'blue'), ('12 of 256 bits', 'blue'),
        ('same pixels as 4', 'orange'), ('48 of 256 bits', 'blue'), ('49 of 256 bits', 'grey'),
        ('representative', 'white'), ('same pixels', 'orange'),
    ]
    for place in places:
        name, number, relation = (page.boxes[place - behind] for behind in range(3))
        assert number[2] < name[0] and relation[1] > name[3]
        assert number[0] - 1 < relation[0] and relation[2] < number[0] + 112
    assert 'im9' not in page.texts
    assert {'same pixels', 'similar: up to 48 bits', 'not similar'} <= set(page.texts)
    assert {'2 with the same pixels', '3 with the same pixels as another image.', LINKED} <= set(page.texts)


def test_the_same_pixels_in_two_groups_are_no_copies(drawn):
    """Where two groups share pixels, neither is a copy of an image that a reader finds elsewhere."""
    texts = texts_of(drawn(groups_of([[(0, 'a'), (3, 'b')], [(0, 'a'), (3, 'b')]])))
    assert texts.count('3 of 256 bits') == 2 and texts.count('same pixels') == 1


def test_thumbnails_are_seen_in_their_shape_on_a_mat(drawn):
    shapes = [(1, 1), (128, 1), (3, 128), (128, 20, 3), (96, 128), (128, 96, 3)]
    seen = drawn(groups_of([similar(7)]), [*(png(*shape) for shape in shapes), None])
    page, = seen.pages
    pixels = np.asarray(Image.open(seen.path).convert('RGB')).astype(int)
    scale = pixels.shape[1] / WIDTH
    for (rows, columns, *_), (left, bottom, right, top) in zip(shapes, page.images, strict=True):
        assert max(right - left, top - bottom) == pytest.approx(106)
        assert (right - left) * rows == pytest.approx((top - bottom) * columns)
        x, y = (left + right) / 2, (bottom + top) / 2
        assert np.all(pixels[int(len(pixels) - y * scale), int(x * scale)] == 120)
        if rows != columns:
            beside = (x, y + 50) if columns > rows else (x + 50, y)
            assert np.all(pixels[int(len(pixels) - beside[1] * scale), int(beside[0] * scale)] == 235)
    assert page.texts.count('code from a table') == 1


@pytest.mark.parametrize('members, expected', [
    ([ALONE] * 23, '23 images: none is similar to another'),
    ([ALONE], '1 image: none is similar to another'),
    ([similar(2)], '2 images: 1 group with all of them'),
    ([similar(5), similar(4), similar(2), *[ALONE] * 12], '23 images: 3 groups with 11 images; 12 similar to no other'),
    ([similar(1500), *[ALONE] * 1200], '2,700 images: 1 group with 1,500 images; 1,200 similar to no other'),
])
def test_the_result_is_said_in_one_sentence(drawn, members, expected):
    seen = drawn(groups_of(members))
    assert seen.format == 'png' and seen.pages[0].texts[0] == expected
    assert len(seen.pages[0].images) == min(40, sum(len(group) for group in members if len(group) > 1))


def test_a_picture_without_groups_says_so(drawn):
    seen = drawn(groups_of([ALONE] * 3), [None] * 3, 20)
    assert seen.pages[0].texts == [
        '3 images: none is similar to another', 'same pixels', 'similar: up to 20 bits', 'not similar']


def test_thumbnails_are_those_of_the_images(drawn):
    """They are in the order of the groups, which is not that of the comparison."""
    groups = replace(groups_of([similar(3), ALONE]), places=np.array([2, 3, 1, 0]))
    seen = drawn(groups, [png(5, 5, value=50 * number) for number in range(4)])
    pixels = np.asarray(Image.open(seen.path).convert('L'))
    scale = pixels.shape[1] / WIDTH
    middles = [((box[0] + box[2]) / 2 * scale, (box[1] + box[3]) / 2 * scale) for box in seen.pages[0].images]
    assert [pixels[int(len(pixels) - y), int(x)] for x, y in middles] == [0, 50, 100]


@pytest.mark.parametrize('sizes', [[2], [2] * 3, [3, 2, 2, 2], [5, 5], [6, 4], [40, 2], [41], [500, 7], [2] * 34,
                                   [45, 40, 40]])
def test_every_group_is_shown_with_its_first_members(drawn, sizes):
    seen = drawn(groups_of([*map(similar, sizes), ALONE]))
    texts = texts_of(seen)
    headings = [text for text in texts if re.fullmatch(r'Group \d+: [\d,]+ images', text)]
    assert headings == [f'Group {number}: {size} images' for number, size in enumerate(sizes, 1)]
    more = [text for text in texts if text.endswith('in this group: see the groups table')]
    assert more == [f'and {size - 40} more in this group: see the groups table' for size in sizes if size > 40]
    starts = np.cumsum([0, *sizes])
    expected = [f'im{start + place}' for start, size in zip(starts, sizes) for place in range(min(size, 40))]
    assert [text for text in texts if text.startswith('im') and text[2:].isdigit()] == expected


def test_two_groups_of_two_share_a_row_and_have_a_gap_between_them(drawn):
    page, = drawn(groups_of([similar(3), *[similar(2)] * 3])).pages
    lefts = [round(left) for left, *_ in page.images]
    tops = [round(top) for *_, top in page.images]
    assert lefts[3:7] == [lefts[0], lefts[1], lefts[2] + lefts[1] - lefts[0], lefts[6]] and lefts[6] > lefts[5]
    assert tops[0] > tops[3] == tops[4] == tops[5] == tops[6] > tops[7]


def test_a_long_gallery_has_pages_on_which_continued_groups_name_their_representative(drawn):
    seen = drawn(groups_of([similar(7), *[similar(40)] * 3, similar(2)]))
    assert seen.format == 'pdf' and len(seen.pages) > 3
    content = seen.path.read_bytes()
    assert content.startswith(b'%PDF') and len(re.findall(rb'/Type /Page\b', content)) == len(seen.pages)
    assert {round(page.height) for page in seen.pages} == {877}
    for number, page in enumerate(seen.pages, 1):
        assert f'page {number} of {len(seen.pages)}' in page.texts
        # No page begins with tiles of which nobody knows the group.
        tops = {text: box[3] for text, box in zip(page.texts, page.boxes) if text.startswith('Group ')}
        assert max(tops.values()) > max(image[3] for image in page.images)
    continued = [text for text in texts_of(seen) if text.endswith('continued')]
    numbers = [text for text in texts_of(seen) if text.startswith('The representative has')]
    representative = {'2': 8, '3': 48, '4': 88}
    assert numbers == [
        f'The representative has the number {representative[re.search("[0-9]", text)[0]]}.' for text in continued]
    assert set(continued) == {f'Group {number}: continued' for number in representative}


def test_a_picture_is_no_higher_than_4000_pixels(drawn):
    """One more group than finds room, and there are pages."""
    formats = []
    for number in (14, 15, 16):
        seen = drawn(groups_of([similar(3)] * number))
        formats.append(seen.format)
        if seen.format == 'png':
            with Image.open(seen.path) as image:
                assert image.format == 'PNG' and image.height <= 4000
    assert formats == ['png', 'png', 'pdf']


def test_groups_beyond_what_anyone_looks_through_are_counted(drawn, monkeypatch):
    monkeypatch.setattr(gallery_rows, 'MOST_IMAGES', 6)
    texts = texts_of(drawn(groups_of([similar(4), *[similar(2)] * 4])))
    assert [text for text in texts if text.startswith('Group ')] == ['Group 1: 4 images', 'Group 2: 2 images']
    assert texts[-1] == 'and 3 more groups: see the groups table'


def test_hostile_names_are_drawn_as_they_are_and_without_a_warning(drawn, recwarn, caplog, capfd):
    caplog.set_level(logging.WARNING)
    seen = drawn(groups_of([similar(40)] * (len(HOSTILE) // 40 + 1), HOSTILE), [None] * (len(HOSTILE) + 40))
    texts = texts_of(seen)
    assert FORMULAS[0] in texts and '$(touch injected) ' in texts and '(no name)' in texts
    assert [str(warning.message) for warning in recwarn.list] == []
    assert caplog.records == [] and capfd.readouterr() == ('', '')


@pytest.mark.parametrize('letter', ['x', 'W', 'i', '\U0001f600', '\u65e5', '\u05d0'])
def test_long_names_lose_nothing_where_they_are_broken(drawn, letter):
    names = [f'{number}.{letter * 20}_{letter * 12}-{number}' for number in range(3)]
    texts = texts_of(drawn(groups_of([similar(3)], names)))
    for number, name in enumerate(names, 1):
        begin = texts.index(str(number)) + 1
        assert ''.join(texts[begin:begin + 8]).startswith(name) and texts[begin] != name


@pytest.mark.parametrize('members', [[similar(3)], [similar(2)] * 32])
def test_the_same_gallery_is_the_same_file(drawn, members):
    first = drawn(groups_of(members)).path.read_bytes()
    assert drawn(groups_of(members)).path.read_bytes() == first


@pytest.mark.parametrize('threshold, words', [
    (0, 'similar: equal Image-Codes'), (1, 'similar: up to 1 bit'), (256, 'similar: up to 256 bits')])
def test_the_maximum_distance_is_said_in_words(drawn, threshold, words):
    seen = drawn(groups_of([[(0, ''), (0, ''), (1, '')]]), threshold=threshold)
    assert words in texts_of(seen)
    assert (LINKED in texts_of(seen)) == (threshold == 0)
