"""Verify ISCC-CODE: hash one dataset and compare its code with the expected one."""

from pathlib import Path
from typing import Any

import codes
import job
from datasets import dataset_from_job
from expectation import expected_code
from hashing import fingerprint

# Shares of the Data-Code's bits. Measured on wide codes: threshold 12 of 128 lets by about 1e-23 of unrelated pairs,
# and no unrelated pair was seen under 39 of 128.
NEAR = 12 / 128
UNRELATED = 39 / 128


def main(options: dict[str, Any], output: Path) -> None:
    """Write the report; a mismatch is an error if the user says so, an error in hashing always is."""
    dataset = dataset_from_job(options['dataset'])
    expected = expected_code(options['expected_code'], options['expected_file'], dataset)
    generated = fingerprint(dataset, codes.is_narrow(expected)).code
    text = report(expected, generated)
    if generated != expected and options['on_mismatch'] == 'fail':
        raise job.JobError(f'Dataset {job.shown(dataset.name)} does not have the expected ISCC-CODE.\n{text}')
    output.write_text(text, encoding='utf-8', newline='\n')


def report(expected: str, generated: str) -> str:
    """Give the four lines of the report on two codes of the same form."""
    is_equal = expected == generated
    return '\n'.join([
        'OK - ISCC-CODEs match' if is_equal else 'FAILED - ISCC-CODEs do not match',
        f'Expected:  {expected}',
        f'Generated: {generated}',
        'Bit-identical: the dataset holds exactly the data that the expected code was made from' if is_equal
        else difference(expected, generated),
    ]) + '\n'


def difference(expected: str, generated: str) -> str:
    """Say in words how far apart two different codes are."""
    distance, bits = codes.data_code_distance(expected, generated)
    if codes.halves(expected)[1] == codes.halves(generated)[1]:
        meaning = 'the Instance-Codes are equal, which no two different datasets have: the expected code is damaged'
    elif distance == 0:
        meaning = 'equal Data-Codes but different Instance-Codes: not bit-identical, the data differ in very little'
    elif distance <= NEAR * bits:
        meaning = 'not bit-identical, but similar: probably an edited or incomplete copy of the same data'
    elif distance < UNRELATED * bits:
        meaning = 'not bit-identical, but some parts may be shared: a much edited copy, or a small file'
    else:
        meaning = 'as far apart as unrelated data: another file, or the same content compressed or saved anew'
    return f'Data-Code distance {distance} of {bits} bits: {meaning}'


if __name__ == '__main__':
    job.run(main)
