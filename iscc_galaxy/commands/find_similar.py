"""Find datasets with similar ISCC-CODEs: hash datasets, take precomputed codes, and compare all of them."""

from pathlib import Path
from typing import Any

from iscc_galaxy.formats.code_kinds import check_of_files, check_one_kind
from iscc_galaxy.formats.manifests import manifest as manifest_of
from iscc_galaxy.galaxy.datasets import named_datasets_from_job
from iscc_galaxy.galaxy.job import JobError, run, slots, write_output
from iscc_galaxy.iscc.bulk_hashing import hash_all
from iscc_galaxy.similarity.compared import compared_files, datasets_in, hashed_datasets
from iscc_galaxy.similarity.data_code_comparison import compare_datasets
from iscc_galaxy.similarity.findings import COLUMNS as FINDING_COLUMNS, findings_table
from iscc_galaxy.similarity.groups import group_datasets, group_table
from iscc_galaxy.similarity.pair_table import COLUMNS as PAIR_COLUMNS, not_listed, pair_table, unlisted


def main(
    options: dict[str, Any], output: Path, findings: Path | None = None, clusters: Path | None = None,
    plot: Path | None = None, manifest: Path | None = None,
) -> None:
    """Write the outputs that are asked for, once all is known."""
    files, reference_files = compared_files(options['codes']), compared_files(options['reference'])
    check_one_kind([*files, *reference_files])
    datasets = named_datasets_from_job(options['datasets']) if options['datasets'] else []
    if datasets:
        check_of_files([*files, *reference_files], 'give it under "Precomputed codes" instead of the images')
    listed, reference = datasets_in(files), datasets_in(reference_files) or None
    _check_numbers(len(listed) + len(datasets), reference is not None, bool(datasets), manifest is not None)
    fingerprints = hash_all(datasets) if datasets else []
    compared = hashed_datasets(options['datasets'], datasets, fingerprints) + listed
    comparison = compare_datasets(compared, reference, options['threshold'], slots())
    pairs, is_listed = comparison.matches.pairs, not comparison.matches.too_many
    if not is_listed and clusters is None:
        raise JobError(
            f'{not_listed(pairs)}. Ask for "Groups of similar datasets", or choose a smaller "Maximum distance".')
    write_output(output, pair_table(comparison) if is_listed else unlisted(PAIR_COLUMNS, pairs))
    if findings:
        write_output(findings, findings_table(comparison) if is_listed else unlisted(FINDING_COLUMNS, pairs))
    if clusters or plot:
        groups = group_datasets(comparison)
    if clusters:
        write_output(clusters, group_table(groups))
    if plot:
        # Imported here: it takes half a second, and other jobs need none of it.
        from iscc_galaxy.similarity.picture.heatmap import draw
        draw(groups, options['threshold'], plot)
    if manifest:
        write_output(manifest, manifest_of(datasets, fingerprints))


def _check_numbers(compared: int, has_reference: bool, has_datasets: bool, wants_manifest: bool) -> None:
    """Raise JobError where there is nothing to compare, or nothing to list in a manifest."""
    if compared < (1 if has_reference else 2):
        raise JobError(
            f'There is nothing to compare: {compared or "no"} dataset or code was given. Choose at least two datasets '
            'or codes, or one and a reference.'
        )
    if wants_manifest and not has_datasets:
        raise JobError('A manifest lists the datasets that this job hashes, and none was given to hash.')


if __name__ == '__main__':
    run(main, look_for_cycles=False)
