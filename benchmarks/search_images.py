"""What one job costs that makes the codes, views and thumbnails of 2,000 images, beside a plain loop over Pillow.

The images have 700 x 700 pixels of 16 bits, in uncompressed TIFF (1 MB). The loop opens each, takes it to 8 bits and
shrinks it to 32 x 32 pixels: the least that any code of what is visible begins with. The command lines take turns; the
files are in memory after the first. Memory is what all processes of a command hold, looked at five times a second, with
libraries that they share counted in each.
"""

import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import psutil
import tifffile
from scipy.ndimage import gaussian_filter

from images_of_fields import recorded
from local_galaxy.configuration import IMAGES_BIN
from measuring import Command, command_of, described_file, measure, print_table

COUNT = 2000
SIDE = 700
SAMPLE_SIDE = 4096
ROUNDS = 3
WATCH_SECONDS = 0.2
PILLOW_LOOP = '''
import sys
import numpy as np
from PIL import Image
for path in sys.argv[1:]:
    with Image.open(path) as image:
        Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).resize((32, 32))
'''


@dataclass
class Peak:
    """The most memory (MB) that one process held, and that all held together."""

    largest: float = 0
    together: float = 0


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_images(folder)
        codes = tool_on(files, folder / 'codes.json', thumbnails=False)
        everything = [*tool_on(files, folder / 'everything.json', thumbnails=True), 'views=views.tsv']
        commands = {
            'Pillow: open, 8 bits, 32 x 32': Command([IMAGES_BIN / 'python', '-c', PILLOW_LOOP, *files]),
            'Codes of pixels alone, 1 slot': Command(codes, 1),
            'Codes, views and thumbnails, 1 slot': Command(everything, 1),
            'Codes, views and thumbnails, 2 slots': Command(everything, 2),
        }
        costs = {label: [] for label in commands}
        for _ in range(ROUNDS):
            for label, command in commands.items():
                # A job begins in an empty folder.
                with tempfile.TemporaryDirectory(dir=folder) as work, watched() as peak:
                    seconds, _ = measure(command.arguments, Path(work), GALAXY_SLOTS=str(command.slots))
                costs[label].append((seconds, peak))
    print_costs(costs)


def write_images(folder: Path) -> list[Path]:
    """Write windows of one large sample, each at a place of its own."""
    random = np.random.default_rng(1)
    clouds = gaussian_filter(random.normal(0, 1, (SAMPLE_SIDE, SAMPLE_SIDE)), 12)
    sample = recorded(0.03 + 0.4 * np.maximum(clouds / clouds.std(), 0), random)
    files = [folder / f'{number}.tiff' for number in range(COUNT)]
    for file in files:
        row, column = random.integers(0, SAMPLE_SIDE - SIDE, 2)
        tifffile.imwrite(file, sample[row:row + SIDE, column:column + SIDE])
    return files


def tool_on(files: list[Path], job: Path, thumbnails: bool) -> list:
    """Write the job that Galaxy would; return its command line."""
    options = {'datasets': list(map(described_file, files)), 'thumbnails': thumbnails, 'metadata': False}
    job.write_text(json.dumps(options))
    return command_of('generate_image_codes', job, 'manifest=manifest.tsv', commands=IMAGES_BIN)


@contextmanager
def watched() -> Iterator[Peak]:
    """Watch the memory of all processes that this one starts meanwhile."""
    peak, done = Peak(), threading.Event()

    def watch() -> None:
        while not done.wait(WATCH_SECONDS):
            held = [*memory_of_children()]
            peak.largest = max(peak.largest, *held, 0)
            peak.together = max(peak.together, sum(held))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def memory_of_children() -> Iterator[float]:
    """Yield the memory (MB) of each process below this one."""
    for process in psutil.Process().children(recursive=True):
        # It may have ended since it was listed.
        with suppress(psutil.NoSuchProcess):
            yield process.memory_info().rss / 2 ** 20


def print_costs(costs: dict[str, list[tuple[float, Peak]]]) -> None:
    medians = {label: median(seconds for seconds, _ in runs) for label, runs in costs.items()}
    first = next(iter(medians.values()))
    print_table(f'{COUNT:,} images of {SIDE} x {SIDE} pixels, 16 bit, median of {ROUNDS} runs', [
        'Command', 'Seconds', 'Ratio', 'Images per second', 'Peak memory of the largest process (MB)',
        'Of all together (MB)',
    ], [
        [label, f'{seconds:.1f}', f'{seconds / first:.1f}', f'{COUNT / seconds:.0f}',
         *(f'{max(getattr(peak, of) for _, peak in costs[label]):.0f}' for of in ('largest', 'together'))]
        for label, seconds in medians.items()
    ])


if __name__ == '__main__':
    main()
