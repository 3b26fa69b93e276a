"""What print can show. (The helper "text" builds the rest of this module; his file replaces this one.)"""

import re

#: What both weights of the bundled fonts have a glyph for, of what ``canonical`` leaves (a test compares the files).
PRINTABLE = (
    "0020-007E 00A0-0377 037A-037F 0384-038A 038C 038E-03A1 03A3-03E1 03F0-052F 1AB0-1AC0 1C80-1C88 1D00-1DF9 "
    "1DFB-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 1F59 1F5B 1F5D 1F5F-1F7D 1F80-1FB4 1FB6-1FC4 1FC6-1FD3 "
    "1FD6-1FDB 1FDD-1FEF 1FF2-1FF4 1FF6-1FFE 2010-2027 202F-205E 2070-2071 2074-208E 2090-209C 20A0-20BF 20F0 "
    "2100-215F 2184 2189 2191 2193 2212 2215 25CC 2C60-2C7F 2DE0-2E52 A640-A69F A700-A7BF A7C2-A7CA A7F5-A7FF A92E "
    "AB30-AB6B FE20-FE2F"
)


def _class_of(ranges: str) -> str:
    """The inside of a regular expression's brackets."""
    return "".join("-".join(f"\\u{end}" for end in span.split("-")) for span in ranges.split())


_FOREIGN = re.compile(rf"[^\n{_class_of(PRINTABLE)}]")


def unprintable(text: str) -> str:
    """The characters of a canonical ``text`` that no letter can print, in order, once each."""
    return "".join(dict.fromkeys(_FOREIGN.findall(text)))
