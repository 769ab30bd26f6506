"""Leave a Galaxy with the tools, the workflows and the sample data up for the browser, until Ctrl-C."""

import signal
from urllib.parse import quote

from local_galaxy.configuration import PASSWORD, USER
from local_galaxy.session import session_with_samples
from local_galaxy.workflows import import_workflows


def main() -> None:
    with session_with_samples('serve') as session:
        import_workflows(session.galaxy)
        to_samples = quote(f'/history/switch_to_history?hist_id={session.history_id}', safe='')
        print(f'Open {session.galaxy.base_url}/login/start?redirect={to_samples}')
        print(f'and log in as {USER} with the password {PASSWORD}: the sample data are in the history,')
        print('the tools under ISCC in the tool panel, the workflows under Workflows. Ctrl-C stops Galaxy.', flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print()


if __name__ == '__main__':
    main()
