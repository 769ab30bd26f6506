"""What the tests share: the scripts of the tools, run as jobs run them, and histories in a running Galaxy."""

pytest_plugins = ('scripts', 'histories')
