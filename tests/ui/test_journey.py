"""A newcomer's way through all tools; each test goes on where the one before it ended."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from local_galaxy.configuration import CHECKOUT, TEST_DATA
from local_galaxy.staging import SAMPLES
from newcomer import JOB_MILLISECONDS, Newcomer, RAW_MARKUP

CODE = (TEST_DATA / 'expected' / 'code.txt').read_text().split()[0]
WORKFLOW = CHECKOUT / 'workflows' / 'fingerprint-and-deduplicate' / 'fingerprint-and-deduplicate.ga'
# The collection's number in the history, after the two uploads and its six datasets.
COLLECTION = '9: Experiment 1'
GENERATE = 'Generate ISCC-CODE'
MANIFEST = 'Generate ISCC-CODE manifest'
VERIFY = 'Verify ISCC-CODE'
VERIFY_MANIFEST = 'Verify datasets against an ISCC-CODE manifest'
FIND = 'Find datasets with similar ISCC-CODEs'
TRACE = 'Trace datasets through a processing chain by ISCC-CODE'
VERIFIED = 'Turn an ISCC-CODE verification into a parameter'
IMAGES = 'Generate ISCC-CODEs of image content'
LOOK_ALIKE = 'Find images that look alike'
FORMATS, LOOK_ALIKES = SAMPLES['formats'], SAMPLES['look_alikes']


def test_upload(newcomer, history, stage):
    newcomer.switch_to(history)
    newcomer.upload(TEST_DATA / 'nuclei.tiff', TEST_DATA / 'nuclei_edited.tiff')
    stage({'collection': SAMPLES['collection']})
    newcomer.item(COLLECTION)
    newcomer.look('history')


def parameters_in(inputs: list[dict[str, Any]], outer: str = '') -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the parameters of a form by their names in it; of what can be repeated those of the first block."""
    for each in inputs:
        if each['type'] == 'repeat':
            yield from parameters_in(each['inputs'], f'{each["name"]}_0|')
        else:
            yield f'{outer}{each["name"]}', each


@pytest.mark.parametrize('tool', [
    GENERATE, MANIFEST, VERIFY, VERIFY_MANIFEST, VERIFIED, FIND, TRACE, IMAGES, LOOK_ALIKE])
def test_form_and_help(newcomer, galaxy, tool):
    newcomer.open_tool(tool)
    newest = max(each['id'] for each in galaxy.tools.get_tools(name=tool))
    for name, parameter in parameters_in(galaxy.tools.show_tool(newest, io_details=True)['inputs']):
        shown = newcomer.parameter(name)
        expect(shown).to_contain_text(parameter['label'])
        expect(shown).to_contain_text(parameter['help'])
    newcomer.look(f'form of {tool}')
    text = newcomer.page.locator('#center .form-help')
    expect(text).to_contain_text('What it does')
    expect(text).to_contain_text('How to cite')
    expect(text.locator('.system-message')).to_have_count(0)
    assert not RAW_MARKUP.search(text.inner_text())
    for number, part in enumerate(text.locator('table, pre').all()):
        part.scroll_into_view_if_needed()
        newcomer.look(f'help of {tool} {number + 1}')


def test_generate(newcomer):
    newcomer.open_tool(GENERATE)
    newcomer.choose('input_file', '1: nuclei.tiff')
    newcomer.look('generate')
    code, = newcomer.run_tool()
    newcomer.open(code)
    expect(newcomer.text()).to_have_text(CODE)
    newcomer.look('code')


def test_verify_against_the_code_that_generate_wrote(newcomer):
    newcomer.open_tool(VERIFY)
    newcomer.choose('input_file', '2: nuclei_edited.tiff')
    newcomer.choose('expected_file', '10: ISCC-CODE: nuclei.tiff')
    newcomer.look('verify')
    report, = newcomer.run_tool()
    newcomer.open(report)
    expect(newcomer.text()).to_contain_text('FAILED - ISCC-CODEs do not match')
    expect(newcomer.text()).to_contain_text('Data-Code distance 4 of 128 bits')
    newcomer.item('11: Verification: nuclei_edited.tiff: FAILED')
    newcomer.look('report')


def open_on_collection(newcomer: Newcomer, tool: str) -> None:
    """Open the form of a tool for many datasets, and choose the collection."""
    newcomer.open_tool(tool)
    newcomer.choose('input_files', COLLECTION, 'Dataset collection')


def test_manifest(newcomer):
    open_on_collection(newcomer, MANIFEST)
    newcomer.tick('extra_outputs', 'Checksum file for iscc-sum -c')
    newcomer.tick('extra_outputs', 'Collection of codes, one for each dataset')
    newcomer.look('manifest')
    manifest, checksums, codes = newcomer.run_tool()
    newcomer.item(codes)
    newcomer.open(checksums)
    expect(newcomer.text()).to_contain_text(f'ISCC:{CODE} *raw.tiff')
    newcomer.look('checksum file')
    newcomer.open(manifest)
    rows = newcomer.rows()
    assert list(rows[0]) == ['name', 'iscc_code', 'size', 'datahash', 'kind']
    assert [row['name'] for row in rows] == [element['identifier'] for element in SAMPLES['collection']['elements']]
    assert rows[0]['iscc_code'] == f'ISCC:{CODE}'
    newcomer.look('manifest table')


def test_verify_against_the_manifest(newcomer):
    open_on_collection(newcomer, VERIFY_MANIFEST)
    newcomer.choose('manifest', '13: Manifest: collection 9')
    newcomer.look('verify manifest')
    report, summary = newcomer.run_tool()
    newcomer.open(summary)
    expect(newcomer.text()).to_contain_text('6 datasets came, 6 were listed: all as listed.')
    newcomer.look('summary')
    newcomer.open(report)
    rows = newcomer.rows()
    assert list(rows[0]) == ['name', 'status', 'found_as', 'distance', 'expected_code', 'computed_code', 'note']
    assert {row['status'] for row in rows} == {'OK'}
    newcomer.sees('name', 'status', 'found_as', 'distance')
    newcomer.look('manifest report')


def test_find_similar(newcomer):
    open_on_collection(newcomer, FIND)
    newcomer.look('find similar')
    findings, pairs, groups, picture = newcomer.run_tool()
    newcomer.open(findings)
    rows = newcomer.rows()
    assert list(rows[0].values()) == ['raw.tiff', 'copy of raw.tiff', 'bit-identical', '0']
    newcomer.sees('dataset', 'similar_to', 'relation', 'distance')
    newcomer.look('findings')
    newcomer.open(pairs)
    rows = newcomer.rows()
    assert list(rows[0]) == [
        'file_id', 'filename', 'iscc_code', 'match_id', 'match_filename', 'match_iscc_code', 'distance']
    assert ('edited.tiff', '4') in {(row['match_filename'], row['distance']) for row in rows}
    newcomer.look('pairs')
    newcomer.open(groups)
    rows = newcomer.rows()
    assert list(rows[0]) == [
        'group', 'group_size', 'filename', 'relation', 'distance', 'representative', 'identical_group', 'iscc_code',
        'file_id']
    assert [row['group_size'] for row in rows] == ['4', '4', '4', '4', '1', '1']
    newcomer.sees('group', 'filename', 'relation', 'distance')
    newcomer.look('groups')
    newcomer.open(picture)
    expect(newcomer.page.locator('#center img').first).to_be_visible()
    newcomer.look('picture')


def test_images(newcomer, stage):
    """One image in four formats: one code, one picture, and in Galaxy's way of showing images a thumbnail of each."""
    stage({'formats': FORMATS})
    newcomer.open_tool(IMAGES)
    newcomer.choose('input_files', FORMATS['name'], 'Dataset collection')
    newcomer.tick('extra_outputs', 'Image-Codes of views: what an image looks like, to find images that look alike')
    newcomer.tick('extra_outputs', 'Collection of thumbnails (PNG), one for each scene')
    newcomer.look('images')
    manifest, views, thumbnails = newcomer.run_tool()
    names = [element['identifier'] for element in FORMATS['elements']]
    newcomer.open(manifest)
    rows = newcomer.rows()
    assert [row['name'] for row in rows] == names
    assert [len({row[column] for row in rows}) for column in ('iscc_code', 'size', 'datahash', 'kind')] == [1] * 4
    newcomer.sees('name', 'iscc_code')
    newcomer.look('pixel manifest')
    newcomer.open(views)
    rows = newcomer.rows()
    assert list(rows[0]) == ['name', 'image_code', 'view', 'scene', 'size_x', 'size_y', 'note']
    assert [row['name'] for row in rows] == names
    assert len({row['image_code'] for row in rows}) == 1
    newcomer.sees('name', 'image_code', 'view')
    newcomer.look('views')
    newcomer.open_in(thumbnails, names[0])
    expect(newcomer.page.locator('#center img').first).to_be_visible()
    newcomer.look('thumbnail')
    newcomer.go_home()


def test_images_that_look_alike(newcomer, stage):
    """A raw image and the pictures made of it: in the findings, and in one row of the gallery."""
    stage({'look_alikes': LOOK_ALIKES})
    newcomer.open_tool(LOOK_ALIKE)
    newcomer.choose('input_files', LOOK_ALIKES['name'], 'Dataset collection')
    newcomer.look('look alike')
    findings, _, groups, gallery = newcomer.run_tool()
    newcomer.open(findings)
    rows = newcomer.rows()
    assert {row['dataset'] for row in rows} | {row['similar_to'] for row in rows} == {
        'field.tiff', 'exported.png', 'small.jpg', 'framed.png'}
    newcomer.sees('dataset', 'similar_to', 'relation', 'distance')
    newcomer.look('images that look alike')
    newcomer.open(groups)
    assert [row['group_size'] for row in newcomer.rows()] == ['4', '4', '4', '4', '1', '1']
    newcomer.open(gallery)
    expect(newcomer.page.locator('#center img').first).to_be_visible()
    newcomer.look('gallery')
    newcomer.go_home()


def test_workflow(newcomer):
    newcomer.page.locator('#activity-workflows').click()
    newcomer.page.locator('#workflow-import').click()
    newcomer.page.locator('.workflow-import-file-link').click()
    newcomer.page.locator('#center input[type=file]').set_input_files(WORKFLOW)
    newcomer.look('import workflow')
    newcomer.page.locator('.go-next-btn').click()
    newcomer.page.locator('[id^="g-card-action-workflow-run-"]').first.click()
    form = newcomer.page.locator('#center')
    expect(form).to_contain_text('Datasets')
    expect(form).to_contain_text('Maximum distance')
    form.locator('.multiselect').first.click()
    form.locator('.multiselect__option:visible').filter(has_text=COLLECTION).click()
    expect(form).not_to_contain_text('Loading')
    # The list fades out slowly.
    expect(form.locator('.multiselect__option:visible')).to_have_count(0)
    newcomer.look('workflow form')
    newcomer.page.locator('#run-workflow').click()
    newcomer.page.locator('.nav-item[title="Report"] a:not(.disabled)').click(timeout=JOB_MILLISECONDS)
    expect(form).to_contain_text('Who is like whom')
    expect(form.locator('img').first).to_be_visible()
    expect(form).not_to_contain_text('Loading', timeout=JOB_MILLISECONDS)
    newcomer.look('workflow report')
    newcomer.go_home()


# The last: a red dataset beside them would be in pictures of the documentation.
def test_a_job_that_is_told_to_fail_says_why(newcomer):
    newcomer.open_tool(VERIFY)
    newcomer.choose('input_file', '2: nuclei_edited.tiff')
    newcomer.choose('expected_file', '10: ISCC-CODE: nuclei.tiff')
    newcomer.select('on_mismatch', 'Fail the job and stop the workflow')
    report, = newcomer.run_tool()
    reason = newcomer.failed(report)
    expect(reason).to_contain_text('Dataset "nuclei_edited.tiff" does not have the expected ISCC-CODE.')
    newcomer.look('failed job')
