"""What the benchmarks share: commands and calls timed, a dataset as Galaxy would tell of it, tables and plots."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from local_galaxy.configuration import CHECKOUT, JOBS_BIN

RESULTS = CHECKOUT / '.galaxy' / 'benchmarks'


class Cost(NamedTuple):
    """The median of the seconds of some runs, and the largest peak memory (MB)."""

    seconds: float
    megabytes: float


class Command(NamedTuple):
    """A command line, and the cores that it may use as a job of Galaxy."""

    arguments: list
    slots: int = 1


def measure(command: list, folder: Path | None = None, **variables: str) -> tuple[float, float]:
    """Run a command with the jobs' environment; give its seconds, and the peak memory (MB) of its largest process."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env={'PATH': f'{JOBS_BIN}:{os.environ["PATH"]}', **variables}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def take_turns(commands: dict[str, Command], rounds: int, folder: Path) -> dict[str, Cost]:
    """Run the commands one after the other, round by round, so that what else the machine does falls on all of them."""
    runs = {label: [] for label in commands}
    for _ in range(rounds):
        for label, command in commands.items():
            runs[label].append(measure(command.arguments, folder, GALAXY_SLOTS=str(command.slots)))
    return {
        label: Cost(statistics.median(seconds for seconds, _ in measured), max(memory for _, memory in measured))
        for label, measured in runs.items()
    }


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


def plot(name: str, axes: tuple[str, str], series: dict[str, list[tuple[float, float]]]) -> None:
    """Draw how costs grow, both axes logarithmic, into the folder of the results."""
    # Imported here, because the peak memory of a command begins with what this process holds when it starts it.
    from matplotlib.figure import Figure
    RESULTS.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(7, 4), layout='constrained')
    drawn = figure.subplots()
    for (label, points), marker in zip(series.items(), 'osv^Dx*+'):
        drawn.plot(*zip(*points), marker=marker, label=label)
    drawn.set(xscale='log', yscale='log', xlabel=axes[0], ylabel=axes[1])
    drawn.grid(alpha=0.3)
    drawn.legend()
    figure.savefig(RESULTS / f'{name}.png', dpi=100)
