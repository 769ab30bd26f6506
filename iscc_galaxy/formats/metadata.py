"""ISCC metadata: JSON with the field names of iscc-schema."""

import json
from typing import Any

from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.iscc.hashing import Fingerprint
from iscc_galaxy.iscc.iscc_codes import canonical

# The release of iscc-schema whose field names these are.
SCHEMA_VERSION = '0.8.0'


def metadata(fingerprint: Fingerprint, dataset: Dataset, units: bool) -> str:
    """Return the ISCC metadata of a dataset as JSON text; `filesize` is in bytes."""
    fields = metadata_fields(fingerprint, dataset)
    if units:
        fields['units'] = units_of(fingerprint)
    return json_text(fields)


def metadata_fields(fingerprint: Fingerprint, dataset: Dataset) -> dict[str, Any]:
    """Return the fields that the ISCC metadata of every dataset have."""
    return {
        '@context': f'http://purl.org/iscc/context/{SCHEMA_VERSION}.jsonld',
        '@type': 'CreativeWork',
        '$schema': f'http://purl.org/iscc/schema/{SCHEMA_VERSION}.json',
        'iscc': canonical(fingerprint.code),
        'name': dataset.name,
        'filesize': fingerprint.size,
        'datahash': fingerprint.datahash,
    }


def units_of(fingerprint: Fingerprint) -> list[str]:
    """Return the canonical Data-Code unit and Instance-Code unit."""
    return [canonical(fingerprint.data_unit), canonical(fingerprint.instance_unit)]


def json_text(fields: dict[str, Any]) -> str:
    """Return the text of a JSON file."""
    return json.dumps(fields, ensure_ascii=False, indent=2) + '\n'


def read_metadata(text: str) -> tuple[str, str | None]:
    """Return the code as it is written in ISCC metadata, and the name, if there is one.

    Raise ValueError for anything else, and for a name that no output can hold: JSON can spell half of a surrogate pair.
    """
    try:
        fields = json.loads(text)
        code, name = fields['iscc'], fields.get('name')
        if not isinstance(code, str) or not isinstance(name, str | None):
            raise TypeError('The code and the name are texts.')
        (name or '').encode()
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError('This is no ISCC metadata.') from error
    return code, name
