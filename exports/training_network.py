"""For the Galaxy Training Network: `docs/tutorial.md` as the second part of its tutorial iscc-suite (topic imaging).

The text stays one. In HTML comments, which no page shows, it has what differs: what only a reader of this repository
needs is between `<!-- here -->` and `<!-- /here -->`; what only the Training Network knows is in `<!-- gtn: ... -->`.
"""

import re
import shutil
from hashlib import md5
from pathlib import Path
from typing import Any

import yaml

from exports.folders import export, fill
from exports.workflow_tests import copy_tests
from local_galaxy.configuration import CHECKOUT, TEST_DATA
from local_galaxy.release import current_version

TOPIC = 'imaging'
NAME = 'iscc-suite-images'
SITE = 'https://training.galaxyproject.org/training-material/'
IMPORT = [
    '{% snippet faqs/galaxy/datasets_import_via_link.md %}',
    '{% snippet faqs/galaxy/datasets_import_from_data_library.md %}',
]
# A step of a box that begins with "Upload", with the lines that belong to it.
UPLOAD = re.compile(r'^> \d+\. Upload .*\n(?:>    .*\n)*', re.MULTILINE)
# The datatypes of Galaxy, by the ends of names; the first that fits counts.
DATATYPES = {'.ome.tiff': 'ome.tiff', '.tiff': 'tiff', '.png': 'png', '.jpg': 'jpg', '.csv': 'csv'}


def write(folder: Path) -> None:
    """Write the tutorial with its images and workflows, the files for Zenodo, and the text of the pull request."""
    source = (CHECKOUT / 'docs' / 'tutorial.md').read_text(encoding='utf-8')
    topic = folder / 'topics' / TOPIC
    tutorial = topic / 'tutorials' / NAME
    tutorial.mkdir(parents=True)
    (tutorial / 'tutorial.md').write_text(training_text(source), encoding='utf-8')
    _copy([CHECKOUT / 'docs' / image for image in images_of(source)], topic / 'images' / NAME)
    for name in workflows_of(source):
        workflow = CHECKOUT / 'workflows' / name / f'{name}.ga'
        _copy([workflow], tutorial / 'workflows')
        copy_tests(workflow, tutorial / 'workflows')
    samples = samples_of(source)
    library = yaml.safe_dump(data_library(front_matter(source), samples), sort_keys=False, allow_unicode=True)
    (tutorial / 'data-library.yaml').write_text('---\n' + library, encoding='utf-8')
    _copy(samples, folder / 'zenodo')
    text = fill('training-network.md', topic=TOPIC, tutorial=NAME, version=current_version())
    (folder / 'PULL-REQUEST.md').write_text(text, encoding='utf-8')


def front_matter(text: str) -> dict[str, Any]:
    """Return the keys at the head of a tutorial."""
    return yaml.safe_load(text.split('---\n')[1])


def training_text(source: str) -> str:
    """Return the tutorial as the Training Network has it."""
    text = UPLOAD.sub(_with_links, source)
    text = re.sub(r'\s*<!-- here -->.*?<!-- /here -->', '', text, flags=re.DOTALL)
    text = re.sub(r'<!-- gtn: (.*) -->', r'\1', text)
    text = text.replace('](images/', f'](../../images/{NAME}/')
    return re.sub(rf'\]\({SITE}(.*)\.html\)', r']({% link \1.md %})', text)


def _with_links(step: re.Match) -> str:
    """Return a step that uploads files, with their addresses and how to import them."""
    addresses = [f'{{{{ page.zenodo_link }}}}/files/{file.name}' for file in _files_of(step.group())]
    lines = ['', '```', *addresses, '```', *(line for snippet in IMPORT for line in ('', snippet)), '']
    return step.group() + ''.join(f'>    {line}'.rstrip() + '\n' for line in lines)


def samples_of(source: str) -> list[Path]:
    """Return the files of the test data that the steps of the tutorial upload, in this order."""
    return [file for step in UPLOAD.findall(source) for file in _files_of(step)]


def _files_of(step: str) -> list[Path]:
    """Return the files that a step uploads. The folder is the one that the step tells readers of this repository."""
    folder = re.search(r'`(test-data[\w/]*)`', step)
    names = re.findall(r'`([\w.]+\.\w+)`', step)
    return [(CHECKOUT / folder.group(1) if folder else TEST_DATA) / name for name in names]


def images_of(source: str) -> list[str]:
    """Return the images that the tutorial shows, as paths in `docs`."""
    return re.findall(r'\]\((images/[^)]+)\)', source)


def workflows_of(source: str) -> list[str]:
    """Return the names of the workflows that the tutorial runs."""
    return re.findall(rf'/tutorials/{NAME}/workflows/([\w-]+)\.ga"', source)


def data_library(keys: dict[str, Any], samples: list[Path]) -> dict[str, Any]:
    """Return what a server needs to offer the files in a data library; `keys` are those of the tutorial."""
    title, record = keys['title'], keys['zenodo_link']
    doi = f'10.5281/zenodo.{record.rsplit("/")[-1]}'
    address = f'{SITE}topics/{TOPIC}/tutorials/{NAME}/tutorial.html'
    return {
        'destination': {
            'type': 'library', 'name': 'GTN - Material', 'description': 'Galaxy Training Network Material',
            'synopsis': 'Galaxy Training Network Material. See https://training.galaxyproject.org',
        },
        'items': [{
            'name': 'Imaging', 'topic_id': TOPIC, 'description': f'Files of the topic {TOPIC}',
            'items': [{
                'name': title, 'tutorial_id': NAME, 'description': 'Files of this tutorial',
                'tutorial_readme': f'The files of the tutorial [{title}]({address})',
                'items': [{
                    'name': f'DOI: {doi}', 'description': 'latest',
                    'items': [
                        {
                            'url': f'{record}/files/{file.name}', 'src': 'url', 'ext': datatype(file.name),
                            'info': f'https://doi.org/{doi}', 'md5sum': md5(file.read_bytes()).hexdigest(),
                        } for file in samples
                    ],
                }],
            }],
        }],
    }


def datatype(name: str) -> str:
    """Return the datatype that Galaxy has for a file of this name."""
    return next(DATATYPES[end] for end in DATATYPES if name.endswith(end))


def _copy(files: list[Path], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copy(file, folder)


if __name__ == '__main__':
    export(write)
