"""Find images that look alike: read images, take Image-Codes made before, and compare all of them by their views."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from iscc_galaxy.formats.views import view_table
from iscc_galaxy.galaxy.datasets import named_datasets_from_job
from iscc_galaxy.galaxy.job import JobError, run, slots, write_output
from iscc_galaxy.images.bulk_reading import read_all, view_rows
from iscc_galaxy.similarity.compared_scenes import ComparedScene, listed_scenes, read_scenes
from iscc_galaxy.similarity.findings import COLUMNS as FINDING_COLUMNS, findings_table
from iscc_galaxy.similarity.groups import group_datasets, group_table
from iscc_galaxy.similarity.pair_table import not_listed, unlisted
from iscc_galaxy.similarity.scene_comparison import compare_scenes
from iscc_galaxy.similarity.scene_pair_table import COLUMNS as PAIR_COLUMNS, scene_pair_table


def main(
    options: dict[str, Any], output: Path, findings: Path | None = None, clusters: Path | None = None,
    plot: Path | None = None, gallery: Path | None = None, views: Path | None = None,
) -> None:
    """Write the outputs that are asked for, once all is known."""
    listed, reference = list(listed_scenes(options['codes'])), list(listed_scenes(options['reference'])) or None
    datasets = named_datasets_from_job(options['datasets']) if options['datasets'] else []
    if views and not datasets:
        raise JobError('The table of Image-Codes lists the images that this job reads, and none was given to read.')
    names = [dataset.name for dataset in datasets]
    images = read_all(datasets, with_views=True) if datasets else []
    scenes = [*read_scenes(options['datasets'], names, images), *listed]
    _check_number(len(scenes), reference is not None)
    _tell_of_featureless([*scenes, *(reference or ())])
    comparison = compare_scenes(scenes, reference, options['threshold'], slots())
    pairs, is_listed = comparison.matches.pairs, not comparison.matches.too_many
    if not is_listed and clusters is None:
        raise JobError(
            f'{not_listed(pairs)}. Ask for "Groups of images that look alike", or choose a smaller "Maximum distance".')
    write_output(output, scene_pair_table(comparison) if is_listed else unlisted(PAIR_COLUMNS, pairs))
    if findings:
        write_output(findings, findings_table(comparison) if is_listed else unlisted(FINDING_COLUMNS, pairs))
    groups = group_datasets(comparison)
    if clusters:
        write_output(clusters, group_table(groups))
    if plot:
        # Imported here, as below: it takes half a second, and other jobs need none of it.
        from iscc_galaxy.similarity.picture.heatmap import draw
        draw(groups, options['threshold'], plot)
    if gallery:
        from iscc_galaxy.similarity.picture.gallery import draw_gallery
        thumbnails = [scene.thumbnail for scenes in images for scene in scenes]
        thumbnails += [None] * (len(comparison.all_datasets) - len(thumbnails))
        of_groups = [thumbnails[place] for place in groups.places.tolist()]
        draw_gallery(groups, of_groups, options['threshold'], gallery)
    if views:
        write_output(views, view_table(view_rows(names, images)))


def _check_number(scenes: int, has_reference: bool) -> None:
    """Raise JobError where there is nothing to compare."""
    if scenes < (1 if has_reference else 2):
        raise JobError(
            f'There is nothing to compare: {scenes or "no"} image was given. Choose at least two images, or one and a '
            'reference.'
        )


def _tell_of_featureless(scenes: Sequence[ComparedScene]) -> None:
    """Say in the log how many views are not compared, if any."""
    featureless = sum(scene.featureless for scene in scenes)
    if featureless:
        views = featureless + sum(len(scene.views) for scene in scenes)
        print(f'{featureless:,} of {views:,} views show too little to be compared: they match nothing')


if __name__ == '__main__':
    run(main)
