"""Generate ISCC-CODE: hash one dataset and write its code in the form that the user chose."""

from pathlib import Path
from typing import Any

import job
from codes import PREFIX
from contents import note_left_out
from datasets import dataset_from_job
from hashing import fingerprint
from output_forms import checksum_line, code_lines, metadata


def main(options: dict[str, Any], output: Path) -> None:
    """Write the output file only once the code is known, so that a failed job leaves nothing behind."""
    dataset = dataset_from_job(options['dataset'])
    result = fingerprint(dataset, options['narrow'])
    note_left_out(dataset, result.left_out)
    units = options['units']
    forms = {
        'code': lambda: code_lines(result, units),
        'iscc': lambda: code_lines(result, units, PREFIX),
        'checksum': lambda: checksum_line(result, dataset),
        'json': lambda: metadata(result, dataset, units),
    }
    output.write_text(forms[options['output_format']](), encoding='utf-8', newline='\n')


if __name__ == '__main__':
    job.run(main)
