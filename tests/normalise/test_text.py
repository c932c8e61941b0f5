"""HTML to text: what boards write, what must survive, and that the result is a fixed point."""

from __future__ import annotations

import html
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.normalise.text import to_text

CASES = [
    pytest.param("Py<b>Torch</b> and Tensor<em>Flow</em>", "PyTorch and TensorFlow", id="inline"),
    pytest.param("<p>One</p><p>Two</p>", "One\n\nTwo", id="paragraphs"),
    pytest.param("One<p>Two &#x27;x&#x27;<p>Three", "One\n\nTwo 'x'\n\nThree", id="unclosed-p"),
    pytest.param("a<br>b<br/>c<BR />d", "a\nb\nc\nd", id="br"),
    pytest.param("<ul>\n  <li>Go</li>\n  <li>Rust</li>\n</ul>", "Go\nRust", id="list-items"),
    pytest.param("<p>A sentence that\n  the source wraps</p>", "A sentence that the source wraps",
                 id="source-lines-join"),
    pytest.param("First line\nsecond line<p>Third", "First line\nsecond line\n\nThird",
                 id="author-lines-stay"),
    pytest.param("<div>x</div><pre>a\n b</pre>", "x\n\na\nb", id="pre-keeps-lines"),
    pytest.param("<tr><td>Base</td><td>100</td></tr>", "Base 100", id="cells"),
    pytest.param('<a href="https://keras.io?a=1&amp;b=2" title="x > y">our stack</a>', "our stack",
                 id="href-goes"),
    pytest.param("a<script>var p = '<p>';</script>b<style>p{}</style>c", "abc", id="script"),
    pytest.param("a<!-- <p>hidden</p> -->b", "ab", id="comment"),
    pytest.param("&lt;p&gt;R&amp;amp;D &amp;mdash; &amp;#163;5&lt;/p&gt;", "R&D — £5", id="twice"),
    pytest.param("&amp;amp;lt;b&amp;amp;gt;x", "x", id="three-times"),
    pytest.param("<p>A\u200bB\ufeff&#8203;C&shy;D</p>", "ABCD", id="zero-width"),
    pytest.param("65\u00a0000\u202f€", "65 000 €", id="no-break-spaces"),
    pytest.param("<P CLASS='x'>UPPER</P>", "UPPER", id="upper-case"),
    pytest.param("<p style='it's'>x</p>", "x", id="unbalanced-quote"),
    pytest.param('<input disabled="">x<o:p></o:p>', "x", id="word-markup"),
    pytest.param("", "", id="empty"),
]  # fmt: skip

PLAIN = [
    "a < b and c > d",
    "C<T>, Vec<u8>, Promise<string[]>",
    "if x <b and c> d",
    "write to jobs <at> example <dot> com",
    "R&D; AT&T at https://x.example/?a=1&copy=2&lt",
    "  indented\n\n\n\nand spaced   out\t",
    "Py\u200bTorch 👩\u200d💻",
    "->=>...<-- <3",
]


@pytest.mark.parametrize(("raw", "expected"), CASES)
def test_markup_becomes_what_the_reader_sees(raw: str, expected: str) -> None:
    assert to_text(raw) == expected


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_is_left_alone(text: str) -> None:
    assert to_text(text) == text


def test_half_a_surrogate_pair_cannot_break_the_encoding() -> None:
    assert to_text("a\ud83db").encode() == b"a?b"


PIECES = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<b>", "</b", ">", "<", "&amp;", "&lt;", "&", "lt;", "#60;", "\n", " ",
         "x", "<script>", "</script>", "<!--", "-->", "<li class='a'>", "&nbsp;", "\u200b",
         "é", '"', "="]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@settings(max_examples=400)
@given(PIECES | st.text(max_size=60))
def test_the_result_is_a_fixed_point(raw: str) -> None:
    once = to_text(raw)
    assert to_text(once) == once


@given(st.text(st.characters(exclude_characters="<&\u00a0\u202f\u2007", exclude_categories=["Cs"])))
def test_text_without_markup_comes_back_unchanged(text: str) -> None:
    assert to_text(text) == text


@given(st.text(alphabet="abc &<>\"'", max_size=20), st.integers(1, 3))
def test_any_number_of_escapes_is_undone(text: str, times: int) -> None:
    escaped = text
    for _ in range(times):
        escaped = html.escape(escaped)
    assert to_text(escaped) == to_text(text)


@given(st.text(st.characters(), max_size=40), st.sampled_from(["", "<p>", "&amp;", "<b"]))
def test_any_text_is_read_and_can_be_written(odd: str, markup: str) -> None:
    text = to_text(odd + markup + odd)
    assert to_text(text) == text
    text.encode()


@pytest.mark.parametrize(
    "raw", ["<b" * 3_000 + ">" * 3_000, "&#38;" + "#38;" * 3_000, "&" + "amp;" * 3_000]
)
def test_markup_that_resists_loses_its_brackets(raw: str) -> None:
    started = time.process_time()
    text = to_text(raw)
    assert time.process_time() - started < 1
    assert not {"<", "&"} & set(text)
    assert to_text(text) == text


def test_lines_in_pre_stay_where_others_join() -> None:
    assert to_text("<p>a\nb</p><PRE>c\nd</PRE><p>e\nf</p>") == "a b\n\nc\nd\n\ne f"


def test_unknown_entities_are_text() -> None:
    assert to_text("<b>R&nosuch; &amp; &copy;</b>") == "R&nosuch; & ©"


def test_an_unclosed_quote_costs_no_more_than_reading_it() -> None:
    started = time.process_time()
    to_text('<p a="' + "b='" * 20_000)
    assert time.process_time() - started < 1


@pytest.mark.shared
def test_real_texts_keep_no_tags(shared: Path) -> None:
    for line in (shared / "gold" / "frameworks.jsonl").read_text(encoding="utf-8").splitlines():
        text = json.loads(line)["text"].replace("\u200b", "")
        wrapped = f"<div><p>{html.escape(text)}</p></div>"
        assert to_text(html.escape(wrapped)).split() == to_text(text).split()
