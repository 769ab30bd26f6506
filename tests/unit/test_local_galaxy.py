"""The local Galaxy starts, fails and ends as it should; its servers are replaced by small stand-ins."""

import signal
import subprocess
from xml.etree import ElementTree

import psutil
import pytest

from environments import commands_of, declared_by
from local_galaxy import configuration, server
from local_galaxy.engines.engine import Engine, Process

STUBBORN = ['sh', '-c', 'trap "" TERM; sleep 1000 & sleep 1000; sleep 1000']
ENDS = ['sh', '-c', 'seq 1000; echo "the port is taken"; exit 3']
# What other tests have left beside this process, such as the one in which multiprocessing tracks resources.
OTHERS: list[psutil.Process] = []


@pytest.fixture
def local(monkeypatch, tmp_path):
    """A LocalGalaxy whose servers answer at once, and that leaves the test runner's signals as they are."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    OTHERS[:] = psutil.Process().children(recursive=True)
    monkeypatch.setattr(server, 'WEB', STUBBORN)
    monkeypatch.setattr(server, 'TASKS', ['sleep', '1000'])
    monkeypatch.setattr(server, 'STOP_SECONDS', 1)
    monkeypatch.setattr(server.LocalGalaxy, '_answers', lambda self: len(family()) >= 4)
    yield server.LocalGalaxy(tmp_path / 'state')
    for number, handler in handlers.items():
        signal.signal(number, handler)


def family() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if child not in OTHERS]


def is_alive(process: psutil.Process) -> bool:
    """Return True if a process runs; a zombie has ended, and waits for the system to take note."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@pytest.mark.parametrize('end', [
    lambda: None,
    lambda: signal.raise_signal(signal.SIGINT),
    lambda: signal.raise_signal(signal.SIGTERM),
    lambda: pytest.fail('a test fails'),
], ids=['done', 'Ctrl-C', 'SIGTERM', 'failure'])
def test_no_process_is_left(local, end):
    members = []
    try:
        with local:
            members = family()
            end()
    except BaseException as error:
        assert not isinstance(error, Exception) or 'a test fails' in str(error)
    assert len(members) >= 4
    assert not [member for member in members if is_alive(member)]


@pytest.mark.parametrize('name', ['WEB', 'TASKS'])
def test_a_failed_start_shows_the_end_of_the_log(local, monkeypatch, name):
    monkeypatch.setattr(server, name, ENDS)
    monkeypatch.setattr(server.LocalGalaxy, '_answers', lambda self: False)
    with pytest.raises(server.StartError) as failure, local:
        pass
    assert 'the port is taken' in str(failure.value)
    assert '\n990\n' in str(failure.value)
    assert '\n900\n' not in str(failure.value)
    assert not family()


class Served(Engine):
    """An engine with two servers; it notes what is asked of it."""

    def __init__(self, second: list[str], is_ready: bool = True) -> None:
        self.second = second
        self.is_ready = is_ready
        self.asked = []

    def processes(self) -> list[Process]:
        return [
            Process('first', ['sleep', '1001'], lambda: self.asked.append(len(family())) or True),
            Process('second', self.second, lambda: self.asked.append(len(family())) or self.is_ready),
        ]

    def stop_jobs(self) -> None:
        self.asked.append('stop')


def test_the_servers_of_an_engine_start_one_by_one_before_galaxy_and_end_with_it(local):
    local.engine = Served(['sleep', '1002'])
    with local:
        assert {'first', 'second', 'web', 'tasks'} == {log.stem for log in local.state.glob('*.log')}
    assert local.engine.asked == [1, 2, 'stop']
    assert not family()


def test_a_server_of_an_engine_that_fails_shows_its_log(local):
    local.engine = Served(ENDS, is_ready=False)
    with pytest.raises(server.StartError, match='second.log:\n(.*\n)*the port is taken'), local:
        pass
    assert 'stop' not in local.engine.asked
    assert not family()


def test_each_galaxy_has_a_port_and_a_state_of_its_own(local, tmp_path):
    other = server.LocalGalaxy(tmp_path / 'other')
    assert local.url != other.url
    assert local.state != other.state


def test_all_state_lies_in_one_folder(tmp_path):
    text = configuration.write_configuration(tmp_path, {}, {}).read_text()
    for key in ('data_dir', 'database_connection', 'amqp_internal_connection', 'broker_url'):
        assert key in text
    assert text.count(str(tmp_path)) >= 5


@pytest.mark.parametrize('tool', configuration.tool_files(), ids=lambda path: path.stem)
def test_a_job_finds_the_environment_of_its_packages(tool, tmp_path):
    """Galaxy runs a script for each package, in the order in which the tool declares them."""
    configuration.package_resolver(tmp_path)
    scripts = [f'. {tmp_path / name / version / "env.sh"}' for name, version in declared_by(tool)]
    said = subprocess.run(
        ['sh', '-euc', '\n'.join([*scripts, 'echo "$PATH"'])], env={'PATH': '/bin'}, capture_output=True, text=True)
    expected = f'{commands_of(tool)}:' if scripts else '/bin'
    assert (said.stderr, said.stdout[:len(expected)]) == ('', expected)


def test_the_environments_of_jobs_hold_what_the_tools_declare():
    declared = set()
    for path in configuration.tool_files():
        for macros in (path, *path.parent.glob('*.xml')):
            declared |= {(element.text, element.get('version')) for element in
                         ElementTree.parse(macros).iter('requirement')}
    tokens = ElementTree.parse(configuration.CHECKOUT / 'macros' / 'iscc.xml').iter('token')
    version = next(token.text for token in tokens if token.get('name') == '@TOOL_VERSION@')
    resolved = {(name, number.replace('@TOOL_VERSION@', version)) for name, number in declared}
    assert resolved == configuration.job_requirements().keys()


def test_tools_are_found_and_macros_are_not():
    names = {path.name for path in configuration.tool_files()}
    assert 'iscc_sum.xml' in names
    assert 'iscc.xml' not in names
