"""The Python of the Galaxy tools for ISCC-CODEs.

Imports run downward only, in this order:

- `commands`: one module for each tool, what its job does from top to bottom;
- `similarity`: comparing codes: near pairs, matches, groups, tables, heatmap, verification against a manifest;
- `formats`: manifests, checksum lines, ISCC metadata: writing and reading;
- `iscc`: codes as values, hashing by `iscc-sum`, the files of a directory;
- `galaxy`: the job, its datasets and collections.
"""
