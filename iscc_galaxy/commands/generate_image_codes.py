"""Generate ISCC-CODEs of image content: read images plane by plane, and list the codes of their pixels and views."""

from pathlib import Path
from typing import Any

from iscc_galaxy.formats.content_metadata import content_metadata
from iscc_galaxy.formats.pixel_manifests import name_of_scene, pixel_manifest
from iscc_galaxy.formats.views import view_table
from iscc_galaxy.galaxy.datasets import named_datasets_from_job
from iscc_galaxy.galaxy.job import JobError, run, shown, write_output
from iscc_galaxy.galaxy.outputs import element_identifiers, longest_identifier, write_collection
from iscc_galaxy.images.bulk_reading import read_all, view_rows
from iscc_galaxy.iscc.bulk_hashing import hash_all

# The outputs of the tool that are collections, by their names in the XML.
METADATA_COLLECTION, THUMBNAIL_COLLECTION = 'metadata', 'thumbnails'
# How long the name of an image with thumbnails may be: behind it there is room for the numbers of a scene and of an
# equal name. How many scenes there are is known only when all images have been read.
LONGEST_NAME = longest_identifier(THUMBNAIL_COLLECTION) - len('#99999 (999)')


def main(options: dict[str, Any], manifest: Path, views: Path | None = None) -> None:
    """Write the outputs once all images are read, so that none of them is ever a part that passes for the whole."""
    datasets = named_datasets_from_job(options.pop('datasets'))
    names = [dataset.name for dataset in datasets]
    identifiers = element_identifiers(names, METADATA_COLLECTION) if options['metadata'] else []
    if options['thumbnails']:
        _check_names(names)
    images = read_all(datasets, with_views=views is not None or options['thumbnails'])
    codes = [[scene.code for scene in scenes] for scenes in images]
    write_output(manifest, pixel_manifest(names, codes))
    if views:
        write_output(views, view_table(view_rows(names, images)))
    if options['thumbnails']:
        of_scenes = [
            name_of_scene(name, number, len(scenes))
            for name, scenes in zip(names, images, strict=True) for number in range(1, len(scenes) + 1)
        ]
        thumbnails = (scene.thumbnail for scenes in images for scene in scenes)
        write_collection(
            THUMBNAIL_COLLECTION, 'png', zip(element_identifiers(of_scenes, THUMBNAIL_COLLECTION), thumbnails))
    if options['metadata']:
        texts = map(content_metadata, hash_all(datasets), datasets, codes)
        write_collection(
            METADATA_COLLECTION, 'json', zip(identifiers, (text.encode() for text in texts), strict=True))


def _check_names(names: list[str]) -> None:
    """Raise JobError for a name too long for the collection of thumbnails."""
    for name in names:
        if len(name) > LONGEST_NAME:
            raise JobError(
                f'The dataset name {shown(name)} is too long for an element of the collection of thumbnails: it may '
                f'have {LONGEST_NAME} characters. Shorten it, or do not ask for the collection.'
            )


if __name__ == '__main__':
    run(main)
