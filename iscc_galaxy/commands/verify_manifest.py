"""Verify datasets against an ISCC-CODE manifest: hash them in one job, or take precomputed codes, and compare."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from iscc_galaxy.formats.code_kinds import check_of_files, check_one_kind
from iscc_galaxy.formats.listed_codes import CodeFile, ListedCode, read_code_list
from iscc_galaxy.formats.pixel_manifests import SIZE_COLUMNS
from iscc_galaxy.formats.tables import escaped, table
from iscc_galaxy.galaxy.datasets import Dataset, named_datasets_from_job
from iscc_galaxy.galaxy.job import JobError, Mismatch, run, shown, shown_list, write_output
from iscc_galaxy.galaxy.outputs import add_to_names
from iscc_galaxy.iscc.bulk_hashing import hash_all
from iscc_galaxy.iscc.files import said_of_litter
from iscc_galaxy.iscc.hashing import Fingerprint
from iscc_galaxy.iscc.iscc_codes import canonical, data_code_distance, is_narrow, narrowed
from iscc_galaxy.iscc.line_ends import CONVERTED, was_converted
from iscc_galaxy.similarity.near_names import listed_file_by_file, near_names
from iscc_galaxy.similarity.verification import Outcome, STATUSES, verify

COLUMNS = ('name', 'status', 'found_as', 'distance', 'expected_code', 'computed_code', 'note')
# Rows of the report that the message of a failed job shows.
ROWS_IN_MESSAGE = 10


def main(options: dict[str, Any], report: Path, summary: Path) -> None:
    """Write report and summary; a mismatch is an error if the user says so, an error in hashing always is."""
    manifest = read_code_list(options['manifest'])
    listed = manifest.codes
    datasets, fingerprints, computed = _computed_codes(options['datasets'], options['computed'], manifest)
    outcomes = verify(listed, computed, options['match_names'] == 'loose')
    allowed = {'OK', 'UNLISTED'} if options['allow_unlisted'] else {'OK'}
    counts = Counter(outcome.status for outcome in outcomes)
    is_match = counts.keys() <= allowed
    text = ''.join(f'{line}\n' for line in [
        'OK' if is_match else 'FAILED', sentence(len(computed), len(listed), counts),
        *(f'{status}\t{counts[status]}' for status in STATUSES), *hints(outcomes, datasets, fingerprints),
    ])
    if not is_match and options['on_mismatch'] == 'fail':
        odd = [row(outcome) for outcome in outcomes if outcome.status not in allowed]
        raise Mismatch('\n'.join([
            f'The datasets do not match the manifest {shown(options["manifest"]["name"])}.', text,
            f'The first of {len(odd)} row(s) that tell why:', '\t'.join(COLUMNS), *odd[:ROWS_IN_MESSAGE],
        ]))
    write_output(report, table(COLUMNS, map(row, outcomes)))
    write_output(summary, [text])
    add_to_names(options['output_names'], 'OK' if is_match else 'FAILED')


def _computed_codes(
    described: list[dict[str, Any]], computed: dict[str, Any] | None, manifest: CodeFile,
) -> tuple[list[Dataset], list[Fingerprint], list[ListedCode]]:
    """Return the codes to check, each with the place (from 1) of its dataset, and the datasets that were hashed.

    The codes are those of datasets to hash, or of a file. Raise JobError where both are given, and before hashing where
    they can't be compared with the manifest, as one is of pixels and the other of files.
    """
    if described and computed is not None:
        raise JobError('Give either datasets to hash, or a manifest of precomputed codes, not both.')
    if computed is not None:
        file = read_code_list(computed)
        check_one_kind([manifest, file])
        return [], [], file.codes
    datasets = named_datasets_from_job(described)
    check_of_files([manifest], 'give it under "Or: manifest of precomputed codes" instead of the images')
    fingerprints = hash_all(datasets)
    codes = [
        ListedCode(fingerprint.code, place, dataset.name)
        for place, (dataset, fingerprint) in enumerate(zip(datasets, fingerprints), start=1)
    ]
    return datasets, fingerprints, codes


def sentence(computed: int, listed: int, counts: Counter) -> str:
    """Return the result as a person would say it."""
    words = [f'{counts[status]} {status.lower()}' for status in STATUSES[1:] if counts[status]]
    came, were = ('dataset' if computed == 1 else 'datasets'), ('was' if listed == 1 else 'were')
    return f'{computed} {came} came, {listed} {were} listed: {", ".join(words) or "all as listed"}.'


def row(outcome: Outcome) -> str:
    """Return the row of the report on one outcome; a distance is in bits of the Data-Codes, of 64 if one is narrow."""
    listed, computed, other = outcome.listed, outcome.computed, outcome.other
    found_as = distance = computed_code = ''
    if computed is not None:
        computed_code = computed.code
        if listed is not None and is_narrow(listed.code):
            computed_code = narrowed(computed.code)
        compared = listed or other
        if compared is not None:
            distance = str(data_code_distance(compared.code, computed.code)[0])
    if listed is not None and computed is not None and listed.name != computed.name:
        found_as = computed.name
    if outcome.status == 'MISSING' and other is not None:
        found_as = other.name
    return '\t'.join([
        escaped((listed or computed).name), outcome.status, escaped(found_as), distance,
        canonical(listed.code) if listed else '', canonical(computed_code) if computed else '',
        '; '.join([*_remarks(outcome), *_notes_on_pixels(outcome)]),
    ])


def _remarks(outcome: Outcome) -> Iterator[str]:
    """Yield what the other columns don't tell of an outcome."""
    if outcome.status == 'MISSING' and outcome.other is not None:
        yield 'one of several identical copies is gone'
    if outcome.status == 'UNLISTED' and outcome.other is not None:
        yield 'its name is listed, with other content; distance to that'
    if outcome.status == 'MODIFIED' and outcome.listed.pixels is not None:
        sides = [(code.pixels.pixel_type, *code.pixels.sizes) for code in (outcome.listed, outcome.computed)]
        for column, listed, computed in zip(('pixel_type', *SIZE_COLUMNS), *sides):
            if listed != computed:
                yield f'{column}: {listed} was listed, {computed} came'


def _notes_on_pixels(outcome: Outcome) -> list[str]:
    """Return what the manifests note on the pixels of both sides, such as chunks that are not stored."""
    sides = ('of the manifest', outcome.listed), ('of the dataset', outcome.computed)
    pixels = [(whose, code.pixels) for whose, code in sides if code is not None and code.pixels is not None]
    return [f'{whose}: {escaped(of.note)}' for whose, of in pixels if of.note]


def hints(outcomes: list[Outcome], datasets: list[Dataset], fingerprints: list[Fingerprint]) -> Iterator[str]:
    """Yield a line for each known reason why datasets may not be as listed."""
    missing = [outcome.listed.name for outcome in outcomes if outcome.status == 'MISSING']
    unlisted = [outcome.computed.name for outcome in outcomes if outcome.status == 'UNLISTED']
    near = near_names(missing, unlisted)
    if near:
        yield (
            f'Names: {len(near)} name(s) differ only a little, such as {shown(near[0].listed)} in the manifest and '
            f'{shown(near[0].found)} here ({near[0].difference}). To pair them, choose "Nearly equal names, too" in '
            'the form, or rename the elements of the collection (Relabel identifiers).'
        )
    by_file = listed_file_by_file(missing, unlisted)
    if by_file:
        yield (
            f'Folders: the manifest lists the files in {shown_list(by_file)} one by one. To list a folder as one '
            'dataset, make the list with: iscc-sum --tree FOLDER'
        )
    noted = [(outcome.listed or outcome.computed).name for outcome in outcomes if _notes_on_pixels(outcome)]
    if noted:
        yield (
            f'Notes: see the note on the pixels of {len(noted)} image(s) in the report, such as chunks that are not '
            f'stored: {shown_list(noted)}'
        )
    if datasets:
        yield from _hints_on_content(outcomes, datasets, fingerprints)


def _hints_on_content(
    outcomes: list[Outcome], datasets: list[Dataset], fingerprints: list[Fingerprint],
) -> Iterator[str]:
    odd = [outcome for outcome in outcomes if outcome.status in ('MODIFIED', 'UNLISTED')]
    converted = [
        outcome.computed.name for outcome in odd if outcome.status == 'MODIFIED'
        and was_converted(datasets[outcome.computed.line - 1], outcome.listed.code)
    ]
    if converted:
        yield f'Line ends: of {len(converted)} modified dataset(s), {CONVERTED}: {shown_list(converted)}'
    for outcome in odd:
        place = outcome.computed.line - 1
        if fingerprints[place].litter:
            yield f'System files: {said_of_litter(datasets[place], fingerprints[place].litter)}'


if __name__ == '__main__':
    run(main, look_for_cycles=False)
