"""How a command talks to Galaxy: a JSON file in, outputs, a log, and one sentence on standard error when it fails."""

import gc
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# More names than this help nobody who reads an error or a log.
SHOWN_AT_MOST = 20
# The exit code of a mismatch; 1 is that of all other errors, and 2 that of Python and of many programs.
MISMATCH = 3


class JobError(Exception):
    """A job that can't give a right answer; the text is the sentence that the user reads."""


class Mismatch(JobError):
    """Data that are not what was expected, where the user wants the job to fail then."""


def shown(name: str) -> str:
    """Return a name in quotes for a message or a log: on one line, its ends visible, and without effect.

    What can't be printed is escaped: line separators, marks that turn the direction of a text, codes for terminals.
    """
    quoted = json.dumps(name, ensure_ascii=False)
    return ''.join(each if each.isprintable() else each.encode('unicode_escape').decode() for each in quoted)


def shown_list(names: list[str]) -> str:
    """Return names in quotes for a message or a log, the first few of many."""
    rest = len(names) - SHOWN_AT_MOST
    return ', '.join(map(shown, names[:SHOWN_AT_MOST])) + (f' and {rest} more' if rest > 0 else '')


def slots() -> int:
    """Return the number of cores that Galaxy lets this job use; raise JobError where it says something else."""
    number = os.environ.get('GALAXY_SLOTS') or '1'
    if not (number.isascii() and number.isdigit() and int(number)):
        raise JobError(f'GALAXY_SLOTS is {shown(number)}, not a number of cores. Tell the Galaxy admin.')
    return int(number)


def write_output(path: Path, parts: Iterable[str]) -> None:
    """Write an output, part by part, in UTF-8 and with LF at the ends of lines on every system."""
    with path.open('w', encoding='utf-8', newline='\n') as file:
        file.writelines(parts)


def run(main: Callable[..., None], look_for_cycles: bool = True) -> None:
    """Call `main` with the options of the form and the paths of the outputs: `COMMAND JOB_FILE NAME=PATH...`.

    What the user can do something about ends the job with exit code 1 and one sentence, without a traceback; a mismatch
    with MISMATCH, which the tools' XML describes. A command that makes millions of objects, none of which refers to
    another, has Python not look for cycles among them: that would take a fifth of the time.
    """
    if not look_for_cycles:
        gc.disable()
    # Whatever the locale of the machine, a name in the log is no reason to fail.
    sys.stdout.reconfigure(encoding='utf-8', errors='backslashreplace')
    job_file, *arguments = sys.argv[1:]
    outputs = {name: Path(path) for name, path in (argument.split('=', 1) for argument in arguments)}
    try:
        with _empty_unless_whole(outputs.values()):
            main(json.loads(Path(job_file).read_text(encoding='utf-8')), **outputs)
    except Mismatch as error:
        print(error, file=sys.stderr)
        sys.exit(MISMATCH)
    except JobError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f'A file could not be read or written: {error}.')
    except UnicodeEncodeError as error:
        sys.exit(f'A name can not be written in UTF-8: {error}. Rename the dataset.')


@contextmanager
def _empty_unless_whole(outputs: Iterable[Path]) -> Iterator[None]:
    """Empty the outputs of a job that fails: what a full disk has cut short may look whole."""
    try:
        yield
    except BaseException:
        for output in outputs:
            with suppress(OSError):
                os.truncate(output, 0)
        raise
