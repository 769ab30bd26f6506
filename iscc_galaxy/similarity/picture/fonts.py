"""Fonts that have the letters of the names in a picture."""

from matplotlib.font_manager import fontManager, get_font

# The font that matplotlib brings, and how the name of another begins that has a box for every letter there is:
# matplotlib takes that one by itself where all others lack a letter.
FONT, BOXES = 'DejaVu Sans', 'Last Resort'


def fonts_for(text: str) -> list[str]:
    """Return the families of fonts that have the letters of a text: the usual one, and others where it lacks some."""
    fonts = sorted(
        (font for font in fontManager.ttflist if not font.name.startswith(BOXES)),
        key=lambda font: (font.name != FONT, font.name))
    missing, families = {ord(letter) for letter in text}, [FONT]
    for font in fonts:
        if not missing:
            break
        try:
            found = missing & get_font(font.fname).get_charmap().keys()
        except (OSError, RuntimeError):
            # Some fonts of pictures can't be read.
            continue
        if found:
            families.append(font.name)
            missing -= found
    return list(dict.fromkeys(families))
