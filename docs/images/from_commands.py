"""Draw the pictures of the tutorial anew, by the commands of the tools: `python docs/images/from_commands.py`."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent.parent
# Each picture: the command that draws it, the environment of the command, its output, the files, the maximum distance.
PICTURES = {
    'heatmap': ('find_similar', 'similarity', 'plot', [
        'nuclei.tiff', 'nuclei_edited.tiff', 'nuclei_described.tiff', 'nuclei.png', 'measurements.csv'], 12),
    'gallery': ('find_similar_images', 'image_similarity', 'gallery', [
        f'look_alikes/{name}'
        for name in ('field.tiff', 'exported.png', 'small.jpg', 'framed.png', 'other.tiff', 'third.tiff')], 48),
}


def draw(picture: Path, command: str, environment: str, output: str, files: list[str], threshold: int) -> None:
    """Run a command on files of the test data, as Galaxy does."""
    datasets = [
        {
            'id': str(number), 'name': Path(file).name, 'path': str(CHECKOUT / 'test-data' / file),
            'extra_files_path': '', 'is_directory': False, 'composite_type': None, 'store_root': '',
        } for number, file in enumerate(files)
    ]
    python = CHECKOUT / '.envs' / environment / 'bin' / 'python'
    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder, 'job.json')
        job.write_text(json.dumps({'datasets': datasets, 'codes': [], 'reference': [], 'threshold': threshold}))
        subprocess.run(
            [python, '-m', f'iscc_galaxy.commands.{command}', job, 'output=pairs.tsv', f'{output}={picture}'],
            cwd=folder, check=True, stdout=sys.stderr,
            env={'PATH': f'{python.parent}:{os.environ["PATH"]}', 'PYTHONPATH': str(CHECKOUT)})


if __name__ == '__main__':
    for name, how in PICTURES.items():
        draw(Path(__file__).parent / f'{name}.png', *how)
