"""Prose of public pages: a few marks mean something, everything else is text."""

from hypothesis import given
from hypothesis import strategies as st

from grantflow.kernel import prose
from grantflow.kernel.prose import Block, Span


def test_paragraphs_headings_lists_and_links() -> None:
    text = (
        "## Wer\nEine Zeile,\ndie zweite.\n\n- eins\n- [zwei](https://example.org/a?b=1)\n\n"
        "Schreiben Sie [uns](mailto:a@b.example)."
    )
    assert prose.blocks(text) == [
        Block("h2", ((Span("Wer"),),)),
        Block("p", ((Span("Eine Zeile,"),), (Span("die zweite."),))),
        Block("ul", ((Span("eins"),), (Span("zwei", "https://example.org/a?b=1"),))),
        Block("p", ((Span("Schreiben Sie "), Span("uns", "mailto:a@b.example"), Span(".")),)),
    ]


targets = st.sampled_from(
    ["javascript:alert", "data:text/html,x", "//evil.example", "https://a.b", "mailto:a@b.c", "/x"]
)
pieces = st.sampled_from(["## ", "- ", "\n", "\n\n", "<b>", "wort ", "["]) | st.builds("[x]({})".format, targets)


@given(st.lists(pieces, max_size=12))
def test_no_link_leads_anywhere_but_to_pages_and_mailboxes(pieces: list[str]) -> None:
    for block in prose.blocks("".join(pieces)):
        assert block.tag in {"h2", "h3", "ul", "p"}
        for line in block.lines:
            assert all(not span.href or span.href.startswith(("https://", "mailto:")) for span in line)
