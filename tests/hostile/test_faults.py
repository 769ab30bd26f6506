"""What goes wrong around a job: files that vanish, change or can't be read, a full disk, an end in the middle."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from local_galaxy.configuration import IMAGE_SIMILARITY_BIN, IMAGES_BIN, JOBS_BIN, SIMILARITY_BIN, TEST_DATA
from oracle import codes_of, content_of
from scripts import Tool

CONTENT = b'content'
CHUNKS = 50_000
NO_SLOTS = 'GALAXY_SLOTS is "', 'not a number of cores. Tell the Galaxy admin'
# A regular file that not even root can read from its beginning on: reading it is an input/output error.
UNREADABLE = '/proc/self/mem'


@pytest.fixture(params=['generate', 'generate_manifest', 'verify', 'verify_manifest', 'find_similar'])
def hash_with(request, tmp_path):
    """Run each of the tools on some datasets, the last of them for the tools that take one; return the tool, too."""
    tool: Tool = request.getfixturevalue(request.param)
    reference = tmp_path / 'reference'
    reference.write_text(f'name\tiscc_code\nx\t{codes_of(CONTENT, tmp_path).wide}\n')
    file = {'id': '9', 'name': 'reference', 'path': str(reference)}

    def hash_with(*datasets: dict) -> tuple[Tool, subprocess.CompletedProcess]:
        options = {
            'generate': {'dataset': datasets[-1], 'output_format': 'json', 'narrow': False, 'units': True},
            'generate_manifest': {'datasets': datasets, 'narrow': False, 'codes': True},
            'verify': {
                'dataset': datasets[-1], 'expected_code': codes_of(CONTENT, tmp_path).wide, 'expected_file': None,
                'on_mismatch': 'report',
            },
            'verify_manifest': {
                'datasets': datasets, 'manifest': file, 'computed': None, 'on_mismatch': 'report',
                'allow_unlisted': True, 'match_names': 'exact',
            },
            'find_similar': {'datasets': datasets, 'codes': [], 'reference': [file], 'threshold': 12},
        }
        return tool, tool.run(**options[request.param])

    hash_with.tool = tool
    return hash_with


@pytest.mark.parametrize('path, words', [
    ('/no/such/file', 'The file of dataset "bad" is missing on disk'),
    ('/', 'The file of dataset "bad" is missing on disk'),
    ('/dev/null', 'The file of dataset "bad" is missing on disk'),
    (UNREADABLE, 'iscc-sum could not hash dataset "bad"'),
])
def test_a_dataset_that_cannot_be_read(hash_with, path, words):
    """Deleted before the job runs; a folder or a device in its place; a disk that fails."""
    good = hash_with.tool.file_with(CONTENT, 'good')
    tool, done = hash_with(good, hash_with.tool.described(name='bad', path=path))
    tool.fails(done, words)


@pytest.mark.parametrize('script, words', [
    ('for file; do :; done; truncate -s 3 "$file"; exec "$real" "$@"', 'Dataset "good" changed while it was hashed'),
    ('for file; do :; done; rm "$file"; exec "$real" "$@"', 'could not hash dataset "good"'),
    ('"$real" "$@"; for file; do :; done; rm "$file"', 'could not be read or written'),
    ('for file; do :; done; echo other > "$file.new"; mv "$file.new" "$file"; exec "$real" "$@"',
     'Dataset "good" changed while it was hashed'),
    ('kill -KILL $$', '(exit code -9)'),
    ('kill -SEGV $$', '(exit code -11)'),
    ('"$real" "$@"; kill -KILL $$', '(exit code -9)'),
    ('"$real" "$@" | head -c 40; kill -SEGV $$', '(exit code -11)'),
])
def test_trouble_while_a_dataset_is_hashed(hash_with, fake_iscc_sum, script, words):
    """A file that shrinks, vanishes or is replaced; a hasher that is killed or crashes, before or after its answer."""
    fake_iscc_sum(hash_with.tool, script)
    tool, done = hash_with(hash_with.tool.file_with(CONTENT, 'good'))
    tool.fails(done, words)


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGKILL])
def test_a_job_that_is_killed_while_it_hashes(hash_with, fake_iscc_sum, number):
    """Before anything is written, so that there is no output."""
    fake_iscc_sum(hash_with.tool, f'kill -{number} $PPID')
    tool, done = hash_with(hash_with.tool.file_with(CONTENT, 'good'))
    assert done.returncode == -number
    assert not any(output.exists() for output in tool.outputs.values())


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGKILL])
def test_a_job_that_is_killed_while_it_writes(find_similar, tmp_path, number):
    """What is written is a part, and the exit code says so to Galaxy."""
    codes = tmp_path / 'codes'
    codes.write_text('name\tiscc_code\n' + f'x\t{codes_of(CONTENT, tmp_path).wide}\n' * 2000)
    process = find_similar.start(
        datasets=[], codes=[{'id': '1', 'name': 'codes', 'path': str(codes)}], reference=[], threshold=0)
    while not find_similar.output.exists() or not find_similar.output.stat().st_size:
        assert process.poll() is None
        time.sleep(0.001)
    process.send_signal(number)
    process.communicate()
    assert process.returncode == -number
    assert find_similar.output.read_text().count('\n') < 1 + 2000 * 1999


def put_before_python(tool: Tool, folder: Path, script: str) -> None:
    """Let a script run in the place of the tool's Python, which it finds at `tool.commands` as it is now."""
    folder.mkdir()
    python = folder / 'python'
    python.write_text(f'#!/bin/bash\n{script}\n')
    python.chmod(0o755)
    tool.path_first = f'{tool.commands}:'
    tool.commands = folder


@pytest.fixture
def full_disk(tmp_path):
    """Let a tool write files of so many kilobytes only, as a full disk or a quota would."""
    def full_disk(tool: Tool, kilobytes: int) -> None:
        # -B: with no room Python would leave broken bytecode files, and fail on them ever after.
        put_before_python(
            tool, tmp_path / 'limited', f'ulimit -f {kilobytes}\nexec {tool.commands}/python -B "$@"')
    return full_disk


def many(tool: Tool) -> list[dict]:
    """Return datasets of which every table is larger than four kilobytes."""
    return [{**dataset, 'id': str(number)} for number, dataset in enumerate([tool.file_with(CONTENT, 'x' * 50)] * 50)]


def check_nothing_is_left(tool: Tool, done: subprocess.CompletedProcess) -> None:
    tool.fails(done)
    assert done.stderr == 'A file could not be read or written: [Errno 27] File too large.\n'


def test_a_disk_that_fills_up_under_a_manifest(generate_manifest, full_disk):
    full_disk(generate_manifest, 4)
    check_nothing_is_left(
        generate_manifest, generate_manifest.run(datasets=many(generate_manifest), narrow=False, codes=True))


def test_a_disk_that_fills_up_under_a_report(verify_manifest, full_disk, tmp_path):
    full_disk(verify_manifest, 4)
    (tmp_path / 'reference').write_text(f'name\tiscc_code\nx\t{codes_of(CONTENT, tmp_path).wide}\n')
    check_nothing_is_left(verify_manifest, verify_manifest.run(
        datasets=many(verify_manifest), manifest={'name': 'x', 'path': str(tmp_path / 'reference')}, computed=None,
        on_mismatch='report', allow_unlisted=True, match_names='exact'))


@pytest.mark.parametrize('datasets', [2, 50])
def test_a_disk_that_fills_up_under_pairs_or_picture(tmp_path, full_disk, datasets):
    """The picture is written when the tables are whole; they are emptied too."""
    tool = Tool(
        tmp_path, 'find_similar', ('output', 'clusters', 'plot', 'manifest'), SIMILARITY_BIN)
    full_disk(tool, 4)
    check_nothing_is_left(tool, tool.run(datasets=many(tool)[:datasets], codes=[], reference=[], threshold=12))


@pytest.mark.parametrize('slots', [1, 64, None, ''])
def test_any_number_of_slots(hash_with, slots):
    hash_with.tool.slots = slots
    tool, done = hash_with(*many(hash_with.tool)[:5])
    assert (done.returncode, done.stderr) == (0, '')
    assert tool.output.stat().st_size


@pytest.mark.parametrize('slots', ['0', '-1', 'many', '2.5', '²', ' '])
@pytest.mark.parametrize('fixture', ['generate_manifest', 'find_similar'])
def test_slots_that_are_no_number_of_cores(request, fixture, slots):
    tool = request.getfixturevalue(fixture)
    tool.slots = slots
    done = tool.run(datasets=many(tool), narrow=False, codes=[], reference=[], threshold=12)
    tool.fails(done, *NO_SLOTS)


@pytest.fixture(params=['generate_image_codes', 'find_similar_images'])
def of_images(request, tmp_path) -> Tool:
    """Return each of the tools that read images."""
    outputs, commands = {
        'generate_image_codes': (('manifest', 'views'), IMAGES_BIN),
        'find_similar_images': (('output', 'findings', 'clusters', 'plot', 'gallery', 'views'), IMAGE_SIMILARITY_BIN),
    }[request.param]
    return Tool(tmp_path, request.param, outputs, commands)


def on_images(datasets: list[dict]) -> dict:
    """Return the options of both tools, with all that they can write."""
    return {
        'datasets': datasets, 'thumbnails': True, 'metadata': True, 'codes': [], 'reference': [], 'threshold': 0}


def many_images(tool: Tool) -> list[dict]:
    """Return images of which every table is larger than four kilobytes."""
    content = (TEST_DATA / 'images' / 'imagej.tiff').read_bytes()
    return [{**dataset, 'id': str(number)} for number, dataset in enumerate([tool.file_with(content, 'x' * 50)] * 50)]


def check_no_output(tool: Tool) -> None:
    assert not any(output.exists() for output in tool.outputs.values())
    assert not (tool.folder / 'galaxy.json').exists()


@pytest.mark.parametrize('path, words', [
    ('/no/such/file', 'The file of dataset "bad" is missing on disk'),
    ('/dev/null', 'The file of dataset "bad" is missing on disk'),
    (UNREADABLE, 'Image "bad" can not be read: [Errno 5] Input/output error. Tell the Galaxy admin.'),
])
def test_an_image_that_cannot_be_read(of_images, path, words):
    datasets = [*many_images(of_images)[:2], of_images.described(name='bad', path=path)]
    of_images.fails(of_images.run(**on_images(datasets)), words)
    check_no_output(of_images)


@pytest.fixture
def while_it_reads(tmp_path):
    """Do something once the processes that read images begin: of this job `$job`, and of one that reads `$reader`."""
    def while_it_reads(tool: Tool, script: str) -> None:
        put_before_python(
            tool, tmp_path / 'watching', f'{tool.commands}/python "$@" & job=$!\n'
            f'until reader=$(pgrep -o -P $job -f spawn_main); do sleep 0.01; done\n{script}\nwait $job')
        tool.slots = 2
    return while_it_reads


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV])
def test_a_process_that_reads_images_and_is_killed(of_images, while_it_reads, number):
    """As the system does where memory runs out, or a library that decodes may do."""
    while_it_reads(of_images, f'kill -{number} $reader')
    done = of_images.run(**on_images(many_images(of_images)))
    of_images.fails(done, 'A process that read images was killed, probably because it needed more memory than this job')
    assert done.stderr.count('\n') == 1
    check_no_output(of_images)


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGKILL])
def test_a_job_that_is_killed_while_it_reads_images(of_images, while_it_reads, number):
    """The outputs are written once all images are read; the processes that read them end, or this waits for ever."""
    while_it_reads(of_images, f'sleep 0.5; kill -{number} $job')
    done = of_images.run(**on_images(many_images(of_images) * 20))
    assert done.returncode == 128 + number
    check_no_output(of_images)


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGKILL])
def test_a_job_that_is_killed_while_it_reads_by_itself(of_images, number):
    process = of_images.start(**on_images(many_images(of_images) * 20))
    # By then it reads: starting takes a second, and reading them many.
    time.sleep(3)
    assert process.poll() is None
    process.send_signal(number)
    process.communicate()
    assert process.returncode == -number
    check_no_output(of_images)


def test_an_image_that_vanishes_while_others_are_read(of_images, while_it_reads):
    """It was there when the job began."""
    lost = of_images.file_with(CONTENT, 'lost', 'lost.dat')
    while_it_reads(of_images, f'rm "{lost["path"]}"')
    done = of_images.run(**on_images([*many_images(of_images), lost]))
    of_images.fails(done, 'Image "lost" can not be read: [Errno 2] No such file or directory', 'Tell the Galaxy admin.')
    check_no_output(of_images)


@pytest.mark.parametrize('kilobytes', [4, 16])
def test_a_disk_that_fills_up_under_tables_of_images(of_images, full_disk, kilobytes):
    """Under the first, or under that of views, when the first is whole; it is emptied, too."""
    full_disk(of_images, kilobytes)
    done = of_images.run(**on_images(many_images(of_images)))
    check_nothing_is_left(of_images, done)


@pytest.mark.parametrize('picture', ['plot', 'gallery'])
def test_a_disk_that_fills_up_under_a_picture_of_images(tmp_path, full_disk, picture):
    """It is written when the tables are whole; they are emptied, too."""
    tool = Tool(tmp_path, 'find_similar_images', ('output', 'findings', 'clusters', picture), IMAGE_SIMILARITY_BIN)
    full_disk(tool, 4)
    check_nothing_is_left(tool, tool.run(**on_images(many_images(tool)[:2])))


@pytest.mark.parametrize('slots', [1, 64, None, ''])
def test_any_number_of_slots_reads_images(of_images, slots):
    of_images.slots = slots
    datasets = many_images(of_images)[:5]
    done = of_images.run(**on_images(datasets))
    assert (done.returncode, done.stderr) == (0, '')
    assert {row.split('\t')[0] for row in of_images.outputs['views'].read_text().splitlines()} == {'name', 'x' * 50}


@pytest.mark.parametrize('slots', ['0', 'many'])
def test_slots_for_images_that_are_no_number_of_cores(of_images, slots):
    of_images.slots = slots
    of_images.fails(of_images.run(**on_images(many_images(of_images))), *NO_SLOTS)


@pytest.mark.parametrize('path', ['/no/such/file', '/', UNREADABLE])
def test_a_reference_that_cannot_be_read(verify, verify_manifest, find_similar, path):
    file = {'id': '1', 'name': 'reference', 'path': path}
    dataset = verify.file_with(CONTENT)
    verify.fails(
        verify.run(dataset=dataset, expected_code='', expected_file=file, on_mismatch='report'),
        'Dataset "reference" can not be read')
    done = verify_manifest.run(
        datasets=[dataset], manifest=file, computed=None, on_mismatch='report', allow_unlisted=False,
        match_names='exact')
    verify_manifest.fails(done, 'Dataset "reference" can not be read')
    done = find_similar.run(datasets=[dataset], codes=[file], reference=[], threshold=12)
    find_similar.fails(done, 'Dataset "reference" can not be read')


@pytest.fixture
def zarr(tmp_path):
    """Make a Zarr folder of some chunks of numbers."""
    root = tmp_path / 'image.zarr'
    (root / '0').mkdir(parents=True)
    (root / '.zgroup').write_text('{"zarr_format": 2}')
    for number in range(100):
        (root / '0' / f'{number}.0').write_bytes(number.to_bytes(2, 'big') * 500)
    return root


def test_a_missing_chunk(generate, verify, zarr, tmp_path):
    """Legal in Zarr, where it stands for the fill value: it gets a code, and another one than the whole."""
    whole = codes_of(content_of(zarr), tmp_path).wide
    (zarr / '0' / '50.0').unlink()
    done = generate.folder_job(zarr)
    assert generate.succeeds(done) == codes_of(content_of(zarr), tmp_path).wide + '\n' != whole + '\n'
    done = verify.run(
        dataset=verify.folder_of(zarr), expected_code=whole, expected_file=None, on_mismatch='report')
    assert verify.succeeds(done).startswith('FAILED - ISCC-CODEs do not match\n')


def test_a_link_out_of_a_folder(hash_with, zarr):
    (zarr / '0' / '50.0').unlink()
    (zarr / '0' / '50.0').symlink_to('/etc/passwd')
    tool, done = hash_with(hash_with.tool.folder_of(zarr, 'image'))
    tool.fails(done, 'The folder of dataset "image" can not be hashed whole', '"0/50.0 (symbolic link)"')


@pytest.mark.parametrize('pattern', ['[z-a]', '!', '\\', '[!z-a]', '(', '[[:x:]]'])
def test_any_pattern_in_an_ignore_file_is_used_or_refused(generate, zarr, pattern):
    (zarr / '.isccignore').write_text(pattern)
    done = generate.folder_job(zarr)
    assert 'Traceback' not in done.stderr
    assert (done.returncode == 0) == generate.output.exists()
    if done.returncode:
        generate.fails(done, 'dataset "image.zarr"')


@pytest.fixture
def deep(tmp_path):
    """Make a file in more folders than Python or iscc-sum can walk through, and remove them, which pytest can't."""
    root = tmp_path / 'deep'
    root.mkdir()
    here = os.open(root, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir('d', dir_fd=here)
        inner = os.open('d', os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open('file', os.O_CREAT, dir_fd=here))
    os.close(here)
    yield root
    subprocess.run(['rm', '-r', root], check=True)


def test_folders_nested_too_deep_are_refused(generate, deep):
    generate.fails(generate.folder_job(deep), 'The folders of dataset "image.zarr" are nested too deep')


def test_a_folder_of_many_chunks(generate, tmp_path, capsys):
    """Hashed like any other; what that takes is printed."""
    root = tmp_path / 'many.zarr'
    for number in range(CHUNKS):
        file = root / f'{number // 1000}' / f'{number % 1000}.0'
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(number.to_bytes(4, 'big') * 25)
    begin = time.monotonic()
    process = generate.start(
        dataset=generate.folder_of(root), output_format='code', narrow=False, units=False)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begin
    assert (status, process.stderr.read()) == (0, '')
    assert generate.output.read_text() == codes_of(content_of(root), tmp_path).wide + '\n'
    begin = time.monotonic()
    subprocess.run([JOBS_BIN / 'iscc-sum', '--tree', root], stdout=subprocess.DEVNULL, check=True)
    alone = time.monotonic() - begin
    with capsys.disabled():
        print(f'\n{CHUNKS:,} files: {seconds:.1f} s ({alone:.1f} s by iscc-sum alone), {usage.ru_maxrss / 1024:.0f} MB')
