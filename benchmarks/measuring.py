"""What the benchmarks share: commands and calls timed and compared, datasets as Galaxy describes them, tables."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from local_galaxy.configuration import CHECKOUT, JOBS_BIN
from tests.contents import some_bytes

# The package in which each tool has a module.
COMMANDS = 'iscc_galaxy.commands'
RESULTS = CHECKOUT / '.galaxy' / 'benchmarks'


class Cost(NamedTuple):
    """The median of the seconds of some runs, and the largest peak memory (MB)."""

    seconds: float
    megabytes: float


class Command(NamedTuple):
    """A command line, and the cores that it may use as a job of Galaxy."""

    arguments: list
    slots: int = 1


class Rate(NamedTuple):
    """What is counted per second, and how much of what is measured is one of it."""

    what: str
    one: float = 1


def command_of(tool: str, *arguments: str | Path, commands: Path = JOBS_BIN) -> list:
    """Return the command line of a tool's job, by the module of the tool."""
    return [commands / 'python', '-m', f'{COMMANDS}.{tool}', *arguments]


def measure(command: list, **variables: str) -> tuple[float, float]:
    """Run a command in the jobs' environment; return its seconds, and the peak memory (MB) of its largest process.

    As a job, it begins in an empty folder.
    """
    env = {'PATH': f'{JOBS_BIN}:{os.environ["PATH"]}', 'PYTHONPATH': str(CHECKOUT), **variables}
    with TemporaryDirectory() as folder:
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
    assert status == 0
    return seconds, usage.ru_maxrss / 1024


def take_turns(commands: dict[str, Command], rounds: int) -> dict[str, Cost]:
    """Run the commands one after the other, round by round, so that what else the machine does falls on all of them."""
    runs = {label: [] for label in commands}
    for _ in range(rounds):
        for label, command in commands.items():
            runs[label].append(measure(command.arguments, GALAXY_SLOTS=str(command.slots)))
    return {
        label: Cost(statistics.median(seconds for seconds, _ in measured), max(memory for _, memory in measured))
        for label, measured in runs.items()
    }


def compare(
    title: str, amounts: dict[str, int], commands_on: Callable[[int], dict[str, Command]], rate: Rate, rounds: int,
) -> dict[str, list[tuple[float, float]]]:
    """Measure command lines on growing amounts; print a table, and return amounts and seconds of each by its label.

    The amounts are by the heads of their columns. `commands_on` makes an amount of data, and returns the command lines
    for it; the first is what the others are compared with.
    """
    costs = [take_turns(commands_on(amount), rounds) for amount in amounts.values()]
    most, largest = list(amounts.values())[-1], costs[-1]
    first = next(iter(largest.values())).seconds
    print_table(f'{title}, median of {rounds} runs', [
        'Command', *amounts, 'Ratio', f'{rate.what} per second', 'Peak memory (MB)',
    ], [
        [label, *(f'{cost[label].seconds:.3f}' for cost in costs), f'{seconds / first:.2f}',
         f'{most / rate.one / seconds:.0f}', f'{megabytes:.0f}']
        for label, (seconds, megabytes) in largest.items()
    ])
    return {
        label: [(amount, cost[label].seconds) for amount, cost in zip(amounts.values(), costs)] for label in largest}


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Call a function; return the seconds that it took, and what it returned."""
    begin = time.perf_counter()
    result = call()
    return time.perf_counter() - begin, result


def write_files(folder: Path, count: int, size: int) -> list[Path]:
    """Write so many files of so many bytes, all of them different."""
    files = [folder / f'{number}.dat' for number in range(count)]
    for file in files:
        file.write_bytes(some_bytes(size, file.name))
    return files


def described_file(path: Path, id: str = '1') -> dict[str, Any]:
    """Return what Galaxy would say of a dataset that is one file, which it is called after."""
    return {
        'id': id, 'name': path.name, 'path': str(path), 'extra_files_path': f'{path}_files', 'is_directory': False,
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
