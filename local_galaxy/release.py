"""The version of the suite, and what ships under it: `python -m local_galaxy.release` notes that it is released."""

import hashlib
import json
from pathlib import Path

from local_galaxy.configuration import CHECKOUT, TOOLS
from local_galaxy.shed import tool_version

# For each version that is released, the digest of the tools' files.
RELEASED = CHECKOUT / 'tests' / 'released.json'


def current_version() -> str:
    """Give the version that all tools have."""
    return tool_version(TOOLS / 'iscc_sum' / 'iscc_sum.xml')


def digest(tools: Path = TOOLS) -> str:
    """Give the SHA-256 of the names and contents of all files that the tools consist of, tests of the XML included."""
    result = hashlib.sha256()
    for file in sorted(path for path in tools.rglob('*') if path.is_file() and path.suffix in ('.py', '.xml')):
        content = file.read_bytes()
        result.update(f'{file.relative_to(tools)} {len(content)}\n'.encode() + content)
    return result.hexdigest()


def is_changed(released: dict[str, str], version: str, tools: Path = TOOLS) -> bool:
    """Tell whether the tools are others than those that were released under their version."""
    return released.get(version, digest(tools)) != digest(tools)


def main() -> None:
    released = json.loads(RELEASED.read_text(encoding='utf-8'))
    released[current_version()] = digest()
    RELEASED.write_text(json.dumps(released, indent=2) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
