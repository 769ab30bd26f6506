"""The words that users type into Galaxy's searches, and the ids of the tools that are meant."""

GENERATE, MANIFEST, VERIFY, VERIFY_MANIFEST, SIMILAR, TRACE, IMAGE, LOOK_ALIKE = (
    'iscc_sum', 'iscc_sum_manifest', 'iscc_sum_verify', 'iscc_sum_verify_manifest', 'iscc_sum_similarity',
    'iscc_sum_provenance', 'iscc_image', 'iscc_image_similarity',
)
# The tools that are meant; the first of them is to come first.
MEANT = {
    'duplicate': [SIMILAR],
    'duplicates': [SIMILAR],
    'checksum': [GENERATE, MANIFEST],
    'md5': [GENERATE, MANIFEST],
    'hash': [GENERATE, MANIFEST],
    'identical': [SIMILAR, VERIFY, VERIFY_MANIFEST],
    'fingerprint': [GENERATE, MANIFEST],
    'integrity': [VERIFY, VERIFY_MANIFEST],
    'compare': [SIMILAR],
    'transfer': [VERIFY_MANIFEST],
    'copies': [SIMILAR],
    'provenance': [TRACE],
    'OMERO': [TRACE],
    'zarr': [GENERATE],
    'edited copies': [SIMILAR],
    'pixels': [IMAGE],
    'image content': [IMAGE],
    'conversion': [IMAGE],
    'look alike': [LOOK_ALIKE],
    'reused figures': [LOOK_ALIKE],
    'processed images': [LOOK_ALIKE],
    'verify a transfer': [VERIFY_MANIFEST],
}
