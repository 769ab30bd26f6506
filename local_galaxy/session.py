"""A Galaxy with a user logged in and the sample data in a history: where the demo and the browser begin."""

import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator, NamedTuple

from bioblend.galaxy import GalaxyInstance

from local_galaxy.configuration import CHECKOUT, PASSWORD, USER
from local_galaxy.engines.engine import Engine
from local_galaxy.server import LocalGalaxy, StartError
from local_galaxy.shed import copy_shipped
from local_galaxy.staging import SAMPLES, upload
from local_galaxy.welcome import write_welcome_page


class Session(NamedTuple):
    """A user's connection, their history, and the sample data in it by name."""

    galaxy: GalaxyInstance
    history_id: str
    samples: dict[str, Any]


@contextmanager
def session_with_samples(name: str) -> Iterator[Session]:
    """Start Galaxy with the suite installed and its state in the folder `name`, and upload the samples.

    Stop it at the end, also on Ctrl-C.
    """
    with started(CHECKOUT / '.galaxy' / name, copy_shipped) as local:
        galaxy = GalaxyInstance(local.url, local.create_user(USER, PASSWORD))
        history_id = galaxy.histories.create_history('ISCC sample data')['id']
        write_welcome_page(local.state, history_id)
        print('Uploading the sample data ...', flush=True)
        yield Session(galaxy, history_id, upload(galaxy, history_id, SAMPLES))


@contextmanager
def started(
    state: Path, ship: Callable[[Path], None] | None = None, engine: Engine = Engine(),
) -> Iterator[LocalGalaxy]:
    """Start Galaxy, say so, and stop it with the block or on Ctrl-C.

    Where it can't start, raise SystemExit with the end of its log.
    """
    print('Starting Galaxy (about a minute) ...', flush=True)
    begin = time.monotonic()
    try:
        with LocalGalaxy(state, ship, engine) as local:
            print(f'Galaxy runs at {local.url} after {time.monotonic() - begin:.0f} s.', flush=True)
            yield local
            print('Stopping Galaxy ...', flush=True)
    except StartError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit('Galaxy is stopped.')
