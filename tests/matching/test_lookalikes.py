"""Who only looks like the buyer gets no order, whatever they know of it (G5): addresses, homographs, forged headers.

Every mail is made of raw bytes, as an attacker would send it, below the verdict that our own server gave about the
domain it really came from.
"""

from __future__ import annotations

from email.header import Header

import pytest

from mailbot.domain.facts import Facts
from mailbot.domain.standing import Verdict
from mailbot.mail.parse import parse_mail
from mailbot.store.database import Rehearsal, transaction
from mailbot.wiring import Desk
from tests.matching.trial import NOW

OWNER = "kate.murray@post.example"
NUMBER = "TP2026030253"
# All that there is to know about her order, and slips in it.
KNOWN = {
    "number": f"I want to return {NUMBER}.",
    "slip": "I want to return TP2026030235.",
    "serial": "The kettle with serial number SNK17A10053 has broken.",
    "tracking": "Where is my parcel EE300400501CN?",
    "phone": "My phone number is +44 7700 900101. Where is my order of 2 March for 49.90?",
    "all": f"{NUMBER}, SNK17A10053, EE300400501CN, +44 7700 900101, TP-K17, 2 March 2026, £49.90. Return, please.",
}


def encoded(text: str) -> bytes:
    return Header(text, "utf-8", maxlinelen=1000).encode().encode()


def raw(*headers: bytes, text: str = KNOWN["all"]) -> bytes:
    fixed = (b"To: support@tp.example", b"Subject: My order", b"Content-Type: text/plain; charset=utf-8")
    return b"\r\n".join((*headers, *fixed, b"", text.encode()))


def passed(domain: str) -> bytes:
    return f"Authentication-Results: mx.tp.example; dmarc=pass header.from={domain}".encode()


def facts(desk: Desk, mail: bytes) -> Facts:
    found: list[Facts] = []
    try:
        with transaction():
            gathered = desk.processor.gatherer.gather(parse_mail(mail).mail, NOW, None, now=NOW)
            found.append(gathered.facts)
            raise Rehearsal
    except Rehearsal:
        return found[0]


def match_of(found: Facts) -> str:
    return type(found.order).__name__


def test_the_owner_herself_is_matched(desk: Desk) -> None:
    """Else none of the others would prove anything."""
    found = facts(desk, raw(passed("post.example"), f"From: Kate <{OWNER}>".encode(), text=KNOWN["number"]))
    assert (match_of(found), found.standing.verdict) == ("Exact", Verdict.VERIFIED)
    found = facts(desk, raw(passed("post.example"), b"From: KATE.Murray@Post.Example", text=KNOWN["number"]))
    assert (match_of(found), found.standing.verdict) == ("Exact", Verdict.VERIFIED)


LOOKALIKES = {
    "other domain": "kate.murray@elsewhere.example",
    "domain that goes on": "kate.murray@post.example.evil.example",
    "domain that begins earlier": "kate.murray@evil-post.example",
    "subdomain": "kate.murray@mail.post.example",
    "parent": "kate.murray@example",
    "other ending": "kate.murray@post.test.example",
    "plus": "kate.murray+tp@post.example",
    "no dot": "katemurray@post.example",
    "dot elsewhere": "k.atemurray@post.example",
    "digit": "kate.murray1@post.example",
    "one for l": "kate.murray@p0st.example",
    "rn for m": "kate.rnurray@post.example",
    "cyrillic a": "k\u0430te.murray@post.example",
    "cyrillic domain": "kate.murray@p\u043est.example",
    "cyrillic domain as punycode": "kate.murray@xn--pst-qdd.example",
    "greek omicron": "kate.murray@p\u03bfst.example",
    "fullwidth letter": "\uff4bate.murray@post.example",
    "fullwidth domain": "kate.murray@\uff50ost.example",
    "fullwidth at": "kate.murray\uff20post.example@elsewhere.example",
    "fullwidth dot": "kate.murray@post\uff0eexample",
    "ideographic dot": "kate.murray@post\u3002example",
    "kelvin sign": "\u212aate.murray@post.example",
    "long s": "kate.murray@po\u017ft.example",
    "accent": "k\u00e1te.murray@post.example",
    "combining accent": "ka\u0301te.murray@post.example",
    "zero width": "kate\u200b.murray@post.example",
    "soft hyphen": "kate\u00ad.murray@post.example",
    "soft hyphen in the domain": "kate.murray@po\u00adst.example",
    "right to left": "\u202ekate.murray@post.example",
    "percent": "kate.murray%post.example@elsewhere.example",
    "bang": "post.example!kate.murray@elsewhere.example",
    "quoted at": '"kate.murray@post.example"@elsewhere.example',
    "nul": "kate.murray@post.example\x00.elsewhere.example",
    "mathematical letters": "\U0001d424\U0001d41a\U0001d42d\U0001d41e.murray@post.example",
}


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("address", LOOKALIKES.values(), ids=LOOKALIKES)
def test_a_lookalike_address_is_a_stranger(desk: Desk, address: str, known: str) -> None:
    header = b"From: Kate Murray <" + address.encode() + b">"
    domain = address.rpartition("@")[2]
    for vouched in (passed(domain), passed("post.example"), b"X-Nothing: x"):
        if vouched == passed("post.example") and domain == "post.example":
            continue  # that server would be lying about its own people
        found = facts(desk, raw(vouched, header, text=KNOWN[known]))
        assert match_of(found) == "NoMatch", (found.sender, found.order)
        assert found.sender != OWNER


# The real author is mallory@elsewhere.example, and our server says so; the rest is paint.
FROMS = {
    "quoted display name": b'From: "kate.murray@post.example" <mallory@elsewhere.example>',
    "bare display name": b"From: kate.murray@post.example <mallory@elsewhere.example>",
    "display name with brackets": b'From: "Kate <kate.murray@post.example>" <mallory@elsewhere.example>',
    "encoded display name": b"From: " + encoded("Kate <kate.murray@post.example>") + b" <mallory@elsewhere.example>",
    "encoded with a comma": b"From: " + encoded("kate.murray@post.example,") + b" <mallory@elsewhere.example>",
    "encoded with a line end": b"From: "
    + encoded("x\r\nFrom: kate.murray@post.example\r\n")
    + b" <mallory@elsewhere.example>",
    "comment after": b"From: mallory@elsewhere.example (kate.murray@post.example)",
    "comment before": b"From: (<kate.murray@post.example>) mallory@elsewhere.example",
    "folded": b'From: "kate.murray@post.example"\r\n\t<mallory@elsewhere.example>',
    "many blanks": b'From: "kate.murray@post.example' + b" " * 300 + b'" <mallory@elsewhere.example>',
    "escaped quote": b'From: "\\"<kate.murray@post.example>\\"" <mallory@elsewhere.example>',
    "Reply-To": b"From: mallory@elsewhere.example\r\nReply-To: kate.murray@post.example",
    "Sender": b"From: mallory@elsewhere.example\r\nSender: kate.murray@post.example",
    "Return-Path": b"Return-Path: <kate.murray@post.example>\r\nFrom: mallory@elsewhere.example",
    "Resent-From": b"Resent-From: kate.murray@post.example\r\nFrom: mallory@elsewhere.example",
    "X-Original-From": b"X-Original-From: kate.murray@post.example\r\nFrom: mallory@elsewhere.example",
}


@pytest.mark.parametrize("painted", FROMS.values(), ids=FROMS)
def test_only_the_address_in_from_counts(desk: Desk, painted: bytes) -> None:
    found = facts(desk, raw(passed("elsewhere.example"), painted))
    assert found.sender in ("mallory@elsewhere.example", "")
    assert match_of(found) == "NoMatch"


# Which of them our server judged can't be known, so none of them is proven.
SEVERAL = {
    "two mailboxes": b"From: mallory@elsewhere.example, kate.murray@post.example",
    "two mailboxes, hers first": b"From: kate.murray@post.example, mallory@elsewhere.example",
    "two fields": b"From: mallory@elsewhere.example\r\nFrom: kate.murray@post.example",
    "two fields, hers first": b"From: kate.murray@post.example\r\nFrom: mallory@elsewhere.example",
    "small letters": b"from: kate.murray@post.example\r\nFROM: mallory@elsewhere.example",
    "a blank before the colon": b"From : kate.murray@post.example\r\nFrom: mallory@elsewhere.example",
    "a group": b"From: friends: kate.murray@post.example, mallory@elsewhere.example;",
    "two in brackets": b"From: <kate.murray@post.example> <mallory@elsewhere.example>",
    "semicolon": b"From: kate.murray@post.example; mallory@elsewhere.example",
    "three": b"From: a@elsewhere.example, kate.murray@post.example, b@elsewhere.example",
}


@pytest.mark.parametrize("froms", SEVERAL.values(), ids=SEVERAL)
@pytest.mark.parametrize("domain", ["elsewhere.example", "post.example"])
def test_several_senders_are_never_proven(desk: Desk, froms: bytes, domain: str) -> None:
    found = facts(desk, raw(passed(domain), froms))
    if found.sender == OWNER:
        assert found.standing.verdict is not Verdict.VERIFIED


FAIL = b"Authentication-Results: mx.tp.example; dmarc=fail header.from=post.example"
PASS = b"Authentication-Results: mx.tp.example; dmarc=pass header.from=post.example"
MX = b"mx.tp.example"
# Mail with her address that our server refused to vouch for, and what a forger writes below.
REFUSED = {
    "below ours": (FAIL, PASS),
    "below ours, many": (FAIL, *[PASS] * 50),
    "below ours, small letters": (FAIL, PASS.lower()),
    "below ours, a blank before the colon": (FAIL, PASS.replace(b"Results:", b"Results :")),
    "folded": (FAIL.replace(b"; ", b";\r\n\t").replace(b" header", b"\r\n header"), PASS),
    "folded at once": (FAIL.replace(b": ", b":\r\n "), PASS),
    "comment before the id": (FAIL.replace(MX, b"(checked) mx.tp.example"), PASS),
    "comment behind the id": (FAIL.replace(MX, b"mx.tp.example (checked (twice))"), PASS),
    "a version": (FAIL.replace(MX, b"mx.tp.example 1"), PASS),
    "capitals": (FAIL.replace(MX, b"MX.TP.EXAMPLE"), PASS),
    "a comment that opens and never ends": (
        FAIL.replace(b"dmarc", b"spf=pass smtp.mailfrom=(x@y.example; dmarc"),
        PASS,
    ),
    "a quote that never ends": (FAIL.replace(b"dmarc", b'spf=pass smtp.mailfrom="x@y.example; dmarc'), PASS),
    "pass in a comment": (FAIL.replace(b"fail", b"fail (dmarc=pass header.from=post.example)"), PASS),
    "pass behind it": (FAIL + b"; dkim=pass header.d=post.example", PASS),
    "quarantine": (FAIL.replace(b"fail", b"quarantine"), PASS),
}


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("known", KNOWN)
def test_nothing_below_our_servers_word_mends_it(desk: Desk, headers: tuple[bytes, ...], known: str) -> None:
    found = facts(desk, raw(*headers, f"From: Kate <{OWNER}>".encode(), text=KNOWN[known]))
    assert found.standing.verdict is Verdict.FAILED
    assert match_of(found) == "NoMatch"


# Nobody of ours said anything about her; no writing of others may look like it.
UNSAID = {
    "another server": b"Authentication-Results: mx.evil.example; dmarc=pass header.from=post.example",
    "another server above": b"Authentication-Results: mx.evil.example; dmarc=none\r\n" + PASS,
    "no server": b"Authentication-Results: dmarc=pass header.from=post.example",
    "a longer name": PASS.replace(MX, b"mx.tp.example.evil.example"),
    "a name that ends so": PASS.replace(MX, b"evil-mx.tp.example"),
    "our name in a comment": PASS.replace(MX, b"(mx.tp.example) mx.evil.example"),
    "our name behind": PASS.replace(MX, b"mx.evil.example mx.tp.example"),
    "our name in a reason": b'Authentication-Results: mx.evil.example; x=pass reason="; mx.tp.example; dmarc=pass"',
    "our name homograph": PASS.replace(MX, "mx.tp.ex\u0430mple".encode()),
    "ARC": PASS.replace(b"Auth", b"ARC-Auth").replace(MX, b"i=1; mx.tp.example"),
    "X-": PASS.replace(b"Auth", b"X-Auth"),
    "in the subject": b"Comments: " + encoded(f"x\r\n{PASS.decode()}"),
    "another domain passed": passed("elsewhere.example"),
    "her domain below another": passed("elsewhere.example") + b"\r\n" + PASS,
    "pass of nothing": b"Authentication-Results: mx.tp.example; dmarc=pass",
    "her domain in a local part": PASS.replace(b"header.from=post.example", b'header.from="post.example"@evil.example'),
    "her domain in a comment": PASS.replace(b"header.from=", b"header.from=evil.example (post.example) x="),
    "another method": PASS.replace(b"dmarc", b"auth"),
    "iprev": PASS.replace(b"dmarc", b"iprev"),
    "softfail": PASS.replace(b"dmarc=pass", b"spf=softfail"),
    "none": PASS.replace(b"pass", b"none"),
}


@pytest.mark.parametrize("header", UNSAID.values(), ids=UNSAID)
def test_nobody_elses_word_proves_the_sender(desk: Desk, header: bytes) -> None:
    found = facts(desk, raw(header, f"From: Kate <{OWNER}>".encode()))
    assert found.standing.verdict is not Verdict.VERIFIED, found.standing


def test_a_verdict_inside_the_body_is_no_verdict(desk: Desk) -> None:
    """Neither in the head of a part nor in an attached mail."""
    inner = PASS + b"\r\nFrom: kate.murray@post.example\r\nSubject: x\r\n\r\nTP2026030253"
    parts = (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n' + PASS + b"\r\nContent-Type: text/plain\r\n\r\n"
        b"TP2026030253\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n"
    )
    for sender, expected in ((OWNER, OWNER), ("mallory@elsewhere.example", "mallory@elsewhere.example")):
        found = facts(desk, f"From: {sender}\r\nTo: support@tp.example\r\n".encode() + parts)
        assert found.sender == expected
        assert found.standing.verdict is Verdict.UNVERIFIED
        assert sender == OWNER or match_of(found) == "NoMatch"
