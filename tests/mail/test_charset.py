# ruff: noqa: E501 - tables of labels, headers and names, one case a line
"""Bytes to text although the label lies: a table per charset and per form of a header, all of them texts of our own."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.mail.charset import codec_of, decode, decode_header, decode_parameter, decode_raw_header, unbase64
from mailbot.mail.iso2022 import decode_iso2022
from mailbot.mail.parse import parse_mail
from mailbot.mail.structure import read_tree

TEXTS = {
    "zh-Hans": (
        "您好，我的订单还没有到，请尽快处理，谢谢！",
        "上周买的电风扇昨天突然不转了，按说明书检查过插座没有问题。请告诉我怎么寄回去维修，运费由谁承担？",
        "退货地址发我一下",
    ),
    "zh-Hant": (
        "您好，我的訂單還沒有到，請盡快處理，謝謝！",
        "上週購買的電風扇昨天忽然不會轉動，照說明書檢查過插座沒有問題。請告訴我該怎麼寄回維修？",
        "請提供退貨地址",
    ),
    "ja": (
        "お世話になっております。注文した商品が届きません。",
        "先週購入した扇風機が昨日から動かなくなりました。修理をお願いしたいのですが、送料はどちらの負担でしょうか。",
        "返品したいです",
    ),
    "ko": (
        "안녕하세요. 주문한 상품이 도착하지 않았습니다.",
        "지난주에 산 선풍기가 어제부터 돌아가지 않습니다. 수리를 받으려면 어디로 보내야 하나요?",
        "환불해 주세요",
    ),
    "ru": (
        "Здравствуйте, где мой заказ? Спасибо большое.",
        "Вентилятор, который я купила на прошлой неделе, вчера перестал работать. Кто оплатит пересылку?",
        "Возврат товара",
    ),
    "western": (
        "Grüße aus München, die Straße ist schön – „ja“ €5",
        "Où est ma commande ? J'ai reçu un colis cassé à l'été, c'était très décevant.",
        "¿Dónde está mi pedido? Mañana viajo a España, señor.",
        "Não recebi a encomenda; a situação é inaceitável.",
    ),
}  # fmt: skip

# Codec of the bytes, texts, labels under which they must be read: true ones, wider ones, none, and lies.
LABELS = [
    ("gb18030", "zh-Hans", ["gb2312", "GBK", "gb18030", '"gb2312"', "'gbk'", "x-gbk", "cp936", "windows-936", "cp-936",
                            "gb_2312-80", "euc-cn", "chinese", "gb18030-2022", "gb2312; format=flowed"]),
    ("gb18030", "zh-Hans", ["utf-8", "us-ascii", None, "", "x-unknown", "unknown-8bit", "iso-8859-1", "windows-1252",
                            "nonsense", "ansi", "iso-2022-jp", "charset"]),
    ("cp950", "zh-Hant", ["big5", "Big5", "cp950", "x-big5", "big5-eten", "cn-big5", "csbig5", "big5-hkscs"]),
    ("cp950", "zh-Hant", ["gb2312", "utf-8", None, "iso-8859-1", "us-ascii", "x-unknown"]),
    ("cp932", "ja", ["shift_jis", "Shift-JIS", "x-sjis", "windows-31j", "cp932", "ms_kanji", "csShiftJIS"]),
    ("cp932", "ja", ["utf-8", None, "iso-8859-1", "us-ascii", "iso-2022-jp", "x-unknown"]),
    ("euc_jp", "ja", ["euc-jp", "x-euc-jp", "eucJP-ms", "cp51932"]),
    ("euc_jp", "ja", ["utf-8", None, "shift_jis", "iso-8859-1", "us-ascii"]),
    ("iso2022_jp", "ja", ["iso-2022-jp", "csISO2022JP", "iso-2022-jp-ms", "cp50220", "us-ascii", "utf-8", None, "gb2312",
                          "x-unknown", "iso-8859-1"]),
    ("cp949", "ko", ["euc-kr", "ks_c_5601-1987", "KS_C_5601", "ksc_5601", "cp949", "uhc", "x-windows-949", "korean"]),
    ("cp949", "ko", ["utf-8", None, "iso-8859-1", "us-ascii", "x-unknown"]),
    ("iso2022_kr", "ko", ["iso-2022-kr", "us-ascii", None]),
    ("hz", "zh-Hans", ["hz-gb-2312", "hz", "gb2312", "us-ascii", None]),
    ("koi8-r", "ru", ["koi8-r", "KOI8-R", "cskoi8r", "utf-8", None, "us-ascii", "iso-8859-1"]),
    ("cp1251", "ru", ["windows-1251", "cp1251", "win-1251", "x-cp1251", "cp-1251", "utf-8", None, "us-ascii", "iso-8859-1"]),
    ("iso8859_5", "ru", ["iso-8859-5", "ISO_8859-5:1988"]),
    ("cp1252", "western", ["iso-8859-1", "windows-1252", "latin1", "iso-8859-15", "ISO_8859-1", "ISO-8859-1:1987", "cp-1252",
                           "iso 8859-1", "ansi", "us-ascii", "ANSI_X3.4-1968", "utf-8", None, "x-unknown"]),
    *(("utf-8", name, ["utf-8", "UTF8", "utf_8", "utf-8mb4", "unicode-1-1-utf-8", '"utf-8"', "charset=utf-8", "utf 8",
                       "x-utf-8", "iso-8859-1", "us-ascii", "gb2312", "gbk", "big5", "shift_jis", "euc-kr", "windows-1251",
                       "iso-2022-jp", None, "x-unknown", "nonsense"]) for name in TEXTS),
    *(("utf-16", name, ["utf-16", None, "utf-8", "us-ascii", "gb2312", "unicode", "ucs-2"]) for name in TEXTS),
    *(("utf-16-le", name, ["utf-16le", "utf-16", "unicode"]) for name in TEXTS),
    *(("utf-16-be", name, ["utf-16be", "utf-16"]) for name in TEXTS),
    *(("utf-32", name, ["utf-32", None]) for name in TEXTS),
    *(("utf-7", name, ["utf-7", "unicode-1-1-utf-7"]) for name in TEXTS),
    *(("utf-8-sig", name, ["utf-8", "gb2312", None]) for name in TEXTS),
]  # fmt: skip


def in_codec(text: str, codec: str) -> bytes:
    return text.encode(codec, "ignore")


@pytest.mark.parametrize(
    ("codec", "texts", "labels"), LABELS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_label_true_or_not(codec: str, texts: str, labels: list[str | None]) -> None:
    wrong = []
    for label in labels:
        for text in TEXTS[texts]:
            data = in_codec(text, codec)
            expected = data.decode(codec)
            got = decode(data, label).text
            if got != expected:
                wrong.append((label, expected, got))
    assert wrong == []


SPECIAL = [
    ("gb2312 over GB 18030", "镕堃喆€𠮷", "镕堃喆€𠮷".encode("gb18030"), "gb2312"),
    ("big5 over HKSCS", "香港嘅嘢係咁樣㗎啦，冇貨", "香港嘅嘢係咁樣㗎啦，冇貨".encode("big5hkscs"), "big5"),
    ("big5 with ETEN's signs", "恒裏粧嫺墻碁銹 €", "恒裏粧嫺墻碁銹 €".encode("cp950"), "big5"),
    ("half-width kana of JIS X 0201", "ｶﾀｶﾅ です", b"\x1b(I6@6E\x1b(B " + "です".encode("iso2022_jp"), "iso-2022-jp"),
    ("8-bit half-width kana", "ｶﾀ", b"\xb6\xc0", "iso-2022-jp"),
    ("rows that only Windows has", "①㈱№髙", b"\x1b$B\x2d\x21\x2d\x6a\x2d\x62\x7c\x62\x1b(B", "iso-2022-jp"),
    ("JIS X 0212", "丂亹", "丂亹".encode("iso2022_jp_1"), "iso-2022-jp"),
    ("a line end inside Japanese", "です\nです", b"\x1b$B$G$9\n$G$9\x1b(B", "iso-2022-jp"),
    ("Hangul beyond KS X 1001", "뷁 쀍 똠방", "뷁 쀍 똠방".encode("cp949"), "euc-kr"),
    ("HZ over lines", "您好\n谢谢", b"~{" + "您好".encode("hz")[2:-2] + b"~}\n" + "谢谢".encode("hz"), "hz-gb-2312"),
    ("a mark of GB 18030", "您好", b"\x84\x31\x95\x33" + "您好".encode("gb18030"), "gb18030"),
    ("ISO 8859-2 that is Windows-1250", "gęślą – jaźń", "gęślą – jaźń".encode("cp1250"), "iso-8859-2"),
    ("ISO 8859-15 that is Windows-1252", "5 €, „ja“", "5 €, „ja“".encode("cp1252"), "iso-8859-15"),
    ("an attempt at HZ", "a ~{ b ~} c", b"a ~{ b ~} c", "us-ascii"),
    ("plain", "hello", b"hello", "nonsense"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "text", "data", "label"), SPECIAL, ids=[case[0] for case in SPECIAL])
def test_what_is_special(what: str, text: str, data: bytes, label: str) -> None:
    assert decode(data, label).text == text


def test_loss_and_guesses_are_told() -> None:
    assert decode("您好，谢谢".encode("gb18030"), "utf-8").note == "charset utf-8 was wrong, read as gb18030"
    assert "unknown charset nonsense" in decode(b"hello", "nonsense").note
    assert "1 characters could not be read" in decode("Grüße, ja. ".encode() * 40 + b"\xff", "utf-8").note
    assert decode("您好".encode("gb18030"), "gb2312").note == ""
    mail = parse_mail(
        b"From: a@b.example\r\nSubject: =?utf-8?B?" + base64.b64encode("您好，退货".encode("gbk")) + b"?=\r\n\r\nx"
    )
    assert mail.mail.subject == "您好，退货"
    assert any("Subject: charset utf-8 was wrong" in warning for warning in mail.mail.warnings)


@pytest.mark.parametrize(
    "label", ["idna", "punycode", "rot13", "base64", "unicode_escape", "zlib", "\0", "é", "-", "utf-8\n"]
)
def test_codecs_that_are_no_charsets(label: str) -> None:
    assert codec_of(label) in (None, "", "utf-8")
    decode(b"\xff\xfe+ab\x1b~{", label)


def b64(text: str, codec: str) -> str:
    return base64.b64encode(text.encode(codec)).decode()


def quoted(data: bytes) -> str:
    return "".join(f"={byte:02X}" for byte in data)


HALF = "退货退款".encode()
HEADERS = [
    ("plain", "hello", "hello"),
    ("base64", "你好", f"=?utf-8?B?{b64('你好', 'utf-8')}?="),
    ("one of several words", "Re: 退货 (TP1)", f"Re: =?GBK?B?{b64('退货', 'gbk')}?= (TP1)"),
    ("split in mid-character", "退货退款", f"=?utf-8?B?{base64.b64encode(HALF[:4]).decode()}?=\r\n "
                                           f"=?UTF-8?B?{base64.b64encode(HALF[4:]).decode()}?="),
    ("split in mid-character, two encodings", "退货退款", f"=?utf-8?B?{base64.b64encode(HALF[:4]).decode()}?= "
                                                          f"=?utf-8?Q?{quoted(HALF[4:])}?="),
    ("base64 itself cut", "订单一二三四五六", f"=?utf-8?B?{b64('订单一二三四五六', 'utf-8')[:17]}?= "
                                              f"=?utf-8?B?{b64('订单一二三四五六', 'utf-8')[17:]}?="),
    ("neighbours of two charsets", "你好退货", f"=?gb2312?B?{b64('你好', 'gbk')}?= =?utf-8?B?{b64('退货', 'utf-8')}?="),
    ("raw blanks", "Hello wörld x", "=?iso-8859-1?Q?Hello w=F6rld?= x"),
    ("raw question mark", "Where is it?", "=?utf-8?Q?Where is it??="),
    ("end missing", "你好", f"=?utf-8?B?{b64('你好', 'utf-8')}"),
    ("end half there", "你好", f"=?utf-8?B?{b64('你好', 'utf-8')}?"),
    ("end missing before the next", "你好你好", f"=?utf-8?B?{b64('你好', 'utf-8')}=?utf-8?B?{b64('你好', 'utf-8')}?="),
    ("raw 8-bit in Q", "Grüße", "=?utf-8?Q?Grüße?="),
    ("blank in base64", "你好", "=?utf-8?B?5L2g 5aW9?="),
    ("no padding", "a你", "=?utf-8?B?YeS9oA?="),
    ("a language", "你好", f"=?gb18030*zh?B?{b64('你好', 'gbk')}?="),
    ("the label lies", "退货退款", f"=?utf-8?B?{b64('退货退款', 'gbk')}?="),
    ("no charset", "abc", "=??Q?abc?="),
    ("quoted charset", "退货", f"=?'gb2312'?B?{b64('退货', 'gbk')}?="),
    ("unknown charset", "退货退款", f"=?x-unknown?B?{b64('退货退款', 'gbk')}?="),
    ("ISO-2022-JP", "テスト", f"=?iso-2022-jp?B?{b64('テスト', 'iso2022_jp')}?="),
    ("Big5", "退貨", f"=?big5?Q?{quoted('退貨'.encode('big5'))}?="),
    ("Korean", "환불", f"=?ks_c_5601-1987?B?{b64('환불', 'cp949')}?="),
    ("HZ", "退货", f"=?hz-gb-2312?B?{b64('退货', 'hz')}?="),
    ("UTF-7", "退货", f"=?utf-7?Q?{'退货'.encode('utf-7').decode()}?="),
    ("underscore", "a b", "=?utf-8?Q?a_b?="),
    ("blanks between words go", "ab", "=?us-ascii?Q?a?= =?us-ascii?Q?b?="),
    ("blanks before text stay", "a b", "=?us-ascii?Q?a?= b"),
    ("no word at all", "x=?y", "x=?y"),
    ("no such encoding", "=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
    ("a raw equals sign", "a=b", "=?utf-8?Q?a=b?="),
    ("folded", "a b", "a\r\n b"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "text", "value"), HEADERS, ids=[case[0] for case in HEADERS])
def test_header(what: str, text: str, value: str) -> None:
    assert decode_header(value) == text


RAW = [
    ("gb18030", ["gb2312", "gbk"], ["退款申请", "订单什么时候发货", "屏幕坏了", "Re: 退货", "关于TP2026001234的售后", "张三"]),
    ("cp950", ["big5"], ["請問訂單", "關於退款", "Re: 退貨申請", "發票", "陳小姐", "林志玲"]),
    ("cp932", ["shift_jis", "iso-2022-jp"], ["返品したい", "お問い合わせ", "返品について", "Re: お届け日", "商品が壊れています"]),
    ("euc_jp", ["euc-jp"], ["返品したい", "お問い合わせ", "返品について", "Re: お届け日", "商品が壊れています"]),
    ("cp949", ["euc-kr"], ["환불", "반품 문의", "주문 취소", "배송 문의드립니다", "김하늘"]),
    ("cp1251", ["windows-1251"], ["Возврат", "Иван Петров", "Где мой заказ?"]),
    ("koi8-r", ["koi8-r"], ["Возврат", "Иван Петров", "Где мой заказ?"]),
    ("cp1252", ["iso-8859-1"], ["Rücksendung", "Müller", "où est ma commande", "Devolución", "Grüße", "Réclamation"]),
    ("utf-8", ["gbk", "big5", "iso-8859-1"], ["退货", "返品したい", "환불", "Возврат", "Grüße", "é"]),
]  # fmt: skip


@pytest.mark.parametrize(("codec", "hints", "values"), RAW, ids=[case[0] for case in RAW])
def test_raw_8_bit_headers(codec: str, hints: list[str], values: list[str]) -> None:
    for hint in [None, "utf-8", "us-ascii", *hints]:
        assert [decode_raw_header(value.encode(codec), hint) for value in values] == values, hint


NAMES = [
    ("RFC 2231", "发票.pdf", b"filename*=utf-8''%E5%8F%91%E7%A5%A8.pdf"),
    ("RFC 2231 in GBK", "发票.pdf", b"filename*=gb2312''%B7%A2%C6%B1.pdf"),
    ("continued, charset on the first", "发票.pdf", b"filename*0*=utf-8''%E5%8F%91;\r\n filename*1*=%E7%A5%A8;\r\n filename*2=.pdf"),
    ("continued in mid-character", "发票.pdf", b"filename*0*=utf-8''%E5%8F;\r\n filename*1*=%91%E7%A5%A8.pdf"),
    ("a segment is missing", "a.pdf", b"filename*0=a;filename*2=.pdf"),
    ("no charset", "发票.pdf", b"filename*=%E5%8F%91%E7%A5%A8.pdf"),
    ("in quotes", "发票.pdf", b"filename*=\"utf-8''%E5%8F%91%E7%A5%A8.pdf\""),
    ("quotes behind the charset", "发票.pdf", b"filename*=UTF-8''\"%E5%8F%91%E7%A5%A8.pdf\""),
    ("raw instead of percent", "发票.pdf", "filename*=utf-8''发票.pdf".encode()),
    ("a language", "Grüße.pdf", b"filename*=iso-8859-1'de'Gr%FC%DFe.pdf"),
    ("the extended one counts", "发票.pdf", b"filename=x.pdf; filename*=utf-8''%E5%8F%91%E7%A5%A8.pdf"),
    ("RFC 2047 in quotes", "发票.pdf", b'filename="=?utf-8?B?5Y+R56WoLnBkZg==?="'),
    ("RFC 2047 bare", "发票.pdf", b"filename==?utf-8?B?5Y+R56WoLnBkZg==?="),
    ("RFC 2047 continued", "发票.pdf", b'filename*0="=?utf-8?B?5Y+R56Wo"; filename*1="LnBkZg==?="'),
    ("RFC 2047 in RFC 2231", "发票.pdf", b"filename*=utf-8''=?utf-8?B?5Y+R56WoLnBkZg==?="),
    ("raw UTF-8", "发票.pdf", 'filename="发票.pdf"'.encode()),
    ("raw GBK", "发票.pdf", 'filename="发票.pdf"'.encode("gbk")),
    ("raw and bare", "发票.pdf", "filename=发票.pdf".encode()),
    ("percent without a star", "发票.pdf", b'filename="%E5%8F%91%E7%A5%A8.pdf"'),
    ("a true percent sign", "100%.pdf", b'filename="100%.pdf"'),
    ("blanks", "a b.pdf", b'filename="a b.pdf"'),
]  # fmt: skip


@pytest.mark.parametrize(("what", "name", "head"), NAMES, ids=[case[0] for case in NAMES])
def test_file_names(what: str, name: str, head: bytes) -> None:
    raw = b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; " + head + b"\r\n\r\nx"
    assert read_tree(raw).root.filename == name


STARTS = [
    b"",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\n\n",
    b"\xef\xbb\xbf\r\n",
    b" \r\n",
    b"From a@b.example Mon Nov 2 10:15:00 2026\n",
]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_whole_mail_with_raw_headers(start: bytes, codec: str) -> None:
    text = "From: 李小红 <li@customer.example>\r\nTo: 客服 <a@shop.example>\r\nSubject: 屏幕坏了，要退货\r\n\r\n请问怎么寄回？谢谢"
    mail = parse_mail(start + text.encode(codec)).mail
    assert mail.sender is not None
    assert (mail.sender.name, mail.sender.email) == ("李小红", "li@customer.example")
    assert mail.subject == "屏幕坏了，要退货"
    assert mail.text == "请问怎么寄回？谢谢"


def test_internationalised_addresses() -> None:
    mail = parse_mail("From: 张三 <张三@例子.example>\r\nTo: ü@b.example\r\nSubject: x\r\n\r\n您好".encode()).mail
    assert mail.sender is not None
    assert mail.sender.email == "张三@例子.example"
    assert [address.email for address in mail.to] == ["ü@b.example"]


LABEL = st.one_of(
    st.none(), st.sampled_from([label for _, _, labels in LABELS for label in labels]), st.text(max_size=20)
)


@given(st.binary(max_size=400), LABEL, LABEL)
@settings(max_examples=500, deadline=None)
def test_any_bytes_under_any_label(data: bytes, label: str | None, hint: str | None) -> None:
    text = decode(data, label, hint=hint).text
    assert len(text) <= 4 * len(data) + 4
    assert text == decode(data, label, hint=hint).text
    text.encode("utf-8")


@given(st.lists(st.sampled_from([b"\x1b$B", b"\x1b(B", b"\x1b(I", b"\x1b$(D", b"\x1b$)C", b"\x0e", b"\x0f", b"$G", b"a", b"\n",
                                 b"\xff", b"\x1b", b"\x1b$A", b"~{", b"~}", b"+AGE-"]), max_size=30))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_odd_escapes(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    decode_iso2022(data)
    for label in ("iso-2022-jp", "hz", "utf-7", "iso-2022-kr", None):
        decode(data, label)


@given(st.text(alphabet="=?utf8QB-_ aé退\r\n\"'*%", max_size=200))
@settings(max_examples=500, deadline=None)
def test_odd_headers(value: str) -> None:
    assert len(decode_header(value)) <= 4 * len(value) + 4
    decode_parameter(value, None)
    decode_parameter(("utf-8", None, value), None)
    unbase64(value.encode())


@given(st.sampled_from([(codec, text) for codec, texts, _ in LABELS for text in TEXTS[texts]]), st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_a_true_label_is_believed(pair: tuple[str, str], more: str) -> None:
    codec, text = pair
    if codec in ("utf-8-sig", "hz", "utf-7", "iso2022_kr", "iso2022_jp", "koi8-r") or not text:
        return
    data = text.encode(codec, "ignore")
    assert decode(data, codec).text == data.decode(codec)


def hostile() -> Iterator[tuple[str, bytes]]:
    for piece in (
        b"\xe9",
        b"\xa1\xa1",
        b"\xff\xfe",
        b"\x1b$B",
        b"\x0e",
        b"~{!!~}",
        b"+AGE",
        b"\0a",
        b"\x81\x30",
        b"\xe4\xbd",
    ):
        yield piece.hex(), piece * (1_000_000 // len(piece))


@pytest.mark.timeout(60)
@pytest.mark.parametrize("data", [data for _, data in hostile()], ids=[name for name, _ in hostile()])
def test_a_megabyte_is_decoded_in_seconds(data: bytes) -> None:
    for label in ("utf-8", "gb2312", "iso-2022-jp", "hz", "utf-7", "big5", "utf-16", None):
        began = time.process_time()
        decode(data, label)
        assert time.process_time() - began < 8.0


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", ["=?a?q?", "=?a?q?b?= ", "=?a?b?/", "=", "?", "=?utf-8?q?", "%E4%BD"])
def test_long_headers_are_decoded_in_seconds(piece: str) -> None:
    began = time.process_time()
    decode_header(piece * (65_536 // len(piece)))
    decode_parameter(piece * (65_536 // len(piece)), None)
    assert time.process_time() - began < 8.0
