"""What the checkout holds."""

import subprocess

from local_galaxy.configuration import CHECKOUT

LARGEST_FILE_BYTES = 1_000_000


def test_no_file_is_large():
    names = subprocess.run(['git', 'ls-files', '-z'], cwd=CHECKOUT, capture_output=True, check=True, text=True).stdout
    sizes = {name: (CHECKOUT / name).lstat().st_size for name in names.split('\0') if name}
    assert {name: size for name, size in sizes.items() if size > LARGEST_FILE_BYTES} == {}
