"""What one job costs that makes the codes of 2,000 images or compares them, beside a plain loop over Pillow.

The images have 700 x 700 pixels of 16 bits, in uncompressed TIFF (1 MB). The loop opens each, takes it to 8 bits and
shrinks it to 32 x 32 pixels: the least that any code of what is visible begins with. The command lines take turns; the
files are in memory after the first. Processor seconds are those of all processes of a command, which other programs
lengthen less than the time that passes. Memory is what these processes hold, looked at five times a second, with
libraries that they share counted in each.
"""

import json
import os
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
from local_galaxy.configuration import IMAGE_SIMILARITY_BIN, IMAGES_BIN
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
class Usage:
    """The processor seconds of some processes, and the most memory (MB) that one held, and that all held together."""

    processor: float = 0
    largest: float = 0
    together: float = 0


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_images(folder)
        read = {'datasets': list(map(described_file, files)), 'metadata': False}
        (folder / 'codes.json').write_text(json.dumps({**read, 'thumbnails': False}))
        (folder / 'views.json').write_text(json.dumps({**read, 'thumbnails': True}))
        (folder / 'compare.json').write_text(json.dumps({
            'datasets': list(map(described_file, files)), 'codes': [], 'reference': [], 'threshold': 48}))
        codes = command_of(
            'generate_image_codes', folder / 'codes.json', 'manifest=manifest.tsv', commands=IMAGES_BIN)
        views = command_of(
            'generate_image_codes', folder / 'views.json', 'manifest=manifest.tsv', 'views=views.tsv',
            commands=IMAGES_BIN)
        alike = command_of(
            'find_similar_images', folder / 'compare.json', 'output=pairs.tsv', 'clusters=groups.tsv',
            'gallery=gallery.html', commands=IMAGE_SIMILARITY_BIN)
        commands = {
            'Pillow: open, 8 bits, 32 x 32': Command([IMAGES_BIN / 'python', '-c', PILLOW_LOOP, *files]),
            'Codes of pixels alone, 1 slot': Command(codes, 1),
            'Codes, views and thumbnails, 1 slot': Command(views, 1),
            'Codes, views and thumbnails, 2 slots': Command(views, 2),
            'Images that look alike, with gallery, 2 slots': Command(alike, 2),
        }
        costs = {label: [] for label in commands}
        for _ in range(ROUNDS):
            for label, command in commands.items():
                with watched() as usage:
                    seconds, _ = measure(command.arguments, GALAXY_SLOTS=str(command.slots))
                costs[label].append((seconds, usage))
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


@contextmanager
def watched() -> Iterator[Usage]:
    """Watch what all processes use that this one starts meanwhile."""
    usage, done, before = Usage(), threading.Event(), os.times()

    def watch() -> None:
        while not done.wait(WATCH_SECONDS):
            held = [*memory_of_children()]
            usage.largest = max(usage.largest, *held, 0)
            usage.together = max(usage.together, sum(held))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield usage
    finally:
        done.set()
        watcher.join()
        after = os.times()
        usage.processor = sum(getattr(after, of) - getattr(before, of) for of in ('children_user', 'children_system'))


def memory_of_children() -> Iterator[float]:
    """Yield the memory (MB) of each process below this one."""
    for process in psutil.Process().children(recursive=True):
        # It may have ended since it was listed.
        with suppress(psutil.NoSuchProcess):
            yield process.memory_info().rss / 2 ** 20


def print_costs(costs: dict[str, list[tuple[float, Usage]]]) -> None:
    medians = {
        label: (median(seconds for seconds, _ in runs), median(usage.processor for _, usage in runs))
        for label, runs in costs.items()
    }
    _, first = next(iter(medians.values()))
    print_table(f'{COUNT:,} images of {SIDE} x {SIDE} pixels, 16 bit, median of {ROUNDS} runs', [
        'Command', 'Seconds', 'Processor seconds', 'Ratio', 'Peak memory of the largest process (MB)',
        'Of all together (MB)',
    ], [
        [label, f'{seconds:.1f}', f'{processor:.1f}', f'{processor / first:.1f}',
         *(f'{max(getattr(usage, of) for _, usage in costs[label]):.0f}' for of in ('largest', 'together'))]
        for label, (seconds, processor) in medians.items()
    ])


if __name__ == '__main__':
    main()
