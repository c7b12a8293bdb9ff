"""Random MIME trees whose files are known: each comes out once, byte for byte, whatever it is wrapped in."""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import hashlib
import lzma
import os
import quopri
import random
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.mail.parse import parse_mail
from tests.mail.wrappings import signed, streamed, tarred, winmail, zipped

HERE = Path(__file__).parent
CORPUS = Path(os.environ.get("MAILBOT_CORPUS", HERE.parents[2] / "shared" / "corpus"))
WORD = re.compile(r"\bw[0-9a-f]{16}\b")
SAMPLES = [path.read_bytes() for path in sorted(HERE.joinpath("quirks").glob("*.eml"))]
SAMPLES += [path.read_bytes() for path in sorted(CORPUS.glob("m*/*.eml"))]


@dataclass(frozen=True, kw_only=True)
class Made:
    """An entity with what must come out of it."""

    raw: bytes  # head and body
    files: tuple[bytes, ...] = ()
    texts: tuple[str, ...] = ()


def encode(content: bytes, encoding: str) -> bytes:
    match encoding:
        case "base64":
            return base64.encodebytes(content)
        case "quoted-printable":
            # Line ends are data here: everything that isn't a letter is encoded.
            return quopri.encodestring(content, quotetabs=True).replace(b"\n", b"=0A=\n").replace(b"==0A=\n", b"=\n")
        case "x-uuencode":
            lines = (binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45))
            return b"begin 644 x\n" + b"".join(lines) + b"`\nend\n"
    return content


@st.composite
def leaf(draw: st.DrawFn) -> Made:
    """A file with content of any kind; binary content travels as base64."""
    content = draw(st.binary(min_size=1, max_size=200))
    encoding = draw(st.sampled_from(["base64", "x-uuencode"]))
    kind = draw(st.sampled_from(["application/pdf", "image/jpeg", "text/plain", "text/html", "text/calendar", "x/y"]))
    place = draw(st.sampled_from(["attachment", "attachment; filename=a.bin", 'attachment; filename="../x"']))
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\nContent-Disposition: {place}\r\n\r\n"
    return Made(raw=head.encode() + encode(content, encoding), files=(content,))


@st.composite
def text(draw: st.DrawFn) -> Made:
    """A text of words that occur once, in one of the encodings of text."""
    word = "w" + format(draw(st.integers(0, 2**64 - 1)), "016x")
    encoding = draw(st.sampled_from(["7bit", "base64", "quoted-printable"]))
    head = f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return Made(raw=head.encode() + encode(word.encode() + b"\n", encoding), texts=(word,))


@st.composite
def message(draw: st.DrawFn, inner: st.SearchStrategy[Made]) -> Made:
    """A message inside: a file as a whole, whatever is in it."""
    raw = b"From: other@mail.example\r\nSubject: other\r\n" + draw(inner).raw
    return Made(raw=b"Content-Type: message/rfc822\r\n\r\n" + raw, files=(raw,))


@st.composite
def several(draw: st.DrawFn, inner: st.SearchStrategy[Made]) -> Made:
    """A multipart; the boundaries are one another's beginnings."""
    children = draw(st.lists(inner, min_size=1, max_size=4))
    kind = draw(st.sampled_from(["mixed", "related", "signed", "report", "parallel", "x-unknown"]))
    used = b"".join(child.raw for child in children)
    boundary = draw(st.sampled_from(["b", "=_b", "b b", "--", "b:1"]))
    while b"--" + boundary.encode() in used:
        boundary += "b"
    newline = draw(st.sampled_from([b"\r\n", b"\n"]))
    delimiter = newline + b"--" + boundary.encode()
    end = draw(st.sampled_from([b"--\r\n", b"--", b"--\r\nepilogue\r\n"]))
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\npreamble'
    return Made(
        raw=head.encode() + b"".join(delimiter + newline + child.raw for child in children) + delimiter + end,
        files=tuple(file for child in children for file in child.files),
        texts=tuple(word for child in children for word in child.texts),
    )


@st.composite
def wrapped(draw: st.DrawFn, inner: st.SearchStrategy[Made]) -> Made:
    """Signed as a whole, in base64."""
    child = draw(inner)
    head = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return Made(raw=head + base64.encodebytes(streamed(child.raw)), files=child.files, texts=child.texts)


@st.composite
def outlook(draw: st.DrawFn) -> Made:
    files = draw(st.lists(st.binary(min_size=1, max_size=100), max_size=3))
    packed = winmail(text="see the files", files=[(f"{n}.bin", content) for n, content in enumerate(files)])
    head = b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return Made(raw=head + base64.encodebytes(packed), files=tuple(files))


def grown(inner: st.SearchStrategy[Made]) -> st.SearchStrategy[Made]:
    return several(inner) | message(inner) | wrapped(inner)


TREES = st.recursive(leaf() | text() | outlook(), grown, max_leaves=12)


@given(TREES)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_file_comes_out_once_and_byte_for_byte(made: Made) -> None:
    parsed = parse_mail(b"From: kate@mail.example\r\n" + made.raw)
    if any("wrapped more than" in warning for warning in parsed.mail.warnings):
        return
    wanted = Counter(hashlib.sha256(file).hexdigest() for file in made.files)
    assert Counter(item.sha256 for item in parsed.mail.attachments) == wanted
    assert Counter(WORD.findall(parsed.mail.text)) == Counter(made.texts)
    assert {hashlib.sha256(content).hexdigest() for content in parsed.contents.values()} == set(wanted)
    assert parsed == parse_mail(b"From: kate@mail.example\r\n" + made.raw)


@given(st.sampled_from(SAMPLES), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_sample_mails_that_were_damaged_are_read_and_twice_the_same(raw: bytes, chance: random.Random) -> None:
    """Cut, doubled and flipped: what relays, disks and gateways do to mail."""
    damaged = bytearray(raw[:60_000])
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(damaged) + 1)
        stop = min(len(damaged), start + chance.choice([1, 10, 200, 5_000]))
        match chance.choice(["cut", "double", "flip", "move", "end"]):
            case "cut":
                del damaged[start:stop]
            case "double":
                damaged[start:start] = damaged[start:stop]
            case "flip":
                for at in range(start, min(stop, start + 20)):
                    damaged[at] ^= 1 << chance.randrange(8)
            case "move":
                piece = damaged[start:stop]
                del damaged[start:stop]
                at = chance.randrange(len(damaged) + 1)
                damaged[at:at] = piece
            case "end":
                del damaged[start:]
    parsed = parse_mail(bytes(damaged))
    assert not any("could not be read (" in warning for warning in parsed.mail.warnings), parsed.mail.warnings
    assert parsed == parse_mail(bytes(damaged))
    assert all(hashlib.sha256(content).hexdigest() == key for key, content in parsed.contents.items())


def _inside() -> list[tuple[str, bytes]]:
    files = {"a.txt": b"hello" * 50, "dir/b.jpg": b"\xff\xd8\xff" + b"x" * 50}
    packed = tarred(files)
    rar = b"Rar!\x1a\x07\0" + b"\0\0\x73\0\0\x0d\0" + b"\0" * 6 + b"\0\0\x74\0\x80\x30\0" + b"\0" * 80
    seven = b"7z\xbc\xaf\x27\x1c\0\4" + b"\0" * 4 + (5).to_bytes(8, "little") + (9).to_bytes(8, "little") + b"\0" * 40
    content = b"Content-Type: text/plain\r\n\r\nhello"
    return [
        ("application/zip", zipped(files)),
        ("application/zip", zipped(files, 0)),
        ("application/gzip", gzip.compress(packed)),
        ("application/x-bzip2", bz2.compress(packed)),
        ("application/x-xz", lzma.compress(packed)),
        ("application/x-tar", packed),
        ("application/vnd.rar", rar),
        ("application/vnd.rar", b"Rar!\x1a\x07\1\0" + b"\0" * 40),
        ("application/x-7z-compressed", seven),
        ("application/ms-tnef", winmail(text="hi", html="<p>ho</p>", files=[("a", b"b" * 50)])),
        ("application/ms-tnef", winmail(rtf=b"\0" * 8 + b"LZFu" + b"\0" * 4 + bytes(range(256)))),
        ("application/pkcs7-mime", streamed(content, 10)),
        ("application/pkcs7-mime", signed(content)),
    ]


@given(st.sampled_from(_inside()), st.data())
@settings(max_examples=500, deadline=None)
def test_damaged_archives_and_wrappings_are_files_and_nothing_raises(
    sample: tuple[str, bytes], data: st.DataObject
) -> None:
    kind, content = sample
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(damaged)))
        match data.draw(st.sampled_from(["set", "cut", "insert", "ones"])):
            case "set" if at < len(damaged):
                damaged[at] = data.draw(st.integers(0, 255))
            case "cut":
                del damaged[at : at + data.draw(st.integers(1, 30))]
            case "insert":
                damaged[at:at] = data.draw(st.binary(max_size=10))
            case "ones":
                damaged[at : at + 4] = b"\xff\xff\xff\xff"
    head = f"From: kate@mail.example\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    raw = head.encode() + base64.encodebytes(damaged)
    parsed = parse_mail(raw)
    assert not any("could not be read (" in warning for warning in parsed.mail.warnings), parsed.mail.warnings
    assert parsed == parse_mail(raw)
