# ruff: noqa: E501 - tables of markup as mail programs write it
"""HTML to text: what is seen, in the order in which it is seen, with quotes that stay recognisable."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.mail.html import referenced_cids, to_text
from mailbot.mail.reply import reply_text

MAIL = "&lt;<a href='mailto:support@shop.example'>support@shop.example</a>&gt;"
OLD = "<div>Old words</div>"

# What mail programs write around a reply whose own words are "Broken screen." and "Please help."
CLIENTS = {
    "gmail": f"""<div dir="ltr">Broken screen.<div><br></div><div>Please help.</div></div><br><div class="gmail_quote">
        <div dir="ltr" class="gmail_attr">On Mon, Nov 2, 2026 at 10:15 AM Shop {MAIL} wrote:<br></div>
        <blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid">{OLD}</blockquote></div>""",
    "outlook": f"""<html><head><style><!-- p {{margin:0}} --></style></head><body><div class="WordSection1">
        <p class="MsoNormal">Broken screen.<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>
        <p class="MsoNormal">Please help.<o:p></o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt">
        <p class="MsoNormal"><b>From:</b> Shop {MAIL} <br><b>Sent:</b> Monday, November 2, 2026 10:15 AM<br>
        <b>To:</b> Alice &lt;a@customer.example&gt;<br><b>Subject:</b> Re: x<o:p></o:p></p></div></div>{OLD}</div></body></html>""",
    "outlook on the web": f"""<div>Broken screen.</div><div><br></div><div>Please help.</div><div id="appendonsend"></div>
        <hr tabindex="-1" style="display:inline-block; width:98%"><div id="divRplyFwdMsg" dir="ltr"><font><b>From:</b> Shop {MAIL}<br>
        <b>Sent:</b> Monday, 2 November 2026 10:15<br><b>To:</b> Alice<br><b>Subject:</b> Re: x</font><div> </div></div>{OLD}""",
    "apple": f"""<html><body>Broken screen.<div><br></div><div>Please help.</div><div><br><blockquote type="cite"><div>On 2 Nov 2026,
        at 10:15, Shop {MAIL} wrote:</div><br class="Apple-interchange-newline">{OLD}</blockquote></div></body></html>""",
    "iphone": f"""<html><body dir="auto">Broken screen.<div><br></div><div>Please help.<br><br><div dir="ltr">Sent from my iPhone</div>
        <div dir="ltr"><br><blockquote type="cite">On 2 Nov 2026, at 10:15, Shop {MAIL} wrote:<br><br></blockquote></div>
        <blockquote type="cite">{OLD}</blockquote></div></body></html>""",
    "thunderbird": f"""<p>Broken screen.</p><p>Please help.</p><div class="moz-cite-prefix">On 02/11/2026 10:15, Shop wrote:<br></div>
        <blockquote type="cite" cite="mid:x@shop.example">{OLD}</blockquote><pre class="moz-signature" cols="72">-- \nAlice</pre>""",
    "yahoo": f"""<div>Broken screen.</div><div><br></div><div>Please help.</div><div id="yahoo_quoted_1" class="yahoo_quoted">
        <div>On Monday, November 2, 2026 at 10:15:00 AM GMT+8, Shop {MAIL} wrote:</div><div><br></div>{OLD}</div>""",
    "qq": f"""<div>Broken screen.</div><div><br></div><div>Please help.</div><div><br></div><div style="font-size:12px">
        ------------------&nbsp;原始邮件&nbsp;------------------</div><div style="background:#efefef"><div><b>发件人:</b>&nbsp;"Shop"{MAIL};</div>
        <div><b>发送时间:</b>&nbsp;2026年11月2日(星期一) 上午10:15</div><div><b>收件人:</b>&nbsp;"张三";</div><div><b>主题:</b>&nbsp;Re: x</div></div>{OLD}""",
    "163": f"""<div style="line-height:1.7">Broken screen.<br><br>Please help.</div><div id="spnEditorSign"></div><br><pre>在 2026-11-02
10:15:00，"Shop" &lt;support@shop.example&gt; 写道：</pre><blockquote id="isReplyContent" style="BORDER-LEFT: #ccc 1px solid">{OLD}</blockquote>""",
    "163 app": f"""<div>Broken screen.</div><div><br></div><div>Please help.</div><div class="ntes-mailmaster-quote"><div>---- 回复的原邮件 ----</div>
        <table><tr><td>发件人</td><td>Shop {MAIL}</td></tr><tr><td>日期</td><td>2026年11月02日 10:15</td></tr><tr><td>主题</td><td>x</td></tr></table>
        {OLD}</div>""",
    "foxmail": f"""<div>Broken screen.</div><div><br></div><div>Please help.</div><div><br></div><hr style="width: 210px; height: 1px;" align="left">
        <div><span>张三</span></div><blockquote style="margin-Top: 0px"><div>&nbsp;</div><div><b>发件人：</b>&nbsp;Shop</div>
        <div><b>发送时间：</b>&nbsp;2026-11-02&nbsp;10:15</div><div><b>收件人：</b>&nbsp;张三</div><div><b>主题：</b>&nbsp;x</div>{OLD}</blockquote>""",
    "alimail": f"""<div class="__aliyun_email_body_block"><div>Broken screen.</div><div><br></div><div>Please help.</div><blockquote>
        <div>------------------------------------------------------------------</div><div>发件人：Shop {MAIL}</div>
        <div>发送时间：2026年11月2日(星期一) 10:15</div><div>收件人：张三</div><div>主　题：x</div>{OLD}</blockquote></div>""",
    "proton": f"""<div>Broken screen.</div><div><br></div><div>Please help.</div><div class="protonmail_quote">On Monday, November 2nd, 2026
        at 10:15, Shop {MAIL} wrote:<br><blockquote class="protonmail_quote" type="cite">{OLD}</blockquote></div>""",
    "gmx": f"""<div>Broken screen.</div><div>&nbsp;</div><div>Please help.</div><div name="quote" style="border-left: 2px solid #C3D9E5;">
        <div><b>Gesendet:</b>&nbsp;Montag, 02. November 2026 um 10:15 Uhr<br><b>Von:</b>&nbsp;"Shop" {MAIL}<br><b>An:</b>&nbsp;Alice<br>
        <b>Betreff:</b>&nbsp;x</div>{OLD}</div>""",
}  # fmt: skip


@pytest.mark.parametrize("client", CLIENTS)
def test_what_the_person_wrote(client: str) -> None:
    text = to_text(CLIENTS[client])
    assert "Old words" in text  # the whole body is kept
    said = reply_text(text)
    assert "Old words" not in said
    assert re.findall(r"Broken screen\.|Please help\.", said) == ["Broken screen.", "Please help."]
    if client != "foxmail":  # whose signature has no mark in text
        assert said.split() == ["Broken", "screen.", "Please", "help."]


FORMS = [
    ("inline", "Th<b>is</b> is<span> one</span> line<br/>two<br>three", "This is one line\ntwo\nthree"),
    ("paragraphs", "<p>a</p><p>b</p>c<div>d</div>e", "a\n\nb\n\nc\nd\ne"),
    ("a table", "<table><tr><th>Order</th><th>Model</th></tr><tr><td>TP1</td><td>X5</td></tr></table>", "Order Model\nTP1 X5"),
    ("lists", "<ol><li>one</li><li>two</li></ol><ul><li>a<ul><li>b</li></ul></li></ul>", "1. one\n2. two\n\n- a\n- b"),
    ("entities", "&lt;a&gt; &amp; &#8364;&nbsp;&#x20ac; &copy &unknown; &", "<a> & € € © &unknown; &"),
    ("nested quotes", "<blockquote type=cite>a<blockquote type=cite>b</blockquote></blockquote>c", "> a\n>\n> > b\n\nc"),
    ("the indent button", '<blockquote style="margin:0 0 0 40px;border:none;padding:0px">my words</blockquote>', "my words"),
    ("hidden", '<div style="display:none">a</div><div hidden>b</div><p style="visibility: hidden">c</p>seen', "seen"),
    ("preheader", '<div style="max-height:0;overflow:hidden">a</div>seen', "seen"),
    ("not hidden", '<div style="overflow: hidden !important">seen</div><p class="a hidden b">too</p>', "seen\n\ntoo"),
    ("no size", '<td style="font-size:0"><span style="font-size:14px">seen</span></td>', "seen"),
    ("hidden and never closed", 'a<div style="display:none">seen after all', "a\nseen after all"),
    ("code", "<script>if (a < b) x()</script><style>p{}</style><title>t</title><!-- c -->seen<![if !x]>!<![endif]>", "seen!"),
    ("an open comment", "seen<!-- gone", "seen"),
    ("code and pre", "<pre>a\n  b\n</pre>c", "a\n  b\nc"),
    ("invisible characters", "a\u00adb\u200bc&zwnj;", "abc\u200c"),
    ("an open tag", "a <b", "a"),
    ("a comparison", "5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
    ("an unbalanced quote", '<a title="x>y</a> z <b>w</b>', "y z w"),
    ("body without a closed head", "<head><title>t<body>seen", "seen"),
    ("no end", "<div><p>a<div>b", "a\nb"),
    ("a link", 'see <a href="https://shop.example/x">here</a>', "see here"),
    ("empty", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("what", "markup", "text"), FORMS, ids=[form[0] for form in FORMS])
def test_form(what: str, markup: str, text: str) -> None:
    assert to_text(markup) == text


def test_content_ids() -> None:
    assert referenced_cids('<img src="cid:a@b"><img src=CID:c&amp;d>') == {"a@b", "c&d"}


def test_an_answer_between_the_quotes_is_kept() -> None:
    markup = (
        "<div>See below</div><div class=gmail_quote><div class=gmail_attr>On Mon, Nov 2, 2026 at 10:15 AM Shop "
        f"{MAIL} wrote:</div><blockquote>Which colour?</blockquote><div>Black</div><blockquote>Which size?</blockquote>"
        "<div>Large</div></div>"
    )
    said = reply_text(to_text(markup))
    assert [word for word in ("See below", "Black", "Large") if word not in said] == []


PIECES = st.sampled_from(
    ["<div>", "</div>", "<p>", "<br>", "<blockquote>", "</blockquote>", "<ol>", "<li>", "</ol>", "<pre>", "</pre>", "<td>",
     "<div style='display:none'>", "<script>", "</script>", "<!--", "-->", "&lt;", "&", "<", ">", '"', "'", "word ", "\n",
     "退货", "<table>", "<a href=", "<b hidden>", "<body>", "<head>", "<hr>", "</ul>", "<title>"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40))
@settings(max_examples=500, deadline=None)
def test_odd_markup_is_read_and_bounded(pieces: list[str]) -> None:
    markup = "".join(pieces)
    text = to_text(markup)
    assert text == to_text(markup)
    assert len(text) <= 60 * len(markup) + 60


@pytest.mark.parametrize("tag", ["title", "head", "select", "object", "svg", "template", "noscript", "p hidden"])
def test_words_behind_an_element_that_was_never_closed_are_kept(tag: str) -> None:
    assert "last words" in to_text(f"first<{tag}>x<p>last words</p>")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece",
    ["<blockquote>", "<blockquote>a</blockquote>", "<ul>", "<li>a", "<div style='display:none'>", "<b hidden ", "<pre>\n",
     "<p>", "</blockquote>", '<a b="', "<div style=display:none>a</div>", "<td>", "<blockquote><br><br>"],
)  # fmt: skip
def test_a_megabyte_takes_seconds(piece: str) -> None:
    began = time.process_time()
    to_text(piece * (1_000_000 // len(piece)))
    assert time.process_time() - began < 8.0
