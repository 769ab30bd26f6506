"""The ISCC-CODE of a dataset, from the `iscc-sum` command, with everything that the command says checked.

The command has exited 0 without a code, or with one for fewer files (see `contents`), so only exact output counts.
"""

import re
import subprocess
from dataclasses import dataclass

import codes
from contents import survey
from datasets import Dataset
from job import JobError, shown

# Multihash prefix (multiformats): BLAKE3, 32 bytes.
BLAKE3_MULTIHASH = '1e20'

# The code with the path, then the two units: `iscc-sum --units --zero` ends each with a zero byte.
_ANSWER = re.compile(r'ISCC:(\w+) \*[^\0]+\0  ISCC:(\w+)\0  ISCC:(\w+)\0')


@dataclass(frozen=True)
class Fingerprint:
    """A dataset's bare code and bare 256-bit units, the bytes hashed, and the files of its folder left out."""

    code: str
    data_unit: str
    instance_unit: str
    size: int
    left_out: list[str]

    @property
    def datahash(self) -> str:
        """The BLAKE3 hash of the content as a hexadecimal multihash: the digest of the Instance-Code unit."""
        return BLAKE3_MULTIHASH + codes.body(self.instance_unit).hex()


def fingerprint(dataset: Dataset, narrow: bool) -> Fingerprint:
    """Hash the whole content of a dataset; raise JobError if iscc-sum fails, or the content changes meanwhile."""
    content = survey(dataset)
    code, data_unit, instance_unit = _run(dataset, narrow)
    if survey(dataset) != content:
        raise JobError(f'Dataset {shown(dataset.name)} changed while it was hashed. Run the job again.')
    return Fingerprint(code, data_unit, instance_unit, content.size, content.left_out)


def _run(dataset: Dataset, narrow: bool) -> tuple[str, str, str]:
    command = ['iscc-sum', '--units', '--zero']
    command += ['--narrow'] if narrow else []
    command += ['--tree'] if dataset.is_directory else []
    try:
        done = subprocess.run([*command, '--', str(dataset.content)], capture_output=True)
    except FileNotFoundError as error:
        raise JobError('The command iscc-sum is not installed where this job ran; tell the Galaxy admin.') from error
    errors = done.stderr.decode(errors='replace').strip()
    if done.returncode != 0 or errors:
        raise JobError(
            f'iscc-sum could not hash dataset {shown(dataset.name)} (exit code {done.returncode}): '
            f'{errors or "it gave no reason"}'
        )
    answer = done.stdout.decode(errors='replace')
    match = _ANSWER.fullmatch(answer)
    if not match or not _is_consistent(*match.groups(), narrow):
        raise JobError(
            f'iscc-sum gave no valid ISCC-CODE for dataset {shown(dataset.name)}, but: {shown(answer[:200])}. '
            'Tell the Galaxy admin.'
        )
    return match.groups()


def _is_consistent(code: str, data_unit: str, instance_unit: str, narrow: bool) -> bool:
    """Tell whether the forms are strict and each half of the code is the beginning of its unit."""
    if not (
        codes.is_form(code, 'narrow' if narrow else 'wide')
        and codes.is_form(data_unit, 'Data-Code unit')
        and codes.is_form(instance_unit, 'Instance-Code unit')
    ):
        return False
    data, instance = codes.halves(code)
    return codes.body(data_unit).startswith(data) and codes.body(instance_unit).startswith(instance)
