"""Verify ISCC-CODE: hash one dataset and compare its code with the expected one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from iscc_galaxy.formats.code_kinds import check_of_files
from iscc_galaxy.formats.listed_codes import CodeFile, ListedCode, read_code_file
from iscc_galaxy.galaxy.datasets import check_name, dataset_from_job
from iscc_galaxy.galaxy.job import JobError, Mismatch, run, shown, write_output
from iscc_galaxy.galaxy.outputs import add_to_names
from iscc_galaxy.iscc.files import log_files, said_of_litter
from iscc_galaxy.iscc.hashing import fingerprint
from iscc_galaxy.iscc.iscc_codes import CodeError, data_code_distance, halves_of, is_narrow, parse_code
from iscc_galaxy.iscc.line_ends import CONVERTED, was_converted
from iscc_galaxy.similarity.near_names import listed_file_by_file, near_names

# Shares of the Data-Code's bits. Measured on wide codes: about 1e-23 of unrelated pairs are within 12 of 128, and no
# unrelated pair was seen under 39 of 128.
NEAR = 12 / 128
UNRELATED = 39 / 128


def main(options: dict[str, Any], output: Path) -> None:
    """Write the report; a mismatch is an error if the user says so, an error in hashing always is."""
    dataset = dataset_from_job(options['dataset'])
    expected = expected_code(options['expected_code'], options['expected_file'], options['dataset'])
    result = fingerprint(dataset, is_narrow(expected))
    generated = result.code
    log_files(dataset, result.left_out, result.litter)
    reasons = []
    if generated != expected:
        reasons += [CONVERTED] if was_converted(dataset, expected) else []
        reasons += [said_of_litter(dataset, result.litter)] if result.litter else []
    text = report(expected, generated, reasons)
    if generated != expected and options['on_mismatch'] == 'fail':
        raise Mismatch(f'Dataset {shown(dataset.name)} does not have the expected ISCC-CODE.\n{text}')
    write_output(output, [text])
    add_to_names(options['output_names'], 'OK' if generated == expected else 'FAILED')


def expected_code(text: str, file: dict[str, Any] | None, described: dict[str, Any]) -> str:
    """Return the bare code that is expected of a dataset which Galaxy describes: typed in, or from another dataset.

    Raise JobError unless it is given in just one of the two ways.
    """
    if bool(text.strip()) == (file is not None):
        raise JobError(
            'Give the expected ISCC-CODE either as text or as a dataset: '
            f'{"neither is" if file is None else "both are"} given.'
        )
    if file is None:
        try:
            return parse_code(text)
        except CodeError as error:
            raise JobError(f'The expected code {shown(text[:100])} can not be used: it {error}.') from error
    code_file = read_code_file(file)
    check_of_files([code_file], 'compare the two with "Verify datasets against an ISCC-CODE manifest"')
    name = described['name']
    if code_file.is_list:
        check_name(described)
        return _look_up(code_file, name)
    listed, = code_file.codes
    if listed.name not in (None, name):
        print(f'{code_file.label} holds the code of {shown(listed.name)}; it is compared with {shown(name)}.')
    return listed.code


def _look_up(code_file: CodeFile, name: str) -> str:
    """Find a dataset by its name; in a mapped nested list Galaxy tells only the last part of `outer/inner`."""
    if any(listed.name is None for listed in code_file.codes):
        raise JobError(f'{code_file.label} holds several codes, and at least one without a name to look up.')
    found = [listed for listed in code_file.codes if listed.name == name] or [
        listed for listed in code_file.codes if name and listed.name.endswith(f'/{name}')
    ]
    if not found:
        raise JobError(f'{code_file.label} does not list the dataset {shown(name)}. {_hint(code_file, name)}')
    if len({listed.code for listed in found}) > 1:
        raise JobError(
            f'{code_file.label} lists {shown(name)} with different codes: {_places(found)}. '
            'Keep the line that is meant.'
        )
    return found[0].code


def _hint(code_file: CodeFile, name: str) -> str:
    """Return why a name may not be found."""
    names = [listed.name for listed in code_file.codes]
    if listed_file_by_file(names, [name]):
        return 'It lists the files in that folder one by one; make it with iscc-sum --tree, which lists the folder.'
    near = near_names(names, [name])
    if near:
        return f'It lists {shown(near[0].listed)}, which differs {near[0].difference}. Names must be equal.'
    return 'Names must be equal.'


def _places(found: list[ListedCode]) -> str:
    return ', '.join(f'line {listed.line} ({shown(listed.name)})' for listed in found[:5])


def report(expected: str, generated: str, reasons: Sequence[str] = ()) -> str:
    """Return the four lines of the report on two codes of the same form, the last one with reasons for a mismatch."""
    is_equal = expected == generated
    return '\n'.join([
        'OK - ISCC-CODEs match' if is_equal else 'FAILED - ISCC-CODEs do not match',
        f'Expected:  {expected}',
        f'Generated: {generated}',
        'Bit-identical: the dataset holds exactly the data that the expected code was made from' if is_equal
        else '; '.join([difference(expected, generated), *reasons]),
    ]) + '\n'


def difference(expected: str, generated: str) -> str:
    """Return in words how far apart two different codes are."""
    distance, bits = data_code_distance(expected, generated)
    if halves_of(expected)[1] == halves_of(generated)[1]:
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
    run(main)
