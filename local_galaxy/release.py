"""The version of the suite, and what ships under it: `python -m local_galaxy.release` notes that it is released."""

import hashlib
import json
from pathlib import Path

from local_galaxy.configuration import CHECKOUT, TOOLS
from local_galaxy.shed import tool_version

# For each version that is released, the digest of the tools' files.
RELEASED = CHECKOUT / 'tests' / 'released.json'
# What the tools consist of; links among them lead to each other.
PARTS = ('iscc_galaxy', 'macros', 'tools')


def current_version() -> str:
    """Return the version that all tools have."""
    return tool_version(TOOLS / 'iscc_sum' / 'iscc_sum.xml')


def digest(checkout: Path = CHECKOUT) -> str:
    """Return the SHA-256 of the names and contents of all files of the tools, tests of the XML included."""
    files = [
        path for part in PARTS for path in (checkout / part).rglob('*')
        if path.suffix in ('.py', '.xml') and path.is_file() and not path.is_symlink()
    ]
    result = hashlib.sha256()
    for file in sorted(files):
        content = file.read_bytes()
        result.update(f'{file.relative_to(checkout)} {len(content)}\n'.encode() + content)
    return result.hexdigest()


def is_changed(released: dict[str, str], version: str, checkout: Path = CHECKOUT) -> bool:
    """Return whether the tools are others than those that were released under their version."""
    return released.get(version, digest(checkout)) != digest(checkout)


def main() -> None:
    released = json.loads(RELEASED.read_text(encoding='utf-8'))
    released[current_version()] = digest()
    RELEASED.write_text(json.dumps(released, indent=2) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
