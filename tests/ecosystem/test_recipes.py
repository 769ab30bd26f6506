"""What `docs/ecosystem.md` shows runs as it stands there, with the programs themselves, and says what is told there."""

import csv
import json
import shutil
import subprocess
from pathlib import Path

import iscc_core
import pytest

from local_galaxy.configuration import ENVIRONMENTS, IMAGES_BIN, TEST_DATA
from recipes import blocks
from scripts import Tool

PROGRAMS = ENVIRONMENTS / 'ecosystem' / 'bin'
MANIFEST = TEST_DATA / 'expected' / 'manifest.tsv'
ROWS = list(csv.DictReader(MANIFEST.read_text().splitlines(), delimiter='\t'))
CODES = {row['name']: row['iscc_code'] for row in ROWS}


@pytest.fixture
def sh(tmp_path):
    """Run commands in a folder that holds the manifest of the samples, and return what they print."""
    shutil.copy(MANIFEST, tmp_path / 'manifest.tabular')

    def run(commands: str) -> str:
        done = subprocess.run(
            ['bash', '-ec', commands], cwd=tmp_path, capture_output=True, text=True,
            env={'PATH': f'{PROGRAMS}:/usr/bin:/bin', 'HOME': str(tmp_path)})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
    return run


def write_script(folder: Path, name: str, heading: str) -> None:
    script, = blocks(heading, 'python')
    (folder / name).write_text(script)


def matches(answer: str) -> dict[str, dict[str, float]]:
    """Return the scores of an answer of iscc-search by the names of the matches."""
    found, _ = json.JSONDecoder().raw_decode(answer, answer.index('{\n  "query"'))
    return {match['metadata']['name']: match['types'] for match in found['global_matches']}


def test_an_index_fed_from_a_manifest_is_asked(sh, tmp_path):
    write_script(tmp_path, 'index_entries.py', 'Ask an index')
    commands, = blocks('Ask an index', 'sh')
    answer = sh(commands)
    edited = iscc_core.Code('ISCC:K4AAZ6TG4KHSQHO5HJEU7LN5Y35BWKQ2DLIXUMHHI75SII4JPP6E25A').hash_bytes[:16]
    original = iscc_core.Code(CODES['nuclei.tiff']).hash_bytes[:16]
    bits = (int.from_bytes(edited, 'big') ^ int.from_bytes(original, 'big')).bit_count()
    assert matches(answer) == {'nuclei.tiff': {'DATA_NONE_V0': 1 - bits / 128}}
    answer = sh(f'iscc-search search {CODES["nuclei.png"]} --index facility')
    assert matches(answer) == {'nuclei.png': {'DATA_NONE_V0': 1, 'INSTANCE_NONE_V0': 1}}


def test_entries_have_different_ids_and_the_units_of_their_codes(sh, tmp_path):
    write_script(tmp_path, 'index_entries.py', 'Ask an index')
    rows = [f'{number}\t{ROWS[number % 4]["iscc_code"]}' for number in range(2000)]
    (tmp_path / 'manifest.tabular').write_text('name\tiscc_code\n' + ''.join(f'{row}\n' for row in rows))
    sh('python index_entries.py manifest.tabular entries')
    entries = [json.loads(file.read_text()) for file in (tmp_path / 'entries').iterdir()]
    assert len({entry['iscc_id'] for entry in entries}) == 2000
    for entry in entries[:20]:
        assert iscc_core.gen_iscc_code_v0(entry['units'], wide=True)['iscc'] == entry['iscc_code']


def test_an_entry_without_units_is_never_found(sh, tmp_path):
    entry = {'iscc_id': iscc_core.gen_iscc_id()['iscc'], 'iscc_code': CODES['nuclei.tiff'], 'name': 'no units'}
    (tmp_path / 'entries').mkdir()
    (tmp_path / 'entries' / '1.iscc.json').write_text(json.dumps(entry))
    sh('iscc-search index add facility --local --path "$PWD/index"')
    assert '"created": 1' in sh('iscc-search add "$PWD/entries" --index facility')
    assert matches(sh(f'iscc-search search {CODES["nuclei.tiff"]} --index facility')) == {}


def test_notes_are_signed_and_verified(sh, tmp_path):
    write_script(tmp_path, 'sign_notes.py', 'Sign a declaration')
    commands, = blocks('Sign a declaration', 'sh')
    sh(commands)
    lines = (tmp_path / 'notes.jsonl').read_text().splitlines()
    notes = list(map(json.loads, lines))
    assert [(note['iscc_code'], note['datahash']) for note in notes] == [
        (row['iscc_code'], row['datahash']) for row in ROWS]
    (tmp_path / 'changed.json').write_text(lines[0].replace(ROWS[0]['datahash'], ROWS[1]['datahash']))
    said = sh('python -c "import iscc_crypto, json; print(iscc_crypto.verify_json(json.load(open(\'changed.json\')), '
              'raise_on_error=False))"')
    assert 'Invalid signature for payload' in said


def test_a_note_with_units_has_a_narrow_code(sh, tmp_path, generate):
    """The metadata of a narrow code have units of 256 bits, and their code is the narrow one."""
    metadata = json.loads(generate.file(b'some content', output_format='json', narrow=True, units=True))
    assert iscc_core.gen_iscc_code(metadata['units'])['iscc'] == metadata['iscc']
    note = {
        '@context': 'http://purl.org/iscc/context/0.8.0.jsonld', '@type': 'IsccNote',
        '$schema': 'http://purl.org/iscc/schema/iscc-note-0.8.0.json', 'iscc_code': metadata['iscc'],
        'datahash': metadata['datahash'], 'units': metadata['units'], 'nonce': '0' * 32,
    }
    (tmp_path / 'note.json').write_text(json.dumps(note))
    (tmp_path / 'sign.py').write_text(
        'import iscc_crypto, json, iscc_schema\n'
        'signed = iscc_crypto.sign_json(json.load(open("note.json")), iscc_crypto.key_generate())\n'
        'iscc_schema.IsccNote.model_validate(signed)\n'
        'print(iscc_crypto.verify_json(signed).signature_valid)\n')
    assert sh('python sign.py') == 'True\n'


@pytest.mark.parametrize('kind', ['of a file', 'of image content'])
def test_the_metadata_are_those_of_the_schema(sh, tmp_path, generate, kind):
    image = (TEST_DATA / 'nuclei.tiff').read_bytes()
    if kind == 'of a file':
        text = generate.file(image, name='nuclei.tiff', output_format='json', units=True)
    else:
        tool = Tool(tmp_path, 'generate_image_codes', ('manifest',), IMAGES_BIN)
        done = tool.run(datasets=tool.files_with({'nuclei.tiff': image}), thumbnails=False, metadata=True)
        assert done.returncode == 0
        file, = (tmp_path / 'metadata').iterdir()
        text = file.read_text()
    (tmp_path / 'metadata.json').write_text(text)
    write_script(tmp_path, 'check.py', 'Check the metadata')
    assert sh('python check.py') == f'{CODES["nuclei.tiff"]} nuclei.tiff {len(image)}\n'


def test_both_forms_of_checksum_files_are_verified(sh, tmp_path):
    """Files and a folder, by the lines that the suite wrote; the download from Galaxy is in tests/galaxy."""
    for name in CODES:
        source = TEST_DATA / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    names = [row['name'] + '/' * (row['kind'] == 'directory') for row in ROWS]
    (tmp_path / 'checksums.txt').write_text(
        ''.join(f'{code} *{name}\n' for code, name in zip(CODES.values(), names)))
    sh(blocks('Verify a download', 'sh')[-1])
    for file in ('checksums.txt', 'checksums_tag.txt'):
        assert sh(f'iscc-sum --strict -c {file}').splitlines() == [f'{name}: OK' for name in names]
    tagged = (tmp_path / 'checksums_tag.txt').read_text().splitlines()
    assert len(tagged) == 4 and all(line.startswith('ISCC-SUM (') for line in tagged)
