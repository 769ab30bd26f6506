"""Reading many images: one code each, in order, on all slots; and one sentence for the first that can't be read."""

import os
import signal
from contextlib import nullcontext
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.galaxy.job import JobError, shown
from iscc_galaxy.images import bulk_reading, png
from iscc_galaxy.images.bulk_reading import read_all, read_image
from iscc_galaxy.images.image_files import opened
from names import hostile_names
from oracle import codes_of


def dataset_of(content: bytes, folder: Path, name: str = 'image') -> Dataset:
    path = folder / f'dataset_{len(list(folder.iterdir()))}.dat'
    path.write_bytes(content)
    return Dataset(name, str(path), is_directory=False)


def png_of(number: int) -> bytes:
    """Return a PNG of which the sizes and the pixels tell the number."""
    return imagecodecs.png_encode(np.full((2, number + 1), number, np.uint8))


@pytest.fixture
def images(tmp_path) -> list[Dataset]:
    return [dataset_of(png_of(number), tmp_path, f'image {number}') for number in range(7)]


@pytest.mark.parametrize('slots', [1, 2, 64])
def test_codes_are_in_the_order_of_the_images(slots, images, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv('GALAXY_SLOTS', str(slots))
    results = read_all(images)
    for number, (scene,) in enumerate(results):
        code = scene.code
        assert code.fingerprint.code == codes_of(bytes([number] * 2 * (number + 1)), tmp_path).wide
        assert (code.pixel_type, code.sizes, code.name, code.note) == ('uint8', (number + 1, 2, 1, 1, 1), '', '')
        assert (scene.views, scene.thumbnail) == ([], b'')
    assert len(results) == 7
    # How often it is told how far the job is depends on the time.
    assert capsys.readouterr().out.splitlines()[-1] == 'Read 7 / 7 images, 56 bytes of pixels'


def test_progress_is_told_now_and_then(images, monkeypatch, capsys):
    monkeypatch.setattr(bulk_reading, 'PROGRESS_SECONDS', 0)
    read_all(images[:3])
    assert capsys.readouterr().out.splitlines() == [
        'Read 1 / 3 images, 2 bytes of pixels', 'Read 2 / 3 images, 6 bytes of pixels',
        'Read 3 / 3 images, 12 bytes of pixels',
    ]


@pytest.mark.parametrize('slots', [1, 2])
def test_the_first_bad_image_fails_the_job(slots, images, monkeypatch):
    monkeypatch.setenv('GALAXY_SLOTS', str(slots))
    for bad in (3, 5):
        Path(images[bad].content).write_bytes(png_of(bad)[:-1])
    with pytest.raises(JobError, match='^Image "image 3" can not be read whole. It is damaged or incomplete from byte'):
        read_all(images)


@pytest.mark.parametrize('content', [
    b'', b'x', b'\x89PNG', b'{"not": "an image"}', b'GIF89a', b'\xff\xd8', b'II*', b'BM',
])
def test_no_image(content, tmp_path):
    """The name doesn't count."""
    with pytest.raises(JobError, match='^Image "text.tiff" can not be read whole. It is no TIFF, .* Convert it to'):
        read_image(dataset_of(content, tmp_path, 'text.tiff'))


def test_names_in_messages_are_harmless(tmp_path):
    empty = dataset_of(b'', tmp_path)
    for name in hostile_names(tmp_path / 'canary'):
        with pytest.raises(JobError) as failure:
            read_image(Dataset(name, empty.content, is_directory=False))
        message = str(failure.value)
        assert message.startswith(f'Image {shown(name)} can not be read whole. ')
        assert message.isprintable()


@pytest.mark.parametrize('fault, message', [
    (ValueError('a\n  reason'), 'not supported: a reason. Upload it again'),
    (KeyError(), 'not supported: KeyError. Upload'),
    (RuntimeError('x' * 1000), f'not supported: {"x" * 300}. Upload'),
    (PermissionError(13, 'Permission denied', 'lost'), "can not be read: .*Permission.*'lost'. Tell the Galaxy admin"),
    (ImportError('no such codec'), 'can not be read: no such codec. Tell the Galaxy admin'),
    (MemoryError(), 'more memory than this job has'),
], ids=lambda value: type(value).__name__ if isinstance(value, Exception) else '')
def test_a_fault_of_a_decoder_has_one_sentence(fault, message, tmp_path):
    """Also one that is met while the pixels are read."""
    with pytest.raises(JobError, match=f'^Image "image" .*{message}') as failure:
        with opened(dataset_of(png_of(1), tmp_path)):
            raise fault
    assert '\n' not in str(failure.value)


def test_an_error_of_the_job_stays_what_it_is(tmp_path):
    with pytest.raises(JobError, match='^as it is$'):
        with opened(dataset_of(png_of(1), tmp_path)):
            raise JobError('as it is')


def killed(dataset: Dataset, with_views: bool) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed(images, monkeypatch):
    """As the system does where memory runs out."""
    monkeypatch.setenv('GALAXY_SLOTS', '2')
    monkeypatch.setattr(bulk_reading, 'read_image', killed)
    with pytest.raises(JobError, match='^A process that read images was killed, .*memory.* Ask the Galaxy admin.$'):
        read_all(images)


def test_a_lost_image(images):
    Path(images[1].content).unlink()
    with pytest.raises(JobError, match='^Image "image 1" can not be read: .*No such file'):
        read_all(images)


def test_an_image_that_changes_while_it_is_read(images):
    with pytest.raises(JobError, match='^Image "image 1" can not be read whole. It changed while it was read.'):
        with opened(images[1]):
            Path(images[1].content).write_bytes(png_of(200))


def test_an_image_without_scenes(monkeypatch, tmp_path):
    monkeypatch.setattr(png, 'opened', lambda path: nullcontext([]))
    with pytest.raises(JobError, match='It holds no image'):
        read_image(dataset_of(png_of(1), tmp_path))


@pytest.mark.parametrize('bit', [0, 5, 7])
def test_each_changed_byte_of_a_png_is_found(bit, tmp_path):
    content = imagecodecs.png_encode(np.arange(12, dtype=np.uint16).reshape(3, 4))
    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1:]
        with pytest.raises(JobError, match='can not be read whole'):
            read_image(dataset_of(changed, tmp_path))
