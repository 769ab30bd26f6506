"""The tutorial for the Training Network keeps the rules of its linter (`bin/lint.rb`) and of its schemas.

They can't be run here: the linter needs all of the Training Network's repository. The codes are those of its messages.
"""

import json
import re
from hashlib import md5
from pathlib import Path

import pytest
import yaml

from exports.training_network import DATATYPES, front_matter, NAME, training_text, UPLOAD, write
from local_galaxy.configuration import CHECKOUT, TEST_DATA, tool_files
from local_galaxy.shed import tool_id, tool_version

FOLDER = f'topics/imaging/tutorials/{NAME}'
# What the tutorial names and what is in the repository of the Training Network.
THEIRS = {
    'topics/imaging/tutorials/iscc-suite/tutorial.md', 'faqs/galaxy/histories_create_new.md',
    'faqs/galaxy/datasets_import_via_link.md', 'faqs/galaxy/datasets_import_from_data_library.md',
    'faqs/galaxy/collections_build_list.md', 'faqs/galaxy/workflows_run_trs.md',
}
ICONS = {'param-file', 'param-files', 'param-collection', 'param-text', 'tool'}
TAGS = {'cite', 'snippet', 'link', 'icon', 'tool', 'color'}
BOXES = {'agenda', 'comment', 'details', 'hands-on', 'question', 'solution', 'tip', 'warning'}
# What may stand nowhere in the text: the code of the message, a pattern, and an example of it.
FORBIDDEN = [
    ('GTN:001', r'\{:\s*\.no_toc', '{: .no_toc}'),
    ('GTN:002', r'<iframe', '<iframe src="https://youtu.be/x"></iframe>'),
    ('GTN:003', r'\(https?://(training\.galaxyproject|galaxyproject\.github)', '(https://galaxyproject.github.io/x)'),
    ('GTN:004', r'\(https?://(doi\.org/(?!10\.5281/zenodo)|www\.ncbi)', '[x](https://doi.org/10.1/x)'),
    ('GTN:005', r'(?i)\[\s*(here|link)\s*\]', '[Here](x)'),
    ('GTN:006', r'(^|[^{])%\s*[^%{]*%\}', '% tool x %}'),
    ('GTN:006', r'\{%[^%]*%($|[^}])', '{% tool x %'),
    ('GTN:009', r'\{% tool \[[^\]]*\]\(\s*https?:', '{% tool [x](https://toolshed.g2.bx.psu.edu/x) %}'),
    ('GTN:010', r'> ### (\{%|Agenda)', '> ### {% icon hands_on %} Hands-on: x'),
    ('GTN:011', r'target=["\']_blank', 'target="_blank"'),
    ('GTN:018', r'\]\(\s*\)', '[x]()'),
    ('GTN:020', r'^\*\*.*\*\*$', '**A heading**'),
    ('GTN:022', r'(?i)<(\w+)-title>\1\b', '<tip-title>Tip: x</tip-title>'),
    ('GTN:029', r'^#+ \*\*.*\*\*$', '# **x**'),
    ('GTN:032', r'^[> ]*\{% snippet.*\n[> ]*\{% snippet', '> {% snippet a %}\n> {% snippet b %}'),
    ('GTN:034', r'!\[\s*\]\(', '![](x.png)'),
    ('GTN:035', r'>\s*\*\*\s*[Ss]tep', '> **Step 1**'),
    ('GTN:040', r'zenodo\.org/api/', 'https://zenodo.org/api/records/1'),
    ('GTN:046', r'\n---\n+# Introduction', 'x: y\n---\n\n# Introduction'),
    ('comments', '<!--', '<!-- here -->'),
]


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp('gtn')
    write(made)
    return made


@pytest.fixture(scope='module')
def text(folder) -> str:
    return (folder / FOLDER / 'tutorial.md').read_text(encoding='utf-8')


@pytest.mark.parametrize('code, pattern, example', FORBIDDEN)
def test_what_the_linter_finds_is_not_in_the_text(text, code, pattern, example):
    assert re.search(pattern, example, re.MULTILINE)
    assert re.findall(pattern, text, re.MULTILINE) == []


def test_tags_and_icons_are_known(text):
    assert set(re.findall(r'\{%\s*(\w+)', text)) <= TAGS
    assert set(re.findall(r'\{% icon ([\w-]+)', text)) <= ICONS


def test_what_the_text_names_is_there(folder, text):
    named = re.findall(r'\{% (?:link|snippet) (\S+)', text) + re.findall(r'path="([^"]+)"', text)
    missing = {path for path in named if not (folder / path).is_file()}
    assert missing <= THEIRS
    assert f'{FOLDER}/workflows/verify-a-conversion.ga' in named
    images = re.findall(r'!\[[^\]]+\]\(([^)]+)\)', text)
    assert len(images) == 2
    for image in images:
        assert (folder / FOLDER / image).resolve().is_file()


def test_tools_are_those_of_the_suite(text):
    known = {
        f'toolshed.g2.bx.psu.edu/repos/imgteam/{tool_id(tool)}/{tool_id(tool)}/{tool_version(tool)}'
        for tool in tool_files()
    }
    links = re.findall(r'\{% tool \[[^\]]+\]\(([^)]+)\) %\}', text)
    assert links and set(links) <= known


def unclosed_boxes(text: str) -> list[str]:
    """Return the boxes that do not end as they should: each kind with the line where it begins.

    A box is a quotation. It begins with its title, and the line behind it, one level less deep, names its kind.
    """
    open_boxes, faulty = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        depth = len(re.match(r'[> ]*', line).group().replace(' ', ''))
        end = re.search(r'\{: \.([\w-]+)\}', line)
        while open_boxes and depth < open_boxes[-1][0]:
            level, kind, begin = open_boxes.pop()
            if not (end and depth == level - 1 and end.group(1).replace('_', '-') == kind):
                faulty.append(f'{kind}, line {begin}')
        title = re.search(r'<([\w-]+)-title>.*</\1-title>', line)
        if title:
            open_boxes.append((depth, title.group(1), number))
    return faulty + [f'{kind}, line {begin}' for _, kind, begin in open_boxes]


def test_boxes_are_closed(text):
    assert unclosed_boxes(text) == []
    kinds = re.findall(r'<([\w-]+)-title>', text)
    assert set(kinds) <= BOXES
    assert len(kinds) == len(re.findall(r'\{: \.[\w-]+\}', text))
    # What a missing end, the end of another box, and an end that is too deep look like.
    for old, new in (('{: .tip}', ''), ('{: .question}', '{: .solution}'), ('> {: .solution}', '> > {: .solution}')):
        assert unclosed_boxes(text.replace(old, new, 1))


def test_headings_skip_no_level(text):
    levels = [len(marks) for marks in re.findall(r'^(#+) ', text.split('---\n', 2)[2], re.MULTILINE)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:]))


def test_the_head_is_that_of_a_second_part(text):
    """The keys of `bin/schema-tutorial.yaml`, but for the authors and the record, which who submits it adds."""
    keys = front_matter(text)
    assert keys['layout'] == 'tutorial_hands_on'
    assert keys['subtopic'] in ('introduction', 'end-to-end', 'advanced')
    assert keys['level'] in ('Introductory', 'Intermediate', 'Advanced')
    assert re.fullmatch(r'(\d+H)?(\d+M)?', keys['time_estimation'])
    for key in ('questions', 'objectives', 'key_points', 'tags'):
        assert keys[key] and all(isinstance(each, str) for each in keys[key])
    assert keys['requirements'] == [{'type': 'internal', 'topic_name': 'imaging', 'tutorials': ['iscc-suite']}]
    assert keys['follow_up_training'][0].keys() == {'type', 'topic_name', 'tutorials'}
    assert keys['contributions'] == {'authorship': []}
    assert keys['zenodo_link'].startswith('https://zenodo.org/records/')
    assert keys.keys() == {
        'layout', 'title', 'level', 'subtopic', 'zenodo_link', 'questions', 'objectives', 'time_estimation',
        'key_points', 'tags', 'requirements', 'follow_up_training', 'contributions',
    }


def test_the_library_has_the_files_that_the_text_imports(folder, text):
    """The keys of `bin/schema-data-library.yaml`; the files are those for Zenodo."""
    library = yaml.safe_load((folder / FOLDER / 'data-library.yaml').read_text())
    topic, = library['items']
    assert (topic['name'], topic['topic_id']) == ('Imaging', 'imaging')
    tutorial, = topic['items']
    assert (tutorial['name'], tutorial['tutorial_id']) == (front_matter(text)['title'], NAME)
    record, = tutorial['items']
    imported = re.findall(r'\{\{ page\.zenodo_link \}\}/files/(\S+)', text)
    assert [file['url'] for file in record['items']] == [
        f'{front_matter(text)["zenodo_link"]}/files/{name}' for name in imported]
    assert sorted(imported) == sorted(file.name for file in (folder / 'zenodo').iterdir())
    for name, file in zip(imported, record['items']):
        assert file['md5sum'] == md5((folder / 'zenodo' / name).read_bytes()).hexdigest()
        assert file['ext'] in DATATYPES.values() and file['src'] == 'url'


def test_every_sample_that_the_text_uses_is_imported_before(text):
    known = {path.name for path in TEST_DATA.rglob('*') if path.is_file()}
    imported = set()
    body = text.split('---\n', 2)[2]
    for line in body.splitlines():
        imported |= set(re.findall(r'/files/(\S+)', line))
        inputs = set(re.findall(r'`([\w.]+\.\w+)`', line)) & known if re.search(r'\*"|Build', line) else set()
        assert inputs <= imported
    assert {'nuclei.ome.tiff', 'third.tiff'} <= imported


def test_workflows_have_tests_tags_and_creators(folder):
    workflows = sorted((folder / FOLDER / 'workflows').glob('*.ga'))
    assert [workflow.stem for workflow in workflows] == [
        'register-a-processing-chain', 'verify-a-conversion', 'verify-a-transfer']
    for file in workflows:
        workflow = json.loads(file.read_text())
        assert 'imaging' in workflow['tags'] and workflow['annotation'] and workflow['license']
        people = [creator for creator in workflow['creator'] if creator['class'] == 'Person']
        assert people and all(person['identifier'] and person['name'] for person in people)
        tests = file.with_name(f'{file.stem}-tests.yml').read_text()
        assert all(test['outputs'] for test in yaml.safe_load(tests))
        paths = re.findall(r'path: ([^,}\s]+)', tests)
        assert paths and all((file.parent / path).is_file() and path.startswith('test-data/') for path in paths)


def test_names_of_files_have_no_spaces_or_colons(folder):
    assert [path for path in folder.rglob('*') if re.search(r'[\s:?]', path.name)] == []


def test_what_is_for_readers_of_this_repository_is_left_out():
    source = (CHECKOUT / 'docs' / 'tutorial.md').read_text()
    exported = training_text(source)
    for word in ('make serve', 'test-data', 'this repository'):
        assert word in source and word not in exported
    assert len(UPLOAD.findall(source)) == exported.count('datasets_import_via_link')
