"""The configuration of the local Galaxy: everything below one state folder, the tools of this checkout, fast jobs."""

import json
import os
from pathlib import Path
from typing import Any

from local_galaxy.welcome import write_welcome_page

CHECKOUT = Path(__file__).parent.parent
ENVIRONMENTS = CHECKOUT / '.envs'
# That of the Galaxy to start; the Makefile names that of another version.
GALAXY_ENVIRONMENT = ENVIRONMENTS / os.environ.get('GALAXY_ENVIRONMENT', 'galaxy')
# The commands that jobs find, and no others of the checkout: for tools that hash, that compare, that read images, and
# that do both.
JOBS_BIN = ENVIRONMENTS / 'jobs' / 'bin'
SIMILARITY_BIN = ENVIRONMENTS / 'similarity' / 'bin'
IMAGES_BIN = ENVIRONMENTS / 'images' / 'bin'
IMAGE_SIMILARITY_BIN = ENVIRONMENTS / 'image_similarity' / 'bin'
ALL_JOBS_BIN = (JOBS_BIN, SIMILARITY_BIN, IMAGES_BIN, IMAGE_SIMILARITY_BIN)
TOOLS = CHECKOUT / 'tools'
TEST_DATA = CHECKOUT / 'test-data'
TOURS = CHECKOUT / 'tours'
REQUIREMENTS = CHECKOUT / 'requirements'
# Names on PyPI that are others in Conda, in which the tools declare their requirements.
CONDA_NAMES = {'matplotlib': 'matplotlib-base'}
# What a job runs for each package that its tool declares: of the environments that are left, some have it, too. The
# first one that is left in the end has all packages, and no others.
ENV_SH = '''having="{0}"
left=
for each in ${{JOB_ENVIRONMENTS-$having}}; do
    case " $having " in *" $each "*) left="${{left:+$left }}$each";; esac
done
export JOB_ENVIRONMENTS="$left" OTHER_COMMANDS="${{OTHER_COMMANDS-$PATH}}"
export PATH="${{left%% *}}:$OTHER_COMMANDS"
'''

ADMIN_KEY = 'local-admin-key'
ADMIN_EMAIL = 'admin@example.org'
# Who uses the tools, in the browser and in tests.
USER = 'scientist'
PASSWORD = 'not-a-secret'
# Jobs that run at a time, and the cores (GALAXY_SLOTS) of each tool's jobs. Only tools for many datasets use several.
WORKERS = 2
CORES = {
    'iscc_sum': 1,
    'iscc_sum_manifest': 2,
    'iscc_sum_verify': 1,
    'iscc_sum_verify_manifest': 2,
    'iscc_sum_similarity': 2,
    'iscc_sum_provenance': 2,
    'iscc_image': 2,
    'iscc_image_similarity': 2,
}
POLL_SECONDS = 0.2
QUICK_JOBS = {
    # Metadata in a running Celery worker instead of a new process: two seconds a job instead of seven.
    'enable_celery_tasks': True,
    'metadata_strategy': 'directory_celery',
    # Look for new jobs five times a second, not once.
    'job_handler_monitor_sleep': POLL_SECONDS,
    'job_runner_monitor_sleep': POLL_SECONDS,
}
# The folder that is put on Galaxy's Python path: how it is served, and a queue that looks for new tasks more often.
PYTHON_PATH = Path(__file__).parent / 'in_galaxy'
TASK_QUEUE = 'quick_queue.Transport'


def tool_files() -> list[Path]:
    """Return the tool XML files of the checkout; macro files are not tools."""
    return sorted(path for path in TOOLS.glob('*/*.xml') if path.read_text(encoding='utf-8').startswith('<tool'))


def requirements_of(commands: Path) -> list[tuple[str, str]]:
    """Return name and version of each package that the tools with these commands declare."""
    lines = (REQUIREMENTS / f'{commands.parent.name}.in').read_text(encoding='utf-8').splitlines()
    bases = [line.removeprefix('-r ').removesuffix('.in') for line in lines if line.startswith('-r ')]
    found = [each for base in bases for each in requirements_of(ENVIRONMENTS / base / 'bin')]
    declared = (line.split('==') for line in lines if '==' in line)
    return found + [(CONDA_NAMES.get(name, name), version) for name, version in declared]


def job_requirements() -> dict[tuple[str, str], list[Path]]:
    """Return, by name and version of each package that the tools declare, the folders of commands that have it."""
    found = {}
    for commands in ALL_JOBS_BIN:
        for requirement in requirements_of(commands):
            found.setdefault(requirement, []).append(commands)
    return found


def package_resolver(folder: Path) -> dict[str, str]:
    """Offer each declared package in the layout of a dependency resolver of Galaxy; return the resolver's settings.

    A tool that declares nothing finds nothing: the environment of the jobs is on no other path.
    """
    for (name, version), having in job_requirements().items():
        package = folder / name / version
        package.mkdir(parents=True)
        (package / 'env.sh').write_text(ENV_SH.format(' '.join(map(str, having))), encoding='utf-8')
    return {'type': 'galaxy_packages', 'base_path': str(folder)}


def write_configuration(
    state: Path, job_config: dict[str, Any], settings: dict[str, Any], installed_tools: Path | None = None,
) -> Path:
    """Write all configuration files into the state folder, and return the path of `galaxy.yml`.

    The tools are those of the checkout, or those that a file lists which Galaxy keeps of what is installed. Where and
    how jobs run is in `job_config` and in further `settings` of Galaxy.
    """
    # Galaxy makes this folder, but its Celery worker, which may be first, needs it too.
    (state / 'data').mkdir()
    tool_panel = state / 'tool_conf.yml'
    tool_panel.write_text(json.dumps(_tool_panel([] if installed_tools else tool_files())), encoding='utf-8')
    galaxy = {
        **_storage(state),
        **QUICK_JOBS,
        'bootstrap_admin_api_key': ADMIN_KEY,
        'admin_users': ADMIN_EMAIL,
        'conda_auto_init': False,
        'tool_config_file': ','.join(map(str, filter(None, (tool_panel, installed_tools)))),
        # Installed tools bring their own.
        'tool_test_data_directories': str(state / 'none' if installed_tools else TEST_DATA),
        'dependency_resolvers': [],
        'container_resolvers': [],
        'job_config': job_config,
        'tour_config_dir': str(TOURS),
        'brand': 'ISCC tools',
        # Galaxy shows it at /welcome, in the middle of its first page.
        'static_welcome_html': str(write_welcome_page(state)),
        **settings,
    }
    path = state / 'galaxy.yml'
    # JSON is YAML.
    path.write_text(json.dumps({'galaxy': galaxy}, indent=2), encoding='utf-8')
    return path


def environment_variables(*commands: Path) -> dict[str, str]:
    """Return the variables that switch a process over to Galaxy's environment; its jobs inherit them.

    Folders of further commands come first.
    """
    path = ':'.join(map(str, [*commands, GALAXY_ENVIRONMENT / 'bin', os.environ['PATH']]))
    return {
        'VIRTUAL_ENV': str(GALAXY_ENVIRONMENT),
        'PATH': path,
        'PYTHONPATH': str(PYTHON_PATH),
        # One comes with a package of Galaxy, and takes a tenth of the time in which each process of Galaxy starts.
        'PYDANTIC_DISABLE_PLUGINS': '__all__',
    }


def _storage(state: Path) -> dict[str, Any]:
    """Return the settings that keep all data, databases and queues in the state folder."""
    return {
        'data_dir': str(state / 'data'),
        'database_connection': f'sqlite:///{state}/galaxy.sqlite',
        'amqp_internal_connection': f'sqlalchemy+sqlite:///{state}/queue.sqlite',
        'celery_conf': {'broker_url': f'{TASK_QUEUE}+sqlite:///{state}/tasks.sqlite?isolation_level=IMMEDIATE'},
    }


def _tool_panel(tools: list[Path]) -> dict[str, Any]:
    """Return the tool panel: some tools of Galaxy's own, and these."""
    sections = {
        'Get Data': ['data_source/upload.xml'],
        # Workflows that were made before Verify took a dataset turn its text into a parameter.
        'Expressions': ['expression_tools/parse_values_from_file.xml'],
        # A workflow of the suite selects rows with it.
        'Tables': ['filters/grep.xml'],
        'ISCC': tools,
    }
    return {'items': [
        {'type': 'section', 'id': name.lower().replace(' ', '_'), 'name': name, 'items': [
            {'type': 'tool', 'file': str(file)} for file in files
        ]}
        for name, files in sections.items()
    ]}
