"""The ISCC-CODEs of datasets, from the `iscc-sum` command, with everything that the command says checked.

The command has exited 0 without a code, or with one for fewer files (see `files`), so only exact output counts.
"""

import re
import subprocess
from dataclasses import dataclass

from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.galaxy.job import JobError, shown
from iscc_galaxy.iscc.files import survey
from iscc_galaxy.iscc.iscc_codes import body_of, halves_of, has_form

# Multihash prefix (multiformats): BLAKE3, 32 bytes.
BLAKE3_MULTIHASH = '1e20'

# The code with the path, then the two units: `iscc-sum --units --zero` ends each with a zero byte.
_ANSWER = re.compile(r'ISCC:(\w+) \*([^\0]+)\0  ISCC:(\w+)\0  ISCC:(\w+)\0')


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A dataset's bare code and bare 256-bit units, the bytes hashed, and of a folder the files left out and litter."""

    code: str
    data_unit: str
    instance_unit: str
    size: int
    left_out: list[str]
    litter: list[str]

    @property
    def datahash(self) -> str:
        """The BLAKE3 hash of the content as a hexadecimal multihash: the digest of the Instance-Code unit."""
        return BLAKE3_MULTIHASH + body_of(self.instance_unit).hex()


def fingerprint(dataset: Dataset, narrow: bool) -> Fingerprint:
    """Return the fingerprint of a whole dataset; raise JobError if iscc-sum fails, or the content changes meanwhile."""
    result, = hash_batch([dataset], narrow)
    return result


def hash_batch(datasets: list[Dataset], narrow: bool) -> list[Fingerprint]:
    """Return the fingerprints of some files, or of one folder, by one run of the command.

    Raise JobError, which names the dataset that is at fault.

    The command says nothing of the other files where one of many can't be hashed, nor always which one it is. So a
    batch that fails is halved until the dataset is found.
    """
    before = [survey(dataset) for dataset in datasets]
    try:
        answers = _run(datasets, narrow)
    except JobError:
        if len(datasets) == 1:
            raise
        middle = len(datasets) // 2
        return hash_batch(datasets[:middle], narrow) + hash_batch(datasets[middle:], narrow)
    for dataset, files in zip(datasets, before, strict=True):
        if survey(dataset) != files:
            raise JobError(f'Dataset {shown(dataset.name)} changed while it was hashed. Run the job again.')
    return [Fingerprint(*answer, files.size, files.left_out, files.litter) for answer, files in zip(answers, before)]


def _run(datasets: list[Dataset], narrow: bool) -> list[tuple[str, str, str]]:
    """Return code, Data-Code unit and Instance-Code unit of each dataset; a JobError names the first dataset."""
    command = ['iscc-sum', '--units', '--zero']
    command += ['--narrow'] if narrow else []
    command += ['--tree'] if datasets[0].is_directory else []
    try:
        done = subprocess.run([*command, '--', *(dataset.content for dataset in datasets)], capture_output=True)
    except FileNotFoundError as error:
        raise JobError('The command iscc-sum is not installed where this job ran; tell the Galaxy admin.') from error
    name = shown(datasets[0].name)
    errors = done.stderr.decode(errors='replace').strip()
    if done.returncode != 0 or errors:
        raise JobError(
            f'iscc-sum could not hash dataset {name} (exit code {done.returncode}): {errors or "it gave no reason"}'
        )
    text = done.stdout.decode(errors='replace')
    answers = list(_ANSWER.finditer(text))
    if not (
        ''.join(answer.group() for answer in answers) == text
        and [answer[2] for answer in answers] == [_echoed(dataset) for dataset in datasets]
        and all(_is_consistent(*answer.group(1, 3, 4), narrow) for answer in answers)
    ):
        raise JobError(
            f'iscc-sum gave no valid ISCC-CODE for dataset {name}, but: {shown(text[:200])}. Tell the Galaxy admin.'
        )
    return [answer.group(1, 3, 4) for answer in answers]


def _echoed(dataset: Dataset) -> str:
    """Return the path of a dataset as the command prints it."""
    path = dataset.content.replace('\\', '/')
    return path.rstrip('/') + '/' if dataset.is_directory else path


def _is_consistent(code: str, data_unit: str, instance_unit: str, narrow: bool) -> bool:
    """Return whether the forms are strict and each half of the code is the beginning of its unit."""
    if not (
        has_form(code, 'narrow' if narrow else 'wide')
        and has_form(data_unit, 'Data-Code unit')
        and has_form(instance_unit, 'Instance-Code unit')
    ):
        return False
    data, instance = halves_of(code)
    return body_of(data_unit).startswith(data) and body_of(instance_unit).startswith(instance)
