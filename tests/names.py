"""Names of datasets that would do harm where a name is taken for anything but data.

There is a short list for quick tests, and one of several hundred names. Commands in that create a file, the canary;
where none is found, none of them ran.
"""

import random
import re
import string
import unicodedata
from pathlib import Path

CODE = 'K4AAY7TG4KHSQHO5HLEU7DN5Y35BXCNIY7GNLPG3MRYSEQOHM3QPTNY'
# Every form that the suite writes carries these names, and files can have them. A command in them creates `injected`.
HOSTILE_NAMES = [
    'with space.tiff', "it's \"quoted\" `id`", '$(touch injected) ${HOME} $input_file', '100%s %d', 'tab\there',
    'plate/A1', 'back\\slash\\n', 'ünïcode µm 😀', '-z', '--tree', '# comment', '<b>&amp;</b>', '__sq__ X __tc__',
    '../up', '\u202eright to left',
]
# Tables and JSON carry more, which a checksum line, without escapes, can not.
NOT_IN_CHECKSUM_LINES = ['', 'two\nlines', 'two\rlines', 'ends in/']
NAMES_IN_TABLES = [*HOSTILE_NAMES, *NOT_IN_CHECKSUM_LINES]
MIXED_NAMES = 120
# No name in UTF-8: half of a pair that stands for a character in UTF-16. JSON can spell it.
LONE_SURROGATES = ['\ud800', 'a\udfffb', '\ude00\ud83d', '\udcff']
# What tables of the suite escape, and nothing else.
SPELT = {'\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r'}


def hostile_names(canary: Path) -> list[str]:
    """Return several hundred different names; commands in them would create the file `canary`, or one of its name."""
    names = [
        *_of_shells(f'touch {canary}', canary), *_of_shells(f'touch {canary.name}', Path(canary.name)),
        *_of_templates(canary), *_of_python(canary), *MARKUP, *TABLES, *OPTIONS, *PATHS, *OWN_FORMATS,
        *_punctuation(), *_control_characters(), *UNICODE, *LONG, *_mixed(),
    ]
    return list(dict.fromkeys(names))


def fits_checksum_line(name: str) -> bool:
    """Return whether a checksum line, which has no escapes, can carry the name of a file."""
    return name != '' and '\n' not in name and '\r' not in name and name[-1] != '/'


def spelt(name: str) -> str:
    """Return a name as a table of the suite spells it."""
    return re.sub(r'[\\\t\n\r]', lambda character: SPELT[character[0]], name)


def meant(text: str) -> str:
    """Return the name that a table of the suite means."""
    meanings = {escape: character for character, escape in SPELT.items()}
    return re.sub(r'\\.', lambda escape: meanings[escape[0]], text, flags=re.DOTALL)


def _of_shells(command: str, canary: Path) -> list[str]:
    return [
        f'$({command})', f'`{command}`', f';{command}', f'; {command} #', f'|{command}', f'| {command} |',
        f'&& {command}', f'|| {command}', f'& {command} &', f"';{command};'", f'";{command};"', f"'$({command})'",
        f'"$({command})"', f"\\';{command};\\'", f"'\"'\"';{command};", f'\n{command}\n', f'\r\n{command}\r\n',
        f'name\n{command}', f"'\n{command}\n'", f'"\n{command}\n"', f'>{canary}', f'>>{canary}', f'x > {canary} < x',
        f'<({command})', f'>({command})', f'${{IFS}}$({command})', f'$(({command}))', f'x=$({command})',
        f'${{x:-$({command})}}', f'${{x:=`{command}`}}', f'$\'\\x60{command}\\x60\'', f'{{touch,{canary}}}',
        f'EOF\n{command}\n', f'$(sh -c "{command}")', f'-e {command}', f'-exec {command} ;',
        f'--checkpoint-action=exec={command}', f'!{command}', f'() {{ :;}}; {command}', f'\\$({command})',
        f'\\\\$({command})', f'%0A{command}', f'\t$({command})\t',
    ]


def _of_templates(canary: Path) -> list[str]:
    system = f"__import__('os').system('touch {canary}')"
    return [
        f'#import os\n$os.system("touch {canary}")', f'#silent {system}', f'#silent $open("{canary}", "w")',
        f'${{{system}}}', f'$({system})', f'$[{system}]', f'<%= {system} %>', f'<% {system} %>', f'<%{system}%>',
        f'#set $x = {system}', f'#if {system}#x#end if', f'#echo {system}', f'#attr $x = {system}', f'#call {system}',
        f'#include "{canary}"', f'#include raw source=$({system})', f'$__import__("os").system("touch {canary}")',
        '$input_file', '$input_files', '$job', '$__user_email__', '$__tool_directory__', '${ 7 * 7 }', '${7*7}',
        '#end if', '#end def', '#raw', '#end raw', '#* not closed', '##', '#', '#slurp', '#stop', '#extends os',
        '${', '${}', '$', '$$', '\\$x', '\\#if', f'{{{{ {system} }}}}', f'{{% {system} %}}', f'@{{{system}}}',
        f'#{{{system}}}', '@DATASETS_AS_DATA@', '@TOOL_VERSION@',
    ]


def _of_python(canary: Path) -> list[str]:
    system = f"__import__('os').system('touch {canary}')"
    return [
        system, f"'+{system}+'", f'"+{system}+"', f"'); {system}; ('", f'"); {system}; ("', f"''' + {system} + '''",
        f"\\'+{system}+\\'", f'\n{system}\n', f'#coding: utf-7\n{system}', f'eval("{system}")', f'{{{system}}}',
        f"f'{{{system}}}'", '{0.__class__.__mro__}', '{name}', '{}', '{0}', '%s', '%n%n%n', '%(name)s', '%', '100%d',
        f"cos\nsystem\n(S'touch {canary}'\ntR.", f'!!python/object/apply:os.system ["touch {canary}"]',
        '"}, "path": "/etc/passwd", "name": "', '"], "narrow": true, "x": ["', '\\"', '"', '""', '\\u0000', '\\ud800',
        'null', 'true', 'NaN', '{"name": "x"}', '[]', '1e999', "'", "''", '"""', "'''",
    ]


MARKUP = [
    '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '"><b>', "'><b>", ']]>', '<![CDATA[x]]>',
    '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>', '&y;', '&amp;', '&lt;b&gt;', '&#0;', '&#x41;', '-->',
    '<!-- ', '</configfile>', '</tool>', '<?xml version="1.0"?>', 'javascript:alert(1)', '[x](javascript:alert(1))',
    '${jndi:ldap://localhost/x}', "' OR 1=1; DROP TABLE dataset; --", "'; --", '\\x1b[31mred', '\x1b[31mred\x1b[0m',
    '\x1b]0;title\x07',
]
TABLES = [
    '=1+1', '=cmd|\' /C calc\'!A0', '@SUM(1,1)', '+1', '-1', '=HYPERLINK("http://localhost")', '"a","b"', 'a,b', 'a;b',
    '"a\tb"', 'a\tb', '\ta', 'a\t', '\t', 'a\nb', 'a\r\nb', 'a\rb', '\n', '\r', '\n\n', 'a\n', '\na', 'a\\tb', 'a\\nb',
    'a\\rb', 'a\\', '\\', '\\\\', '\\\\t', '\\\\\t', '\\\n', 'a\\\tb', '\\x', '""a""', '"', 'a"b', '0001', '1e5',
    'TRUE', '2026-11-21', '\ufeffa', 'sep=,', "'=1",
]
OPTIONS = [
    '-', '--', '-rf', '-rf /', '-c', '-z', '--tree', '--narrow', '--units', '--help', '--version', '--output=canary',
    '-o', '-o canary', '@file', '@/etc/passwd', '@', 'output=canary', 'manifest=/etc/canary', 'x=y', '-n', '+x', '/?',
]
PATHS = [
    '.', '..', '...', '../up', '../../up', '../' * 20 + 'etc/passwd', '/', '//', '///', '/etc/passwd', '//etc//passwd',
    'a/', 'a//', '/a/', 'a/b', 'a//b', './a', 'a/.', 'a/..', 'a/../b', '~', '~root', '~/x', '*', '?', '[a-z]', '{a,b}',
    'C:\\x', '\\\\server\\share', 'CON', 'NUL', 'a:b', 'file:///etc/passwd', 'http://localhost/x', '.iscc.json',
    'x.iscc.json', '.isccignore', '.hidden', 'galaxy.json', 'codes', 'manifest', 'output', 'dataset_1.dat', 'a.b.c.d',
]
OWN_FORMATS = [
    'name', 'name\tiscc_code', 'name\tiscc_code\tsize\tdatahash\tkind', '# comment', '#', '# a\tb', '#\t', CODE,
    f'ISCC:{CODE}', f'ISCC:{CODE} *x', f'ISCC:{CODE} *', f'x\nISCC:{CODE} *y', f'ISCC-SUM (x) = ISCC:{CODE}',
    f'x) = ISCC:{CODE}', 'ISCC-SUM (', f'x\tISCC:{CODE}', f'x\tISCC:{CODE}\t1\t1e20\tfile', f'{{"iscc": "{CODE}"}}',
    '{', '{"', 'ISCC:', 'iscc:', ' *x', '*x', '*', 'x *y', 'OK', 'FAILED', 'x: OK', 'MISSING', 'MISSING\t5',
    'directory', '# 5 pairs, not listed: see clusters', '__sq__', '__tc__', '__dq__', '__cn__', '__gt__', '__at__',
    'X', 'x (2)', 'x', 'x (2) (2)', 'a|b', '|', '__', 'a__', '__new_primary_file_codes|a__', 'None', 'False', '0',
]
UNICODE = [
    '', ' ', '  ', ' a', 'a ', ' a ', '\u3000', '\xa0', '\u2003a\u2003', 'ünïcode', 'u\u0308n', '\xfcn', '日本語', '한국어',
    '\u1112\u1161\u11ab', 'ქართული', 'עברית', 'العربية', '\u202eright to left', 'a\u202etxt.exe', '\u2066a\u2069',
    '\u200b', 'a\u200db', '\u200e', 'z' + '\u0301' * 60, '\u0301', '😀', '👩\u200d🔬', '🏴\U000e0067\U000e0062\U000e007f',
    '\U0001f1e9', '\U00010000', '\U0010ffff', '\uffff', '\ufffe', '\ufffd', '\ufeff', '\ufeff\ufeff', '\u2028',
    'a\u2028b', 'a\u2029b', 'a\x85b', '\x80', '\x9b31m', 'a\xadb', '\ue000', '\uff04\uff08touch x\uff09', '\u212a4A',
    'ıſß', 'ﬁ', 'İ', 'ǅ', '𝐀𝐁𝐂', '\U000e0001', 'ΑΒΓ', 'аpple', '①', '²', '½', '\u0f0b', '\ufdfa', 'ÿþ', '\u05d0a',
]
LONG = [
    'x' * 190, 'x' * 255, 'x' * 256, 'ü' * 128, '😀' * 64, '😀' * 255, 'x' * 1000, 'x y ' * 500, 'a/' * 200 + 'b',
    '../' * 300 + 'x', "'" * 300, '\\' * 300, '$(' * 300, '\t' * 300, '"' * 255, 'x' * 4096, '\u0301' * 255,
]


def _punctuation() -> list[str]:
    return [form for sign in string.punctuation for form in (sign, sign * 2, f'a{sign}b', f' {sign} ', f'\\{sign}')]


def _control_characters() -> list[str]:
    """Return names with each ASCII control character but zero, which has tests of its own, and some of the others."""
    return [form for number in (*range(1, 32), 127, 128, 133, 159) for form in (f'a{chr(number)}b', chr(number))]


def _mixed() -> list[str]:
    """Return names of random characters: ASCII, and all kinds of Unicode; the same ones each time."""
    choose = random.Random(24138)
    kinds: dict[str, list[str]] = {}
    for number in range(1, 0x110000):
        kinds.setdefault(unicodedata.category(chr(number)), []).append(chr(number))
    kinds.pop('Cs')
    alphabets = [*kinds.values(), list(string.printable), list(string.punctuation), list('\\\t\n\r/ ')]
    return [
        ''.join(choose.choice(choose.choice(alphabets)) for _ in range(choose.randint(1, 40)))
        for _ in range(MIXED_NAMES)
    ]
