"""How a script beside a tool talks to Galaxy: a JSON file in, one sentence on standard error when it fails."""

import json
import sys
from pathlib import Path
from typing import Callable


class JobError(Exception):
    """A job that can't give a right answer; the text is the sentence that the user reads."""


def shown(name: str) -> str:
    """Quote a name for a message or a log, so that it stays on one line and its ends can be seen."""
    return json.dumps(name, ensure_ascii=False)


def run(main: Callable[..., None]) -> None:
    """Call `main` with the job (the JSON file that the command line names first) and the paths of the outputs.

    Whatever the user can do something about ends the job with exit code 1 and one sentence, without a traceback.
    """
    job_file, *outputs = map(Path, sys.argv[1:])
    try:
        main(json.loads(job_file.read_text(encoding='utf-8')), *outputs)
    except JobError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f'A file could not be read or written: {error}.')
