"""A proof that fails is not called passed, and tests are counted as they were reported."""

from types import SimpleNamespace

import pytest

from local_galaxy import prove


@pytest.fixture
def proofs(monkeypatch, tmp_path):
    """Return what each `make` prints and how it ends, which a test fills."""
    done = {}

    def run(command: list[str], stdout, **others) -> SimpleNamespace:
        text, code = done[command[1]]
        stdout.write(text)
        return SimpleNamespace(returncode=code)

    monkeypatch.setattr(prove, 'CHECKOUT', tmp_path)
    monkeypatch.setattr(prove.subprocess, 'run', run)
    return done


def test_all_proofs_run_and_are_counted(proofs, capsys):
    proofs['demo'] = ('', 0)
    proofs['test-ui'] = ('== 1 failed, 7 passed in 3 s ==', 2)
    proofs['test'] = ('== 2527 passed in 400 s ==\nAll 154 test(s) executed passed.\n== 133 passed, 1 warning ==', 0)
    assert prove.main(['demo', 'test-ui', 'test']) == 1
    rows = {tuple(line.split()[1:3]): line.split('│') for line in capsys.readouterr().out.splitlines() if '│' in line}
    assert [rows['make', name][2].strip().split(',')[0] for name in proofs] == ['passed', 'FAILED', 'passed']
    assert [rows['make', name][3].strip() for name in proofs] == ['0', '7', '2814']
