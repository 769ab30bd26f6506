"""What the benchmarks share: commands and calls timed, a dataset as Galaxy would tell of it, tables."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local_galaxy.configuration import JOBS_BIN


def measure(command: list, folder: Path | None = None, **variables: str) -> tuple[float, float]:
    """Run a command with the jobs' environment; give its seconds, and the peak memory (MB) of its largest process."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env={'PATH': f'{JOBS_BIN}:{os.environ["PATH"]}', **variables}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Call a function; give the seconds that it took, and what it gave."""
    begin = time.perf_counter()
    result = call()
    return time.perf_counter() - begin, result


def file_entry(path: Path, name: str) -> dict[str, Any]:
    """Give what Galaxy would say of a dataset that is one file."""
    return {
        'name': name, 'path': str(path), 'extra_files_path': f'{path}_files', 'is_directory': False,
        'composite_type': None, 'store_root': '',
    }


def print_table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Print a table in Markdown."""
    print(f'{title}\n')
    for cells in (columns, ['---'] * len(columns), *rows):
        print(f'| {" | ".join(cells)} |')
    print(flush=True)
