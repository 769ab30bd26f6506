"""The commands and scripts that `docs/ecosystem.md` shows."""

import re

from local_galaxy.configuration import CHECKOUT

PAGE = (CHECKOUT / 'docs' / 'ecosystem.md').read_text(encoding='utf-8')


def blocks(heading: str, language: str = '') -> list[str]:
    """Return the blocks under a heading that are of a language, or of none: what was seen."""
    section, = (part for part in PAGE.split('\n## ') if part.startswith(heading))
    found = re.findall(r'^```(\w*)\n(.*?)^```$', section, flags=re.DOTALL | re.MULTILINE)
    return [text for its_language, text in found if its_language == language]
