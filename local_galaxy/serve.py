"""Leave a Galaxy with the tools and the sample data up for the browser, until Ctrl-C."""

import signal

from local_galaxy.session import PASSWORD, session_with_samples, USER


def main() -> None:
    with session_with_samples('serve') as session:
        print(f'Open {session.galaxy.base_url} and log in as {USER} with the password {PASSWORD}.')
        print('The tools are under ISCC in the tool panel. Ctrl-C stops Galaxy.', flush=True)
        signal.pause()


if __name__ == '__main__':
    main()
