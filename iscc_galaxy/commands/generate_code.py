"""Generate ISCC-CODE: hash one dataset and write its code in the form that the user chose."""

from pathlib import Path
from typing import Any

from iscc_galaxy.formats.code_lines import checksum_line, code_lines
from iscc_galaxy.formats.metadata import metadata
from iscc_galaxy.galaxy.datasets import check_name, dataset_from_job
from iscc_galaxy.galaxy.job import run, write_output
from iscc_galaxy.iscc.files import log_files
from iscc_galaxy.iscc.hashing import fingerprint
from iscc_galaxy.iscc.iscc_codes import PREFIX


def main(options: dict[str, Any], output: Path) -> None:
    """Write the output file only once the code is known, so that a failed job leaves nothing behind."""
    if options['output_format'] in ('checksum', 'json'):
        check_name(options['dataset'])
    dataset = dataset_from_job(options['dataset'])
    result = fingerprint(dataset, options['narrow'])
    log_files(dataset, result.left_out, result.litter)
    units = options['units']
    forms = {
        'code': lambda: code_lines(result, units),
        'iscc': lambda: code_lines(result, units, PREFIX),
        'checksum': lambda: checksum_line(result, dataset),
        'json': lambda: metadata(result, dataset, units),
    }
    write_output(output, [forms[options['output_format']]()])


if __name__ == '__main__':
    run(main)
