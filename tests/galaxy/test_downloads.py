"""What is downloaded from Galaxy is verified on another computer as `docs/ecosystem.md` shows."""

import os
import subprocess

from histories import History
from local_galaxy import staging
from local_galaxy.configuration import JOBS_BIN
from recipes import blocks


def test_a_downloaded_list_is_verified_by_its_checksum_file(history: History, tmp_path):
    folder = history.upload(**{'class': 'Directory', 'path': 'nuclei_ome.zarr', 'filetype': 'ome_zarr'})
    datasets = {
        'nuclei.tiff': history.upload(**{'class': 'File', 'path': 'nuclei.tiff'}),
        'old image': history.upload(**{'class': 'File', 'path': 'nuclei.png'}),
        'measurements.csv': history.upload(**{'class': 'File', 'path': 'measurements.csv'}),
        'nuclei.zarr': folder,
    }
    collection = history.list_of(datasets)
    job = history.run('iscc_sum_manifest', input_collection=collection, extra_outputs=['checksums'])
    (tmp_path / 'checksums.txt').write_text(history.text(job, 'checksums'))
    galaxy = history.galaxy
    galaxy.dataset_collections.download_dataset_collection(collection['id'], str(tmp_path / 'collection.zip'))
    galaxy.histories.update_dataset(history.id, folder['id'], datatype='zarr')
    galaxy.datasets.wait_for_dataset(folder['id'], maxwait=staging.JOB_SECONDS, interval=staging.POLL_SECONDS)
    answer = galaxy.make_get_request(f'{galaxy.url}/datasets/{folder["id"]}/display', params={'to_ext': 'zarr'})
    (tmp_path / 'nuclei_ome.zarr.zip').write_bytes(answer.content)
    *commands, _ = blocks('Verify a download', 'sh')
    done = subprocess.run(
        ['bash', '-ec', ''.join(commands)], cwd=tmp_path, capture_output=True, text=True,
        env={'PATH': f'{JOBS_BIN}:{os.environ["PATH"]}'})
    assert (done.returncode, done.stderr) == (0, '')
    assert [done.stdout] == blocks('Verify a download')
    assert done.stdout.count(': OK\n') == len(datasets)
