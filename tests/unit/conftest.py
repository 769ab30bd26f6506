"""Run the scripts of the tools as their jobs do: in the environment that holds the declared requirements alone."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from local_galaxy.configuration import ENVIRONMENTS, TOOLS

JOBS = ENVIRONMENTS / 'jobs' / 'bin'


class Generate:
    """One run of Generate ISCC-CODE after another, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / 'output'
        self.path_first = ''

    def job(self, dataset: dict, output_format: str = 'code', narrow: bool = False, units: bool = False):
        """Run the script on what Galaxy would say of a dataset; give the finished process."""
        entry = {
            'extra_files_path': str(self.folder / 'no such folder'), 'is_directory': False, 'composite_type': None,
            'store_root': '', **dataset,
        }
        options = {'dataset': entry, 'output_format': output_format, 'narrow': narrow, 'units': units}
        job_file = self.folder / 'job.json'
        job_file.write_text(json.dumps(options))
        self.output.unlink(missing_ok=True)
        return subprocess.run(
            [JOBS / 'python', TOOLS / 'iscc_sum' / 'generate_code.py', job_file, self.output],
            env={'PATH': f'{self.path_first}{JOBS}:/usr/bin:/bin'}, capture_output=True, text=True,
        )

    def file(self, content: bytes, name: str = 'image.raw', **options) -> str:
        """Hash some bytes as a dataset and give what is in the output; nothing may be said beside it."""
        path = self.folder / 'dataset.dat'
        path.write_bytes(content)
        done = self.job({'name': name, 'path': str(path)}, **options)
        assert (done.returncode, done.stdout, done.stderr) == (0, '', '')
        return self.output.read_text(encoding='utf-8')

    def folder_job(self, root: Path, name: str = 'image.zarr', **options):
        """Run the script on a directory dataset."""
        placeholder = self.folder / 'placeholder.dat'
        placeholder.touch()
        return self.job({
            'name': name, 'path': str(placeholder), 'extra_files_path': str(root), 'is_directory': True,
        }, **options)

    def fails(self, done: subprocess.CompletedProcess, *words: str) -> None:
        """Insist that a run failed with one sentence that has these words in it, and left no output."""
        assert done.returncode == 1
        assert 'Traceback' not in done.stderr
        for word in words:
            assert word in done.stderr
        assert not self.output.exists()


@pytest.fixture
def generate(tmp_path: Path) -> Generate:
    return Generate(tmp_path)


@pytest.fixture
def fake_iscc_sum(generate: Generate):
    """Put a shell script in the place of the `iscc-sum` command."""
    def install(script: str) -> None:
        folder = generate.folder / 'fake'
        folder.mkdir()
        command = folder / 'iscc-sum'
        command.write_text(f'#!/bin/sh\nreal="{JOBS}/iscc-sum"\n{script}\n')
        os.chmod(command, 0o755)
        generate.path_first = f'{folder}:'
    return install
