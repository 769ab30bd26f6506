"""What the checkout holds."""

import subprocess

from local_galaxy.configuration import CHECKOUT, TOOLS

LARGEST_FILE_BYTES = 1_000_000


def test_no_file_is_large():
    names = subprocess.run(['git', 'ls-files', '-z'], cwd=CHECKOUT, capture_output=True, check=True, text=True).stdout
    sizes = {name: (CHECKOUT / name).lstat().st_size for name in names.split('\0') if name}
    assert {name: size for name, size in sizes.items() if size > LARGEST_FILE_BYTES} == {}


def test_what_tools_share_is_symlinked_file_by_file():
    """A ToolShed archive holds a symlinked file's content, but silently drops a symlinked folder."""
    links = [path for path in TOOLS.rglob('*') if path.is_symlink()]
    assert links
    assert all(link.is_file() for link in links)
