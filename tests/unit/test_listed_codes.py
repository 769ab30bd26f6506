"""Reading codes from files, and looking a dataset up in them."""

import csv
import io
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from iscc_galaxy.commands.verify_code import expected_code
from iscc_galaxy.formats.content_metadata import content_metadata
from iscc_galaxy.formats.listed_codes import ListedCode, read_code_file, read_code_list
from iscc_galaxy.formats.manifests import manifest
from iscc_galaxy.formats.pixel_manifests import pixel_manifest, Pixels, SceneCode
from iscc_galaxy.formats.tables import escaped, unescaped
from iscc_galaxy.galaxy.datasets import Dataset
from iscc_galaxy.galaxy.job import JobError
from iscc_galaxy.iscc.hashing import Fingerprint
from iscc_galaxy.iscc.iscc_codes import narrowed
from local_galaxy.configuration import JOBS_BIN

TIFF = 'K4AAY7TG4KHSQHO5HLEU7DN5Y35BXCNIY7GNLPG3MRYSEQOHM3QPTNY'
NARROW = 'KUAAY7TG4KHSQHO5RGUMPTGVXTNWI'
PNG = 'K4AI4KQTST6G74F3XFIP4NCOR52R2TNSSEVPACMFSX6RPXOR6OF4H6A'
INSTANCE_UNIT = 'IADYTKGHZTK3ZW3EOEREDR3G4D43PHSW22IYLV54HTIIA7IIYNN3EOA'
DATA_UNIT = 'GADQY7TG4KHSQHO5HLEU7DN5Y35BXX3NCS2YD5NO4O2NUBGTIIG3RXQ'
HEADER = 'name\tiscc_code'
MANIFEST = (
    f'{HEADER}\tsize\tdatahash\tkind\n'
    f'nuclei.tiff\t{TIFF}\t73936\t1e2089a8c7ccd5bcdb64712241c766e0f9b79e56d69185d7bc3cd0807d08c35bb238\tfile\n'
)
DATAHASH = '1e2089a8c7ccd5bcdb64712241c766e0f9b79e56d69185d7bc3cd0807d08c35bb238'
PIXEL_HEADER = (
    'name\tiscc_code\tsize\tdatahash\tkind\tscene\tscene_name\tpixel_type\tsize_x\tsize_y\tsize_z\tsize_c\tsize_t\tnote'
)
PIXEL_ROW = f'a.tiff#2\t{TIFF}\t480\t{DATAHASH}\tpixels\t2\tfield\tuint16\t8\t5\t3\t2\t1\t'
PIXEL_MANIFEST = f'{PIXEL_HEADER}\n{PIXEL_ROW}\n'


@pytest.fixture
def read(tmp_path: Path):
    def read(content: str | bytes):
        path = tmp_path / 'list'
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_code_file({'name': 'list', 'path': str(path)})
    return read


@pytest.mark.parametrize('content', [
    TIFF, f'{TIFF}\n', f'ISCC:{TIFF}\n', f'\ufeff{TIFF}\r\n', f'\n{TIFF}\n\n', f'{TIFF}\n{DATA_UNIT}\n',
    f'# comment\nISCC:{TIFF}\n  ISCC:{DATA_UNIT}\n', f'iscc:{TIFF.lower()}',
])
def test_a_lone_code_has_no_name(read, content):
    code_file = read(content)
    assert [(listed.code, listed.name) for listed in code_file.codes] == [(TIFF, None)]
    assert not code_file.is_list


def test_checksum_lines_in_both_forms(read):
    names = ['a.tiff', 'with  space ', 'b *c', 'd) = (e', '# f', 'folder/', 'ends in slash//', '\\t', 'tab\there']
    default = ''.join(f'ISCC:{TIFF} *{name}\r\n  ISCC:{DATA_UNIT}\r\n' for name in names)
    tag = ''.join(f'ISCC-SUM ({name}) = ISCC:{NARROW}\n' for name in names)
    read_as = [name.removesuffix('/') for name in names]
    assert [listed.name for listed in read(default).codes] == read_as
    assert [listed.name for listed in read(tag).codes] == read_as
    assert read(tag).codes[1] == ListedCode(NARROW, 2, 'with  space ')
    assert read(default).is_list


def test_what_iscc_sum_writes_is_read(read, tmp_path):
    (tmp_path / 'a b.tiff').write_bytes(b'a')
    (tmp_path / 'c.tiff').write_bytes(b'c')
    for options in ([], ['--tag'], ['--units'], ['--narrow'], ['--tag', '--units', '--narrow']):
        done = subprocess.run(
            [JOBS_BIN / 'iscc-sum', *options, 'a b.tiff', 'c.tiff'], cwd=tmp_path, capture_output=True, check=True)
        assert [listed.name for listed in read(done.stdout).codes] == ['a b.tiff', 'c.tiff']


def test_a_manifest_is_read_by_its_header(read):
    code_file = read(f'{HEADER}\na\\tb\t{TIFF}\n# c\tISCC:{PNG}\n')
    assert code_file.codes == [ListedCode(TIFF, 2, 'a\tb'), ListedCode(PNG, 3, '# c')]
    code_file = read(f'size\tiscc_code\tname\n5\tISCC:{TIFF}\tx\n')
    assert code_file.codes == [ListedCode(TIFF, 2, 'x')]
    assert code_file.is_list


@pytest.mark.parametrize('content', [
    MANIFEST, MANIFEST.replace('\n', '\r\n'), f'\ufeff{MANIFEST}', f'# made by hand\n\n{MANIFEST}# the end\n',
    MANIFEST.split('\n', 1)[1], MANIFEST.split('\n', 1)[1].rstrip(), MANIFEST.replace(TIFF, f'iscc:{TIFF.lower()}'),
    f'nuclei.tiff\t{TIFF}\n', f'nuclei.tiff\t{TIFF}\t73936\n',
    f'kind\tiscc_code\tname\nraw\t{TIFF}\tnuclei.tiff\n',
])
def test_a_manifest_is_read_with_or_without_header_comments_and_other_columns(read, content):
    code_file = read(content)
    assert [(listed.code, listed.name) for listed in code_file.codes] == [(TIFF, 'nuclei.tiff')]
    assert code_file.is_list


@pytest.mark.parametrize('encoding', ['utf-16-le', 'utf-16-be'])
def test_what_powershell_writes_is_read(read, encoding):
    """PowerShell's `>` writes UTF-16 with a byte order mark and CR LF."""
    names = ['a b.tiff', '\u65e5\u672c.tiff', '\U0001f600.tiff', 'x\u2028y.tiff', '\u0a0a.tiff', '\u0d0d.tiff']
    text = '\ufeff' + ''.join(f'ISCC:{TIFF} *{name}\r\n' for name in names)
    assert [listed.name for listed in read(text.encode(encoding)).codes] == names
    assert read(f'\ufeff{TIFF}'.encode(encoding)).codes == [ListedCode(TIFF, 1, None)]


def quoted(table: str) -> str:
    """Return a table as a spreadsheet writes it that puts all cells in quotes."""
    rows = list(csv.reader(table.splitlines(), delimiter='\t', quoting=csv.QUOTE_NONE))
    text = io.StringIO()
    csv.writer(text, delimiter='\t', quoting=csv.QUOTE_ALL, lineterminator='\r\n').writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize('name', ['a', 'a, b', 'a "b" c', '"', '""', 'tab\\there', 'iscc_code', TIFF])
def test_a_table_of_which_a_spreadsheet_quoted_all_cells(read, name):
    table = f'{HEADER}\n{name}\t{TIFF}\n'
    assert read(quoted(table)).codes == read(table).codes
    assert read(quoted(f'{name}\t{TIFF}\n')).codes == [ListedCode(TIFF, 1, name.replace('\\t', '\t'))]


@pytest.mark.parametrize('name', ['"a"', '""', '"', '"a, b"', '"iscc_code"', f'"{TIFF}"', '"name"'])
def test_quotes_that_belong_to_a_name_stay(read, name):
    assert read(f'{HEADER}\n{name}\t{TIFF}\n').codes == [ListedCode(TIFF, 2, name)]
    assert read(f'ISCC:{TIFF} *{name}\n').codes == [ListedCode(TIFF, 1, name)]


def test_a_quoted_line_is_read(read):
    assert read(f'"ISCC:{TIFF} *a, ""b"".tiff"\n').codes == [ListedCode(TIFF, 1, 'a, "b".tiff')]
    assert read(f'"{TIFF}"\n').codes == [ListedCode(TIFF, 1, None)]


def test_tables_one_behind_another_are_one(read):
    table = f'{HEADER}\na\t{TIFF}\n{HEADER}\nb\t{PNG}\n'
    assert read(table).codes == [ListedCode(TIFF, 2, 'a'), ListedCode(PNG, 4, 'b')]
    assert read(quoted(table)).codes == read(table).codes


@pytest.mark.parametrize('content, words', [
    ('name,iscc_code\na,K4A\n', 'has commas between its columns. Save the table with tabs'),
    ('"name";"iscc_code";"size"\n', 'has semicolons between its columns'),
    (f'a.tiff,ISCC:{TIFF}\n', 'has commas between its columns'),
    (f'a.tiff;"{TIFF.lower()}"\n', 'has semicolons between its columns'),
    (f'{"0" * 32}  a.tiff\n', 'is a list of MD5 checksums. This tool needs ISCC-CODEs'),
    (f'# made by md5sum\n{"0" * 32} *a.tiff\n', 'is a list of MD5 checksums'),
    (f'{"A" * 40}  a.tiff\n', 'is a list of SHA-1 checksums'),
    (f'\\{"a" * 64}  a\\nb.tiff\n', 'is a list of SHA-256 checksums'),
    (f'{"a" * 128}  a.tiff\n', 'is a list of SHA-512 checksums'),
    (f'SHA256 (a.tiff) = {"0" * 64}\n', 'is a list of SHA256 checksums'),
    (f'MD5(a.tiff)= {"0" * 32}\n', 'is a list of MD5 checksums'),
    (f'{"0" * 64}  data/a.tiff\n', 'is the manifest of a BagIt bag, with SHA-256 checksums'),
    ('group\tgroup_size\tfilename\n1\t1\ta\n', 'is a table of groups, not a list of ISCC-CODEs. Choose a manifest or'),
    (f'file_id\tfilename\tiscc_code\tmatch_id\nx\ta\t{TIFF}\t\n', 'is a table of pairs, not a list'),
    ('dataset\tsimilar_to\trelation\tdistance\na\tb\tsimilar\t4\n', 'is a table of findings, not a list'),
    (f'name\tstatus\tfound_as\na\tOK\t{TIFF}\n', 'is the report of a verification, not a list'),
    (f'dataset\tstep\tiscc_code\na\traw\t{TIFF}\n', 'is a provenance table, not a list'),
    (f'namespace\torg.iscc.sum\nOBJECT_NAME\tISCC-CODE\na\t{TIFF}\n', 'is a table for OMERO, not a list'),
    (f'FAILED - ISCC-CODEs do not match\nExpected:  {TIFF}\n', 'is the report of a verification, not a list'),
    ('OK\n1 dataset came, 1 was listed: all as listed.\nOK\t1\n', 'is the summary of a verification, not a list'),
    (f'name\timage_code\tview\tscene\tsize_x\tsize_y\tnote\na\t{TIFF}\tpicture\t1\t8\t5\t\n',
     'is a table of Image-Codes of views, not a list'),
    ('BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n', 'is the declaration of a BagIt bag'),
])
def test_a_list_of_another_kind_is_named(read, content, words):
    with pytest.raises(JobError, match='^Dataset "list" ') as refusal:
        read(content)
    assert words in str(refusal.value)


@pytest.mark.parametrize('name', ['a,b', 'a;b', f'a,{TIFF}', f'{"0" * 32}  x', 'name,iscc_code', 'BagIt-Version: 1.0'])
def test_names_that_look_like_another_kind_are_names(read, name):
    assert read(f'{HEADER}\n{name}\t{TIFF}\n').codes == [ListedCode(TIFF, 2, name)]
    assert read(f'ISCC:{TIFF} *{name}\n').codes == [ListedCode(TIFF, 1, name)]
    assert read(f'{name}\t{TIFF}\n').codes == [ListedCode(TIFF, 1, name)]


def test_metadata_is_read(read):
    code_file = read(f'{{"iscc": "ISCC:{TIFF}", "name": "two\\nlines"}}')
    assert code_file.codes == [ListedCode(TIFF, 1, 'two\nlines')]
    assert not code_file.is_list


def test_the_metadata_of_an_image_are_read_as_the_code_of_its_file(read):
    file, scene = (Fingerprint(code, DATA_UNIT, INSTANCE_UNIT, 480, [], []) for code in (TIFF, PNG))
    code_file = read(content_metadata(
        file, Dataset('a.tiff', '/none', False), [SceneCode(scene, 'field', 'uint16', (8, 5, 3, 2, 1), '')]))
    assert code_file.codes == [ListedCode(TIFF, 1, 'a.tiff')]
    assert not code_file.of_pixels


@pytest.mark.parametrize('content', [
    PIXEL_MANIFEST, PIXEL_MANIFEST.replace('\n', '\r\n'), PIXEL_MANIFEST * 2, quoted(PIXEL_MANIFEST),
    '\n'.join('\t'.join(reversed(line.split('\t'))) for line in (PIXEL_HEADER, PIXEL_ROW)),
])
def test_a_pixel_manifest_is_read(read, content):
    code_file = read(content)
    assert code_file.of_pixels and code_file.is_list
    assert {(listed.name, listed.code, listed.pixels) for listed in code_file.codes} == {
        ('a.tiff#2', TIFF, Pixels('uint16', (8, 5, 3, 2, 1)))}


def test_a_pixel_manifest_comes_out_as_it_went_in(read):
    scenes = [
        SceneCode(Fingerprint(TIFF, DATA_UNIT, INSTANCE_UNIT, size, [], []), '\t', pixel_type, (3, 1, 1, 1, 2), 'n\n')
        for pixel_type, size in (('bool', 6), ('int8', 6), ('float16', 12), ('uint32', 24), ('float64', 48))
    ]
    codes = read(''.join(pixel_manifest(['a\tb'], [scenes]))).codes
    assert [(listed.name, listed.pixels.pixel_type, listed.pixels.sizes, listed.pixels.note) for listed in codes] == [
        (f'a\tb#{number}', scene.pixel_type, scene.sizes, 'n\n') for number, scene in enumerate(scenes, start=1)]


@pytest.mark.parametrize('before, after, reason', [
    ('\tuint16\t', '\tuint17\t', "has 'uint17' where a pixel type such as uint16 was expected"),
    ('\tuint16\t', '\tuint8\t', "has '480' as size where its sizes and pixel type make 240 bytes"),
    ('\t8\t5\t', '\t8\t6\t', "has '480' as size where its sizes and pixel type make 576 bytes"),
    ('\t480\t', '\t0480\t', "has '0480' as size"),
    ('\t8\t5\t', '\t8\t0\t', "has '0' as size_y where a number from 1 on was expected"),
    ('\t8\t5\t', '\t-8\t-5\t', "has '-8' as size_x where a number"),
    ('\t8\t5\t', f'\t{"9" * 5000}\t5\t', 'as size_x where a number'),
    ('\t8\t5\t', '\t\u0668\t5\t', 'as size_x where a number'),
    (TIFF, NARROW, 'has a narrow code, and all codes of pixels are wide'),
    (TIFF, PNG, 'has a code that does not belong to its datahash'),
    ('\t1\t\n', '\t1\ta\\b\n', 'which is no escape of a manifest'),
    ('\tuint16\t8\t5\t3\t2\t1\t\n', '\n', '7 column(s) where 14 were expected'),
    (f'{PIXEL_HEADER}\n', '', '14 column(s) where 5 were expected'),
])
def test_a_row_of_pixels_that_is_not_whole_or_contradicts_itself_is_an_error(read, before, after, reason):
    assert before in PIXEL_MANIFEST
    with pytest.raises(JobError, match='^Dataset "list", line [12]: ') as refusal:
        read(PIXEL_MANIFEST.replace(before, after))
    assert reason in str(refusal.value)


@pytest.mark.parametrize('column', PIXEL_HEADER.split('\t')[2:])
def test_a_row_of_pixels_needs_every_column(read, column):
    """Without `kind` it is the row of a table made by hand."""
    place = PIXEL_HEADER.split('\t').index(column)
    rows = [[cell for at, cell in enumerate(line.split('\t')) if at != place] for line in (PIXEL_HEADER, PIXEL_ROW)]
    content = ''.join('\t'.join(row) + '\n' for row in rows)
    if column == 'kind':
        assert not read(content).of_pixels
        return
    with pytest.raises(JobError, match=f'line 2: the row of "a.tiff#2" is of pixels, but .* lacks .* {column}'):
        read(content)


@pytest.mark.parametrize('content, lines', [
    (PIXEL_MANIFEST + MANIFEST, 'codes of pixels (line 2) and codes of files (line 4)'),
    (MANIFEST + PIXEL_MANIFEST + MANIFEST, 'codes of pixels (line 4) and codes of files (line 2)'),
    (MANIFEST.split('\n', 1)[1] + PIXEL_MANIFEST, 'codes of pixels (line 3) and codes of files (line 1)'),
    (PIXEL_MANIFEST + PIXEL_ROW.replace('pixels', 'file'), 'codes of pixels (line 2) and codes of files (line 3)'),
])
def test_codes_of_pixels_and_of_files_in_one_file_are_an_error(read, content, lines):
    with pytest.raises(JobError) as refusal:
        read(content)
    assert str(refusal.value) == (
        f'Dataset "list" holds {lines}: the two can\'t be compared. Give a file with codes of one kind.')


@pytest.mark.parametrize('before', [0, 1, 133, 134, 135, 5000])
def test_the_line_that_is_not_utf_8_is_named(read, before):
    """Python decodes 8192 bytes at a time, which end here in line 135."""
    lines = [f'ISCC:{TIFF}'.encode()] * before + [f'ISCC:{TIFF} *'.encode() + b'\xfc.tiff'] + [TIFF.encode()] * 1000
    with pytest.raises(JobError, match=f': line {before + 1} is not UTF-8'):
        read(b'\n'.join(lines))


@pytest.mark.parametrize('content, reason', [
    ('', 'is empty'),
    (' \r\n\n', 'is empty'),
    ('\ufeff', 'is empty'),
    (b'\xff\xd8\xff', 'is not a text file: line 1 is not UTF-8'),
    (b'\xff\xfeI\0S', 'is not a text file: it is not whole UTF-16. If it is a list that iscc-sum made on Windows'),
    (f'ISCC:{TIFF} *\xfc.tiff'.encode('cp1252'), 'make it again with: iscc-sum -o checksums.txt *.tiff'),
    (TIFF.encode() + b'\n\xff', 'is not a text file: line 2 is not UTF-8'),
    (b'A' * 10 ** 6, 'is not a text file: line 1 holds zero bytes, or is too long'),
    (b'\0' * 10, 'is not a text file: line 1 holds zero bytes'),
    ('# only a comment\n', 'holds no ISCC-CODE'),
    (HEADER, 'holds no ISCC-CODE'),
    (f'{HEADER}\nx\t{TIFF}\t5\n', 'line 2: 3 column(s) where 2 were expected'),
    (f'{HEADER}\nx\t{TIFF}\ny\n', 'line 3: 1 column(s) where 2 were expected'),
    (f'{HEADER}\nx\t{TIFF}\n\ny{TIFF}\n', 'line 4: 1 column(s)'),
    (f'x\t{TIFF}\ny\t{TIFF}\t5\n', 'line 2: 3 column(s) where 2 were expected'),
    (f'x\t{TIFF}\t1\t2\t3\t4\n', 'line 1: 6 column(s) where 5 were expected'),
    (f'Name\tISCC\nx\t{TIFF}\n', 'line 1: the code "ISCC" can not be used'),
    (f'name\tname\tiscc_code\nx\ty\t{TIFF}\n', 'line 1: the code "name" can not be used'),
    (f'{MANIFEST[:-6]}\n', 'line 2: 4 column(s)'),
    (MANIFEST[:-3], "line 2: the row of \"nuclei.tiff\" ends in 'fi' where file or directory or pixels was expected"),
    (MANIFEST.replace('1e2089', '1e2088'), 'has a code that does not belong to its datahash'),
    (MANIFEST.split('\n', 1)[1].replace('1e2089', '1e2088'), 'line 1: the row of "nuclei.tiff" has a code that'),
    (f'{HEADER}\nx\t{TIFF[:-3]}', 'line 2: the code'),
    (f'{HEADER}\nx\\y\t{TIFF}\n', 'which is no escape of a manifest'),
    (f'{HEADER}\na\rb\t"{TIFF}"\n', 'line 2: the code'),
    (f'ISCC:{TIFF} *a\nISCC:{TIFF[:30]}', 'line 2: the code'),
    (f'ISCC:{TIFF} *a\nISCC:{TIFF} *', 'line 2: '),
    (f'ISCC:{TIFF} *a\nISCC-SUM (b', 'is not a whole checksum line'),
    (f'{DATA_UNIT}\n', 'line 1: the code'),
    (f'{TIFF}\nhello\n', 'line 2: the code "hello" can not be used'),
    ('{"iscc": "ISCC:K4A"', 'is not ISCC metadata'),
    ('{"name": "x"}', 'is not ISCC metadata'),
    ('{"iscc": 5}', 'is not ISCC metadata'),
    ('{"iscc": ' + '[' * 20_000, 'is not ISCC metadata'),
    ('{"iscc": ' + '1' * 20_000 + '}', 'is not ISCC metadata'),
    (f'{{"iscc": "{TIFF}", "name": "\\ud800"}}', 'is not ISCC metadata'),
    (f'{{"iscc": "{"A" * 20_000}"}}', f'the code "{"A" * 100}" can not be used'),
    (f'{{"iscc": "{TIFF}", "name": 5}}', 'is not ISCC metadata'),
    (f'{{"iscc": "ISCC:{DATA_UNIT}"}}', 'is a unit, the Data-Code half'),
])
def test_what_is_not_understood_is_an_error_with_its_line(read, content, reason):
    with pytest.raises(JobError) as refusal:
        read(content)
    assert reason in str(refusal.value)
    assert str(refusal.value).startswith('Dataset "list"')


@given(st.text())
def test_names_are_escaped_by_the_one_rule(name):
    rules = {'\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r'}
    assert escaped(name) == ''.join(rules.get(character, character) for character in name)
    assert unescaped(escaped(name)) == name


# No database keeps a name with a zero byte.
names_in_galaxy = st.text(st.characters(codec='utf-8', exclude_characters='\0'))


@given(st.lists(st.tuples(names_in_galaxy, st.booleans(), st.booleans()), min_size=1))
def test_a_manifest_comes_out_as_it_went_in(tmp_path_factory, rows):
    datasets = [Dataset(name, '/none', is_directory) for name, is_directory, _ in rows]
    fingerprints = [
        Fingerprint(narrowed(TIFF) if narrow else TIFF, DATA_UNIT, INSTANCE_UNIT, 1, [], []) for *_, narrow in rows
    ]
    path = tmp_path_factory.getbasetemp() / 'manifest.tsv'
    path.write_text(''.join(manifest(datasets, fingerprints)), encoding='utf-8', newline='\n')
    codes = read_code_list({'name': 'list', 'path': str(path)}).codes
    assert [(listed.name, listed.code) for listed in codes] == [
        (dataset.name, fingerprint.code) for dataset, fingerprint in zip(datasets, fingerprints)
    ]
    assert [listed.line for listed in codes] == list(range(2, len(rows) + 2))


@given(st.binary(max_size=300) | st.text(alphabet='ISCC:K4AUA \t*\n#{}()=').map(str.encode))
def test_any_file_is_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / 'any'
    path.write_bytes(content)
    with suppress(JobError):
        assert read_code_list({'name': 'list', 'path': str(path)}).codes


@pytest.fixture
def look_up(tmp_path):
    def look_up(content: str, name: str) -> str:
        path = tmp_path / 'list'
        path.write_text(content)
        return expected_code('', {'path': str(path), 'name': 'list'}, {'name': name, 'id': '1'})
    return look_up


def test_a_dataset_is_looked_up_by_its_exact_name(look_up):
    table = f'{HEADER}\nx.tiff\t{TIFF}\nplate/x.tiff\t{PNG}\nx.tiff.png\t{PNG}\n'
    assert look_up(table, 'x.tiff') == TIFF
    assert look_up(table, 'plate/x.tiff') == PNG


def test_a_folder_is_found_with_and_without_its_slash(look_up):
    table = f'ISCC:{TIFF} *a.zarr/\nISCC:{PNG} *b.zarr\n'
    assert look_up(table, 'a.zarr') == TIFF
    assert look_up(table, 'b.zarr') == PNG


@pytest.mark.parametrize('table, reason', [
    (f'{HEADER}\ny\t{TIFF}\n', 'does not list the dataset "x"'),
    (f'{HEADER}\nx\t{TIFF}\nx\t{PNG}\n', 'different codes: line 2 ("x"), line 3 ("x")'),
    (f'{HEADER}\na/x\t{TIFF}\nb/x\t{PNG}\n', 'different codes'),
    (f'{TIFF}\n{PNG}\n', 'without a name to look up'),
])
def test_a_name_that_does_not_lead_to_one_code_is_an_error(look_up, table, reason):
    with pytest.raises(JobError) as refusal:
        look_up(table, 'x')
    assert reason in str(refusal.value)


@pytest.mark.parametrize('content, name, words', [
    (f'{HEADER}\nd/x.tif\t{TIFF}\n', 'x.tiff', 'It lists "d/x.tif", which differs in the extension, and in the f'),
    (f'{HEADER}\nu\u0308\t{TIFF}\n', '\xfc', 'which differs in how letters are composed'),
    (f'{HEADER}\nx.zarr/0/0\t{TIFF}\n', 'x.zarr', 'It lists the files in that folder one by one; make it with iscc-s'),
    (f'{HEADER}\nx.tif\t{TIFF}\nx.png\t{PNG}\n', 'x', 'Names must be equal.'),
])
def test_a_name_that_is_nearly_listed_gives_a_hint(look_up, content, name, words):
    with pytest.raises(JobError, match='does not list the dataset') as refusal:
        look_up(content, name)
    assert words in str(refusal.value)


def test_a_deferred_dataset_has_no_name_to_look_up(tmp_path):
    path = tmp_path / 'list'
    deferred = {'name': 'Unnamed dataset', 'id': 'None'}
    path.write_text(f'{HEADER}\nUnnamed dataset\t{TIFF}\n')
    with pytest.raises(JobError, match='is deferred'):
        expected_code('', {'path': str(path), 'name': 'list', 'id': '1'}, deferred)
    path.write_text(f'{TIFF}\n')
    with pytest.raises(JobError, match='is deferred'):
        expected_code('', {'path': str(path), **deferred}, {'name': 'x', 'id': '1'})
    assert expected_code('', {'path': str(path), 'name': 'Unnamed dataset', 'id': '1'}, deferred) == TIFF


def test_an_empty_name_is_not_the_end_of_another(look_up):
    with pytest.raises(JobError, match='does not list the dataset ""'):
        look_up(f'ISCC:{TIFF} *a.zarr/\nISCC:{PNG} *b\n', '')


def test_equal_codes_under_one_name_are_one(look_up):
    assert look_up(f'{HEADER}\nx\t{TIFF}\nx\t{TIFF}\n', 'x') == TIFF
    assert look_up(f'{HEADER}\na/x\t{TIFF}\nb/x\t{TIFF}\n', 'x') == TIFF
