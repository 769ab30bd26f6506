"""What the tests share: the commands of the tools, run as jobs run them, and histories in a running Galaxy."""

pytest_plugins = ('scripts', 'histories')
