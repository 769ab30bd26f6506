"""How a script beside a tool talks to Galaxy: a JSON file in, one sentence on standard error when it fails."""

import json
import os
import sys
from pathlib import Path
from typing import Callable


class JobError(Exception):
    """A job that can't give a right answer; the text is the sentence that the user reads."""


def shown(name: str) -> str:
    """Quote a name for a message or a log, so that it stays on one line and its ends can be seen."""
    return json.dumps(name, ensure_ascii=False)


def slots() -> int:
    """Give the number of cores that Galaxy lets this job use."""
    return int(os.environ.get('GALAXY_SLOTS', 1))


def run(main: Callable[..., None]) -> None:
    """Call `main` with the job, a JSON file, and with the paths of the outputs: `SCRIPT JOB NAME=PATH...`.

    Whatever the user can do something about ends the job with exit code 1 and one sentence, without a traceback.
    """
    job_file, *arguments = sys.argv[1:]
    outputs = {name: Path(path) for name, path in (argument.split('=', 1) for argument in arguments)}
    try:
        main(json.loads(Path(job_file).read_text(encoding='utf-8')), **outputs)
    except JobError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f'A file could not be read or written: {error}.')
