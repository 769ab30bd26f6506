"""Run the commands of the tools as their jobs do: in the environment that holds the declared requirements alone."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from local_galaxy.configuration import CHECKOUT, JOBS_BIN, SIMILARITY_BIN

# How long an example takes says nothing about the tools.
settings.register_profile('untimed', deadline=None)
settings.load_profile('untimed')


class Tool:
    """One run of a tool's command after another, with the outputs in the same places."""

    def __init__(
        self, folder: Path, command: str, outputs: tuple[str, ...] = ('output',), commands: Path = JOBS_BIN,
    ) -> None:
        self.folder = folder
        self.module = f'iscc_galaxy.commands.{command}'
        self.outputs = {name: folder / name for name in outputs}
        self.commands = commands
        self.path_first = ''
        self.slots: int | str | None = 1

    @property
    def output(self) -> Path:
        """The first output."""
        return next(iter(self.outputs.values()))

    def run(self, **options: Any) -> subprocess.CompletedProcess:
        """Run the command on the values of the form, in a working directory of its own."""
        process = self.start(**options)
        stdout, stderr = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def start(self, **options: Any) -> subprocess.Popen:
        """Start a run."""
        job_file = self.folder / 'job.json'
        job_file.write_text(json.dumps({'output_names': {}} | options))
        for output in self.outputs.values():
            output.unlink(missing_ok=True)
        outputs = [f'{name}={path}' for name, path in self.outputs.items()]
        slots = {} if self.slots is None else {'GALAXY_SLOTS': str(self.slots)}
        return subprocess.Popen(
            [self.commands / 'python', '-m', self.module, job_file, *outputs],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={'PATH': f'{self.path_first}{self.commands}:/usr/bin:/bin', 'PYTHONPATH': str(CHECKOUT), **slots},
        )

    def described(self, **known: Any) -> dict[str, Any]:
        """Return what Galaxy would say of a dataset."""
        nowhere = str(self.folder / 'no such folder')
        return {
            'id': '1', 'extra_files_path': nowhere, 'is_directory': False, 'composite_type': None, 'store_root': '',
            **known,
        }

    def file_with(self, content: bytes, name: str = 'image.raw', file: str = 'dataset.dat') -> dict[str, Any]:
        """Make a dataset of some bytes."""
        path = self.folder / file
        path.write_bytes(content)
        return self.described(name=name, path=str(path))

    def files_with(self, contents: dict[str, bytes]) -> list[dict[str, Any]]:
        """Make a dataset of each content, by name."""
        return [
            self.file_with(content, name, f'dataset_{number}.dat')
            for number, (name, content) in enumerate(contents.items())
        ]

    def folder_of(self, root: Path, name: str = 'image.zarr') -> dict[str, Any]:
        """Make a directory dataset of a folder."""
        return self.described(name=name, path='/no placeholder', extra_files_path=str(root), is_directory=True)

    def succeeds(self, done: subprocess.CompletedProcess, log: str = '') -> str:
        """Insist that a run went well and said no more than that; return its first output.

        How often it said how far it is depends on the time, so of such lines only the last counts.
        """
        said = re.sub(r'((Hashed|Read) .+\n)+(?=\2 )', '', done.stdout)
        assert (done.returncode, said, done.stderr) == (0, log, '')
        return self.output.read_text(encoding='utf-8')

    def fails(self, done: subprocess.CompletedProcess, *words: str, code: int = 1) -> None:
        """Insist that a run failed with a message that has these words in it, and left no output, or an empty one."""
        assert done.returncode == code
        assert 'Traceback' not in done.stderr
        for word in words:
            assert word in done.stderr
        assert not any(output.exists() and output.stat().st_size for output in self.outputs.values())


class Generate(Tool):
    """Generate ISCC-CODE."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 'generate_code')

    def job(self, dataset: dict, output_format: str = 'code', narrow: bool = False, units: bool = False):
        """Run the command with the defaults of the form."""
        return self.run(dataset=self.described(**dataset), output_format=output_format, narrow=narrow, units=units)

    def file(self, content: bytes, name: str = 'image.raw', **options) -> str:
        """Hash some bytes as a dataset; return what is in the output."""
        return self.succeeds(self.job(self.file_with(content, name), **options))

    def folder_job(self, root: Path, name: str = 'image.zarr', **options):
        """Run the command on a directory dataset."""
        return self.job(self.folder_of(root, name), **options)


@pytest.fixture
def generate(tmp_path: Path) -> Generate:
    return Generate(tmp_path)


@pytest.fixture
def generate_manifest(tmp_path: Path) -> Tool:
    return Tool(tmp_path, 'generate_manifest', ('output', 'checksums'))


@pytest.fixture
def verify(tmp_path: Path) -> Tool:
    return Tool(tmp_path, 'verify_code')


@pytest.fixture
def verify_manifest(tmp_path: Path) -> Tool:
    return Tool(tmp_path, 'verify_manifest', ('report', 'summary'))


@pytest.fixture
def find_similar(tmp_path: Path) -> Tool:
    return Tool(tmp_path, 'find_similar', commands=SIMILARITY_BIN)


@pytest.fixture
def trace_chain(tmp_path: Path) -> Tool:
    return Tool(tmp_path, 'trace_chain', ('provenance',), SIMILARITY_BIN)


@pytest.fixture
def fake_iscc_sum(tmp_path: Path):
    """Put a shell script in the place of the `iscc-sum` command of a tool."""
    def install(tool: Tool, script: str) -> None:
        folder = tmp_path / 'fake'
        folder.mkdir()
        command = folder / 'iscc-sum'
        command.write_text(f'#!/bin/sh\nreal="{JOBS_BIN}/iscc-sum"\n{script}\n')
        os.chmod(command, 0o755)
        tool.path_first = f'{folder}:'
    return install
