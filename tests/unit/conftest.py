"""Run the scripts of the tools as their jobs do: in the environment that holds the declared requirements alone."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from local_galaxy.configuration import JOBS_BIN, TOOLS


class Tool:
    """One run of a tool's script after another, with the output in the same place."""

    def __init__(self, folder: Path, script: str) -> None:
        self.folder = folder
        self.script = TOOLS / script
        self.output = folder / 'output'
        self.path_first = ''

    def run(self, dataset: dict, **options) -> subprocess.CompletedProcess:
        """Run the script on what Galaxy would say of a dataset, and the other values of the form."""
        entry = {
            'extra_files_path': str(self.folder / 'no such folder'), 'is_directory': False, 'composite_type': None,
            'store_root': '', **dataset,
        }
        job_file = self.folder / 'job.json'
        job_file.write_text(json.dumps({'dataset': entry, **options}))
        self.output.unlink(missing_ok=True)
        return subprocess.run(
            [JOBS_BIN / 'python', self.script, job_file, self.output],
            env={'PATH': f'{self.path_first}{JOBS_BIN}:/usr/bin:/bin'}, capture_output=True, text=True,
        )

    def file_with(self, content: bytes, name: str = 'image.raw') -> dict:
        """Make a dataset of some bytes."""
        path = self.folder / 'dataset.dat'
        path.write_bytes(content)
        return {'name': name, 'path': str(path)}

    def succeeds(self, done: subprocess.CompletedProcess) -> str:
        """Insist that a run went well without a word, and give its output."""
        assert (done.returncode, done.stdout, done.stderr) == (0, '', '')
        return self.output.read_text(encoding='utf-8')

    def fails(self, done: subprocess.CompletedProcess, *words: str) -> None:
        """Insist that a run failed with a message that has these words in it, and left no output."""
        assert done.returncode == 1
        assert 'Traceback' not in done.stderr
        for word in words:
            assert word in done.stderr
        assert not self.output.exists()


class Generate(Tool):
    """Generate ISCC-CODE."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 'iscc_sum/generate_code.py')

    def job(self, dataset: dict, output_format: str = 'code', narrow: bool = False, units: bool = False):
        """Run the script with the defaults of the form."""
        return self.run(dataset, output_format=output_format, narrow=narrow, units=units)

    def file(self, content: bytes, name: str = 'image.raw', **options) -> str:
        """Hash some bytes as a dataset and give what is in the output."""
        return self.succeeds(self.job(self.file_with(content, name), **options))

    def folder_job(self, root: Path, name: str = 'image.zarr', **options):
        """Run the script on a directory dataset."""
        return self.job({
            'name': name, 'path': '/no placeholder', 'extra_files_path': str(root), 'is_directory': True,
        }, **options)


@pytest.fixture
def generate(tmp_path: Path) -> Generate:
    return Generate(tmp_path)


@pytest.fixture
def verify(tmp_path: Path) -> Tool:
    return Tool(tmp_path, 'iscc_verify/verify_code.py')


@pytest.fixture
def fake_iscc_sum(generate: Generate):
    """Put a shell script in the place of the `iscc-sum` command."""
    def install(script: str) -> None:
        folder = generate.folder / 'fake'
        folder.mkdir()
        command = folder / 'iscc-sum'
        command.write_text(f'#!/bin/sh\nreal="{JOBS_BIN}/iscc-sum"\n{script}\n')
        os.chmod(command, 0o755)
        generate.path_first = f'{folder}:'
    return install
