"""An export is written whole, to a folder that is new, or not at all; and a page says of each how to use it."""

import re
import sys

import pytest

from exports.folders import export
from local_galaxy.configuration import CHECKOUT


@pytest.fixture
def written(monkeypatch, tmp_path):
    """Export to a folder by a function that writes there, as the command does; return the folder."""
    def run(write, name: str = 'new'):
        monkeypatch.setattr(sys, 'argv', ['export', name and str(tmp_path / name)])
        export(write)
        return tmp_path / name
    return run


def write_one(folder):
    folder.mkdir(exist_ok=True)
    (folder / 'file').write_text('whole')


def write_half(folder):
    write_one(folder)
    raise OSError('no space left')


@pytest.mark.parametrize('is_there', [False, True])
def test_a_new_or_empty_folder_is_written(written, tmp_path, is_there):
    if is_there:
        (tmp_path / 'new').mkdir()
    assert (written(write_one) / 'file').read_text() == 'whole'


def test_nothing_is_added_to_what_is_there(written, tmp_path):
    (tmp_path / 'old').write_text('mine')
    for name in ('', 'old'):
        with pytest.raises(SystemExit, match='new folder|folder that is new'):
            written(write_one, name)
    (tmp_path / 'new').mkdir()
    (tmp_path / 'new' / 'mine').touch()
    with pytest.raises(SystemExit, match='is there already'):
        written(write_one)
    assert sorted(path.name for path in tmp_path.rglob('*')) == ['mine', 'new', 'old']


def test_half_an_export_is_removed(written, tmp_path):
    with pytest.raises(OSError):
        written(write_half)
    assert not list(tmp_path.iterdir())


def test_the_page_has_every_command_and_each_has_a_module():
    makefile = (CHECKOUT / 'Makefile').read_text()
    command = r"^([a-z-]+): .*\n\t@\$\(DEV\)/python -m exports\.(\w+) '\$\(OUT\)'$"
    commands = dict(re.findall(command, makefile, re.MULTILINE))
    page = (CHECKOUT / 'docs' / 'communities.md').read_text()
    assert set(re.findall(r'^\| `make ([a-z-]+) OUT=FOLDER` \|', page, re.MULTILINE)) == commands.keys()
    writing = {path.stem for path in (CHECKOUT / 'exports').glob('*.py') if '    export(write)\n' in path.read_text()}
    assert set(commands.values()) == writing != set()
