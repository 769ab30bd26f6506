"""Names that are nearly equal: found where they differ in what people and systems change, and never guessed."""

import pytest
from hypothesis import given, strategies as st

from iscc_galaxy.similarity.near_names import listed_file_by_file, near_names


def pairs(listed: list[str], found: list[str]) -> list[tuple[str, str]]:
    return [(near.listed, near.found) for near in near_names(listed, found)]


@pytest.mark.parametrize('listed, found, difference', [
    ('u\u0308.tiff', '\xfc.tiff', 'in how letters are composed'),
    ('plate\\a.tiff', 'plate/a.tiff', 'in how letters are composed'),
    ('"a, b.tiff"', 'a, b.tiff', 'in how letters are composed'),
    ('"a ""b"""', 'a "b"', 'in how letters are composed'),
    ('a.tif', 'a.tiff', 'in the extension'),
    ('a.TIF', 'a.tif', 'in the extension'),
    ('a', 'a.png', 'in the extension'),
    ('a.ome.tiff', 'a', 'in the extension'),
    ('a.ome', 'a.ome.tiff', 'in the extension'),
    ('a.nii.gz', 'a.nii', 'in the extension'),
    ('plate 1/a.tiff', 'a.tiff', 'in the folders'),
    ('x/a.tiff', 'y/a.tiff', 'in the folders'),
    ('C:\\data\\a.tiff', 'a.tiff', 'in the folders'),
    ('data/a.tif', 'a', 'in the extension, and in the folders'),
    ('a.ome.tiff', 'a.ome.zarr', 'in the extension'),
    ('a.ome.tif', 'a.tiff', 'in the extension'),
    ('a.ome.tiff#2', 'a.zarr#2', 'in the extension'),
    ('a.ome.tif#12', 'a#12', 'in the extension'),
    ('x/a.ome.zarr#2', 'a.tiff#2', 'in the extension, and in the folders'),
    ('x/a#2', 'y/a#2', 'in the folders'),
])
def test_names_that_differ_in_one_way(listed, found, difference):
    near, = near_names([listed], [found])
    assert (near.listed, near.found) == (listed, found)
    assert near.difference.startswith(difference)


@pytest.mark.parametrize('listed, found', [
    ('a', 'b'), ('a.tiff', 'b.tiff'), ('A', 'a'), ('a 1', 'a 2'), ('a.1', 'a.2'), ('', 'a'), ('', '.tiff'),
    ('.tiff', '.png'), ('a/', 'b/'), ('frame.0001', 'frame.0002'), ('a.tiff#1', 'a.zarr#2'), ('a.tiff', 'a.zarr#1'),
    ('.tiff#1', '.png#1'), ('x/.tiff#1', 'x/.png#1'), ('a.tiff#b', 'a.zarr#b'), ('a.tiff#', 'a.zarr#'),
    ('a.tiff#1#2', 'a.zarr#1#2'), ('a#1.tiff', 'a#2.tiff'),
])
def test_names_that_are_not_nearly_equal(listed, found):
    assert pairs([listed], [found]) == []


def test_names_that_both_sides_have_are_left_out():
    assert pairs(['a.tiff'], ['a.tiff', 'a.tif']) == []


def test_an_ambiguous_name_is_not_guessed():
    assert pairs(['a.tif', 'a.png'], ['a']) == []
    assert pairs(['x/a', 'y/a'], ['a']) == []
    assert pairs(['x/a.tif', 'y/a.tif'], ['x/a', 'y/a']) == [('x/a.tif', 'x/a'), ('y/a.tif', 'y/a')]


@given(*[st.sets(st.sampled_from([
    'a', 'a.tif', 'a.tiff', 'x/a', 'x/a.tif', 'b', '"b"', 'y\\b.png', 'y/b', '', 'a.tif#2', 'a#2',
]))] * 2)
def test_each_name_is_in_one_pair_at_most_whatever_the_order(listed, found):
    near = pairs(sorted(listed), sorted(found))
    assert near == pairs(sorted(listed, reverse=True), sorted(found, reverse=True))
    for side, names in (0, listed - found), (1, found - listed):
        used = [pair[side] for pair in near]
        assert len(set(used)) == len(used) and set(used) <= names


def test_a_folder_listed_file_by_file():
    assert listed_file_by_file(['a.zarr/0/0', 'b', 'c/d'], ['a.zarr', 'b', 'c', 'd', '']) == ['a.zarr', 'c']
    assert listed_file_by_file(['a/' * 30_000] * 100, ['a', 'a/a', 'b']) == ['a', 'a/a']
