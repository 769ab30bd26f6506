"""The forms in which the code of one dataset is written."""

import json

from codes import canonical
from datasets import Dataset
from hashing import Fingerprint
from job import JobError, shown

# The release of the ISCC metadata schema (iscc-schema) whose field names the `json` form has.
SCHEMA_VERSION = '0.8.0'


def code_lines(fingerprint: Fingerprint, units: bool, prefix: str = '') -> str:
    """Give the code on one line, with `units` the Data-Code and the Instance-Code unit on two more."""
    lines = [fingerprint.code] + ([fingerprint.data_unit, fingerprint.instance_unit] if units else [])
    return ''.join(f'{prefix}{line}\n' for line in lines)


def checksum_line(fingerprint: Fingerprint, dataset: Dataset) -> str:
    r"""Give the line that `iscc-sum -c` verifies beside a file or folder of the dataset's name.

    Written here and not by iscc-sum, which turns `\` into `/`. A folder's name has a `/` behind it.
    """
    check_checksum_name(dataset)
    return f'{canonical(fingerprint.code)} *{dataset.name}{"/" if dataset.is_directory else ""}\n'


def check_checksum_name(dataset: Dataset) -> None:
    """Raise JobError for a name that a checksum line, which knows no escapes, can't carry."""
    name = dataset.name
    if not name or '\n' in name or '\r' in name or name.endswith('/') and not dataset.is_directory:
        raise JobError(
            f'The dataset name {shown(name)} can not stand in a checksum line: there it must not be empty, hold a '
            'line break or end in "/". Rename the dataset, or choose another output format.'
        )


def metadata(fingerprint: Fingerprint, dataset: Dataset, units: bool) -> str:
    """Give the ISCC metadata of the dataset as JSON, with the field names of iscc-schema."""
    fields = {
        '@context': f'http://purl.org/iscc/context/{SCHEMA_VERSION}.jsonld',
        '@type': 'CreativeWork',
        '$schema': f'http://purl.org/iscc/schema/{SCHEMA_VERSION}.json',
        'iscc': canonical(fingerprint.code),
        'name': dataset.name,
        'filesize': fingerprint.size,
        'datahash': fingerprint.datahash,
    }
    if units:
        fields['units'] = [canonical(fingerprint.data_unit), canonical(fingerprint.instance_unit)]
    return json.dumps(fields, ensure_ascii=False, indent=2) + '\n'
