"""The grammar of staff commands."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.cases import CaseEvent, CaseKind
from mailbot.domain.commands import COMMAND_LINES, Command, StartCase, paid_on, read_staff_words

E = CaseEvent


@pytest.mark.parametrize(
    ("line", "event", "argument"),
    [
        ("#approve", E.APPROVE, ""),
        ("#Approve", E.APPROVE, ""),
        ("#APPROVED", E.APPROVE, ""),
        ("# approve", E.APPROVE, ""),
        ("  #approve  ", E.APPROVE, ""),
        ("＃approve", E.APPROVE, ""),
        ("＃同意", E.APPROVE, ""),
        ("#同意", E.APPROVE, ""),
        ("\u3000＃ 同意\u3000", E.APPROVE, ""),
        ("#decline used and scratched", E.DECLINE, "used and scratched"),
        ("#拒绝 已使用", E.DECLINE, "已使用"),
        ("#received", E.RECEIVE, ""),
        ("#收到", E.RECEIVE, ""),
        ("#inspect pass", E.INSPECT_PASS, ""),
        ("#inspect OK", E.INSPECT_PASS, ""),
        ("#Inspect Passed", E.INSPECT_PASS, ""),
        ("#验货 通过", E.INSPECT_PASS, ""),
        ("#验货 合格", E.INSPECT_PASS, ""),
        ("#inspect fail the lid is broken", E.INSPECT_FAIL, "the lid is broken"),
        ("#验货 不通过 外壳有划痕", E.INSPECT_FAIL, "外壳有划痕"),
        ("#验货 不合格 缺少配件", E.INSPECT_FAIL, "缺少配件"),
        ("#refunded", E.REFUND_PAID, ""),
        ("#refunded 2026-03-31", E.REFUND_PAID, "2026-03-31"),
        ("#已退款", E.REFUND_PAID, ""),
        ("#withdraw", E.WITHDRAW, ""),
        ("#撤销", E.WITHDRAW, ""),
    ],
)
def test_a_command_in_all_its_forms(line: str, event: CaseEvent, argument: str) -> None:
    words = read_staff_words(line)
    assert [(c.event, c.argument) for c in words.commands] == [(event, argument)]
    assert words.problems == ()
    assert words.text == ""
    assert not words.internal


@pytest.mark.parametrize(
    ("line", "event", "argument"),
    [
        ("#验货通过", E.INSPECT_PASS, ""),
        ("#验货不通过 外壳有划痕", E.INSPECT_FAIL, "外壳有划痕"),
        ("#验货　不通过　外壳有划痕", E.INSPECT_FAIL, "外壳有划痕"),
        ("#inspect fail: the lid is broken", E.INSPECT_FAIL, "the lid is broken"),
        ("#拒绝：已使用", E.DECLINE, "已使用"),
        ("#decline: used", E.DECLINE, "used"),
    ],
)
def test_commands_as_people_write_them_without_the_blank_or_with_a_colon(
    line: str, event: CaseEvent, argument: str
) -> None:
    assert [(c.event, c.argument) for c in read_staff_words(line).commands] == [(event, argument)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("#inspect", "#inspect pass or #inspect fail"),
        ("#inspect maybe", "#inspect pass or #inspect fail"),
        ("#inspect not ok", "#inspect pass or #inspect fail"),
        ("#inspect fail", "expected a reason"),
        ("#decline", "expected a reason"),
        ("#拒绝", "expected a reason"),
        ("#验货 不合格", "expected a reason"),
        ("#aprove", "not a command"),
        ("#退钱", "not a command"),
        ("#refunded yesterday", "2026-03-31"),
        ("#refunded 2026-02-30", "2026-03-31"),
    ],
)
def test_what_cannot_be_read_is_a_problem_that_says_what_was_expected(line: str, expected: str) -> None:
    words = read_staff_words(f"Hello\n{line}\nBye")
    assert words.commands == ()
    (problem,) = words.problems
    assert problem.startswith(line)
    assert expected in problem
    assert words.text == "Hello\nBye"  # a line meant for the desk never reaches the customer


@pytest.mark.parametrize("line", ["#withdraw? Not sure", "#agree, I think", "#repair it soon", "#refund the customer"])
def test_words_after_a_command_that_takes_none_are_not_read_past(line: str) -> None:
    words = read_staff_words(line)
    assert words.commands == ()
    assert len(words.problems) == 1


@pytest.mark.parametrize(
    "line",
    [
        "#1 problem is the lid",
        "Our #1 kettle",
        "C# approve",
        "Room #12",
        "Issue #42 and the TP#K",
        "#42 see #returns, #noted and #return-policy",
        "Our week: #kettlelove #receivedwithlove",
        "See https://tp.example/faq#return or www.tp.example#order",
        "请看 https://tp.example/faq#退货",
        "话题 #收到货物晒单# 和 #退货政策",
        "问题#1已解决",
        "# ",
        "#",
        "#2026-03-31",
    ],
)
def test_a_sign_in_the_middle_of_words_or_before_a_number_is_no_command(line: str) -> None:
    words = read_staff_words(line)
    assert (words.commands, words.problems) == ((), ())
    assert words.text == line.strip()


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("ok #approve please", "#approve"),
        ("Please see ticket #approve", "#approve"),
        ("ok#Approve", "#Approve"),
        ("1. #approve", "#approve"),
        ("Fine: *#received*, thanks", "#received"),
        ("ok ＃approve", "＃approve"),
        ("please #inspect pass", "#inspect"),
        ("all good, #refunded 2026-03-31", "#refunded"),
        ("she called #note", "#note"),
        ("it is #order TP2026030117", "#order"),
        ("then #merge T-100007", "#merge"),
        ("and #return TP2026030117", "#return"),
        ("see https://tp.example/faq#return and #approve", "#approve"),
        ("好的#同意", "#同意"),
        ("可以，#同意退货", "#同意"),
        ("请＃拒绝 已使用", "＃拒绝"),
        ("货到了#收到。", "#收到"),
        ("已检查 #验货通过", "#验货"),
        ("内部#备注：客户来电", "#备注"),
        ("帮忙#退货", "#退货"),
        ("改一下#订单号TP2026030117", "#订单号"),
        ("改一下#訂單TP2026030117", "#訂單"),
        ("请#合并T-100007", "#合并"),
        ("#decline it was used, #approve no", "#approve"),
        ("好的#同意#", "#同意"),
    ],
)
def test_a_command_inside_a_line_is_refused_and_never_sent_on(line: str, command: str) -> None:
    words = read_staff_words(f"Dear Kate,\n{line}\nthank you for waiting")
    (problem,) = words.problems
    assert f"{command} stands inside a line" in problem
    assert command not in words.text


def test_a_command_inside_a_note_does_no_harm_there() -> None:
    words = read_staff_words("#note she wants it back, I will #approve tomorrow")
    assert (words.internal, words.problems, words.commands) == (True, (), ())
    assert "#approve" in words.text


def test_many_signs_take_no_longer_each() -> None:
    for text in (
        "a" + "#" * 200_000,
        "a" + "#同意" * 50_000,
        "www." * 50_000 + "#x",
        "#收到" + "好" * 200_000,
        "a #approve\n" * 50_000,
    ):
        read_staff_words(text)


def test_words_beside_commands_go_to_the_customer_and_commands_keep_their_order() -> None:
    words = read_staff_words("Dear Kate,\n\n#approve\n#received\nthanks for waiting.\n#inspect pass\n")
    assert [c.event for c in words.commands] == [E.APPROVE, E.RECEIVE, E.INSPECT_PASS]
    assert words.text == "Dear Kate,\n\nthanks for waiting."


@pytest.mark.parametrize("line", ["#note", "#备注", "＃Note", "#note she called twice"])
def test_a_note_keeps_the_text_in_the_house(line: str) -> None:
    words = read_staff_words(f"{line}\nask finance first")
    assert words.internal
    assert "ask finance first" in words.text
    assert "note" not in words.text.casefold()
    assert words.commands == ()


def test_a_note_may_stand_beside_a_command() -> None:
    words = read_staff_words("#note she called\n#approve")
    assert words.internal
    assert [c.event for c in words.commands] == [E.APPROVE]


@pytest.mark.parametrize("event", list(COMMAND_LINES))
def test_the_help_in_a_notice_is_understood_when_it_is_typed_in(event: CaseEvent) -> None:
    (command,) = read_staff_words(COMMAND_LINES[event]).commands
    assert command.event is event


def test_the_day_of_payment() -> None:
    today = date(2026, 3, 20)
    given_day = Command(event=E.REFUND_PAID, argument="2026-03-18", line="")
    assert paid_on(given_day, today) == date(2026, 3, 18)
    assert paid_on(Command(event=E.REFUND_PAID, argument="", line=""), today) == today


PIECES = st.sampled_from(
    ["#", "＃", "approve", "inspect", "pass", "fail", "同意", "验货", " ", "\u3000", "\n", "note", "1"]
)


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map("".join)))
@settings(max_examples=200, deadline=None)
def test_nothing_that_staff_can_write_raises_and_no_command_line_is_sent_on(text: str) -> None:
    words = read_staff_words(text)
    for command in words.commands:
        assert command.line.startswith(("#", "＃"))
    again = read_staff_words(words.text)
    if not words.internal:
        assert (again.commands, again.problems) == ((), ())


@pytest.mark.parametrize(
    "line",
    [
        "\u200b#note not for the customer",
        "- #note not for the customer",
        "*#note* not for the customer",
        "##note not for the customer",
        "#  note not for the customer",
        "#\u00a0\u00a0note not for the customer",
    ],
)
def test_a_note_stays_in_the_house_however_a_mail_program_dresses_it(line: str) -> None:
    assert read_staff_words(line).internal


def test_a_command_in_a_list_is_not_carried_out() -> None:
    words = read_staff_words("- #approve")
    assert words.commands == ()
    assert len(words.problems) == 1


NOTICE = "Ticket T-100001: New message.\n\n> #approve\n\n- Sender check: the sending domain is verified\n"


@pytest.mark.parametrize("bullet", ["- ", "  *   ", "• ", "> - "])
def test_no_line_of_a_notice_reaches_the_customer(bullet: str) -> None:
    quoted = f"We are on it.\n\nTicket T-100001: New message.\n{bullet}Sender check: the sending domain is verified"
    words = read_staff_words(quoted, [NOTICE])
    assert "Sender check" not in words.text
    assert words.text == "We are on it."


def test_a_command_that_a_customer_wrote_is_not_carried_out_from_the_quote() -> None:
    words = read_staff_words("Ticket T-100001: New message.\n\n#approve\n", [NOTICE])
    assert words.commands == ()


SIGN_OFFS = [
    "Best regards,\nLi Na",
    "Kind regards\n\nLi Na\nTP After-sales | +86 755 0000",
    "Li Na",
    "祝好\n李娜",
    "谢谢！",
]


@pytest.mark.parametrize("sign_off", SIGN_OFFS)
def test_a_sign_off_is_no_letter(sign_off: str) -> None:
    assert read_staff_words(f"#approve\n\n{sign_off}", (), ("Li Na", "TP")).text == ""
    assert read_staff_words(f"About 60 dB.\n\n{sign_off}", (), ("Li Na", "TP")).text == "About 60 dB."


def test_words_after_a_reason_belong_to_it() -> None:
    words = read_staff_words(
        "#decline The kettle was used.\nWe only take back unused goods.\n\nBest,\nLi Na", (), ("Li Na",)
    )
    assert words.commands[0].argument == "The kettle was used.\nWe only take back unused goods."
    assert words.text == ""


@pytest.mark.parametrize(
    ("line", "kind", "number"),
    [
        ("#return tp2026110002", CaseKind.RETURN, "TP2026110002"),
        ("#退货", CaseKind.RETURN, ""),
        ("#exchange TP2026110002", CaseKind.EXCHANGE, "TP2026110002"),
        ("#换货：TP2026110002", CaseKind.EXCHANGE, "TP2026110002"),
        ("#warranty", CaseKind.WARRANTY, ""),
        ("#保修 TP2026110002", CaseKind.WARRANTY, "TP2026110002"),
    ],
)
def test_a_case_can_be_opened(line: str, kind: CaseKind, number: str) -> None:
    assert read_staff_words(line).start == StartCase(kind=kind, order_number=number)


def test_a_mail_opens_one_case() -> None:
    words = read_staff_words("#return TP2026110002\n#exchange TP2026110002")
    assert words.problems == ("#exchange TP2026110002: a mail opens one case",)


@pytest.mark.parametrize("line", ["#merge T-100007", "#Merge: [T-100007].", "＃合并 t-100007", "#合并T-100007"])
def test_merge_names_the_other_ticket(line: str) -> None:
    words = read_staff_words(line + "\n谢谢")
    assert (words.merge_into, words.problems, words.text) == (7, (), "")


@pytest.mark.parametrize("line", ["#merge", "#merge R-100007", "#merge 7", "#合并", "#merge T-100007 and T-100008"])
def test_a_merge_without_one_ticket_is_a_problem(line: str) -> None:
    words = read_staff_words(line)
    assert words.merge_into is None
    assert "expected #merge and the number of the other ticket" in words.problems[0]


def test_many_lines_take_no_longer_each() -> None:
    text = "ab\n" * 100_000
    assert read_staff_words(text).text.count("\n") == 99_999


@pytest.mark.parametrize(
    "text",
    ["#return TP1\n#return TP2", "#return TP1\n#approve", "#order TP2026030117\n#approve"],
)
def test_commands_that_contradict_each_other_are_refused(text: str) -> None:
    assert read_staff_words(text).problems
