"""Generate ISCC-CODEs of image content: read images plane by plane, and list the codes of their pixels."""

from pathlib import Path
from typing import Any

from iscc_galaxy.formats.content_metadata import content_metadata
from iscc_galaxy.formats.pixel_manifests import pixel_manifest
from iscc_galaxy.galaxy.datasets import named_datasets_from_job
from iscc_galaxy.galaxy.job import run, write_output
from iscc_galaxy.galaxy.outputs import element_identifiers, write_collection
from iscc_galaxy.images.bulk_reading import read_all
from iscc_galaxy.iscc.bulk_hashing import hash_all

# The output of the tool that is a collection, by its name in the XML.
METADATA_COLLECTION = 'metadata'


def main(options: dict[str, Any], manifest: Path) -> None:
    """Write the outputs once all images are read, so that none of them is ever a part that passes for the whole."""
    datasets = named_datasets_from_job(options.pop('datasets'))
    names = [dataset.name for dataset in datasets]
    identifiers = element_identifiers(names, METADATA_COLLECTION) if options['metadata'] else []
    images = read_all(datasets)
    write_output(manifest, pixel_manifest(names, images))
    if options['metadata']:
        texts = map(content_metadata, hash_all(datasets), datasets, images)
        write_collection(METADATA_COLLECTION, 'json', zip(identifiers, texts, strict=True))


if __name__ == '__main__':
    run(main)
