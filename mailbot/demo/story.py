"""Three weeks at the desk, told in eight chapters, and the proof that they went as they should."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from mailbot.demo import checks, scenes
from mailbot.demo.people import reply
from mailbot.demo.scenes import (
    ADA,
    ADA_ORDER,
    BRUNO,
    BRUNO_ORDER,
    CHEN,
    CLARA,
    CLARA_ORDER,
    DAEMON,
    GRETA,
    HE,
    HE_ORDER,
    KAETHE,
    LI_NA,
    LIN,
    LIN_ORDER,
    NEWSLETTER,
    NOBODY,
    STRANGER,
    Arrival,
    arrival,
    first_mail,
)
from mailbot.demo.servers import DemoServers
from mailbot.demo.stage import (
    DESK,
    MAILS,
    Clock,
    Stage,
    import_sample_orders,
    make_installation,
    only,
    prepare_folder,
)
from mailbot.demo.telling import Teller
from mailbot.wiring import open_desk

DEFAULT_FOLDER = Path("demo-story")
_ZONE = ZoneInfo("Asia/Shanghai")  # the starter settings' own


def tell(directory: Path | None, *, keep: bool) -> int:
    """Tell the story; 0 when everything went as it should, 1 when something didn't (it is printed what).

    The mails stay in `directory` (default ./demo-story); the installation only with `keep`.
    Raises ConfigError where the folder holds anything that no demo put there.
    """
    folder = directory or DEFAULT_FOLDER
    prepare_folder(folder)
    teller = Teller()
    clock = Clock(_first_morning())
    desk_folder = folder / DESK
    try:
        with DemoServers() as servers:
            settings_file = make_installation(desk_folder, servers)
            count = import_sample_orders(settings_file, clock.now)
            teller.opening(
                "Three weeks at the desk of TP",
                f"A mailbox on 127.0.0.1:{servers.imap_port} (IMAP), a relay on 127.0.0.1:{servers.smtp_port} (SMTP), "
                f"{count} orders.",
                "Every mail below is really fetched, decided, answered and delivered; only the clock is the story's.",
            )
            with open_desk(settings_file, clock=clock) as desk:
                stage = Stage(folder=folder, servers=servers, desk=desk, clock=clock, teller=teller)
                found = _play(stage, count)
    finally:
        if not keep:
            shutil.rmtree(desk_folder, ignore_errors=True)
    teller.closing(f"Every mail, numbered in order: {folder / MAILS}/ (the .html files open in a browser)")
    if keep:
        teller.closing(
            "The installation is kept; look around in it:",
            f"  mailbot --settings {settings_file} tickets list",
            f"  mailbot --settings {settings_file} cases show R-100001",
            f"  mailbot --settings {settings_file} tickets show T-100001",
        )
    if found:
        teller.deviations(["The story did not go as it should:", *found])
    return 1 if found else 0


def _play(stage: Stage, orders: int) -> list[str]:
    """Tell all chapters; returns what did not go as it should."""
    found: list[str] = []
    try:
        threads = Threads()
        for chapter in (
            _a_kettle_goes_back,
            _an_invoice_in_the_quote,
            _a_form_with_gaps,
            _strangers,
            _machines,
            _questions,
            _parcels,
            _a_promise,
        ):
            chapter(stage, threads)
    except LookupError as error:
        found.append(f"the story broke off: {error}")
    figures, deviations = checks.verify(stage, orders)
    stage.teller.figures("What three weeks came to", figures)
    return [*found, *deviations]


@dataclass(kw_only=True)
class Threads:
    """Mails that later chapters answer."""

    lin_notice: bytes = b""  # staff were asked to decide about Lin's return
    bruno_notice: bytes = b""
    bruno_latest: bytes = b""


def _first_morning() -> datetime:
    """Nine o'clock on a Monday at least four weeks ago, so that nothing in the story lies in the future."""
    today = datetime.now(UTC).astimezone(_ZONE)
    monday = today - timedelta(days=28 + today.weekday())
    return monday.replace(hour=9, minute=0, second=0, microsecond=0)


def _staff(notice: bytes, text: str, gist: str, stage: Stage, *, verdict: str = "dmarc=pass") -> Arrival:
    return arrival(LI_NA, gist, reply(LI_NA, notice, text, at=stage.clock.now, verdict=verdict), text)


def _a_kettle_goes_back(stage: Stage, threads: Threads) -> None:
    now = stage.clock.now
    stage.teller.chapter("A kettle goes back", now)
    receipt = scenes.photo("收据.png")
    text = f"你好！\n{LIN_ORDER.order_number} 的电热水壶不想要了，还没有用过，想申请退货。\n收据照片见附件，谢谢！"
    gist = "wants to return a kettle; the receipt is photographed"
    sent = stage.exchange(first_mail(LIN, gist, "想退货", text, now, receipt))
    form = only(sent, LIN)
    answer = "退货商品：TP-K17 × 1\n商品状况：全新未使用，包装和配件齐全\n退货原因：买重了"
    stage.clock.later(hours=2)
    raw = reply(LIN, form, answer, at=stage.clock.now)
    sent = stage.exchange(arrival(LIN, "fills in the form", raw, answer), show=("Item: ", "#approve"))
    threads.lin_notice = only(sent, LI_NA)
    stage.clock.later(minutes=40)
    stage.exchange(
        _staff(threads.lin_notice, "#approve", "approves from her mail program", stage), show=("退货编号", "1 Example")
    )


def _an_invoice_in_the_quote(stage: Stage, threads: Threads) -> None:
    now = stage.clock.morning(0, 14, 20)
    stage.teller.chapter("An invoice as PDF, and a form filled in inside the quote", now)
    text = f"Hello,\nI would like to return my kettle, order {BRUNO_ORDER.order_number}. The invoice is attached."
    paper = scenes.invoice("invoice.pdf", "INVOICE", f"Order {BRUNO_ORDER.order_number}", "1 x TP-K17 kettle")
    sent = stage.exchange(first_mail(BRUNO, "wants to return his kettle", "Return of a kettle", text, now, paper))
    form = only(sent, BRUNO)
    stage.clock.later(minutes=50)
    answers = {"Condition": "unused, still sealed", "Reason": "got two for my birthday"}
    raw = scenes.filled_in_quote(BRUNO, form, answers, stage.clock.now)
    words = "Please see below.\n> Condition: unused, still sealed\n> Reason: got two for my birthday"
    sent = stage.exchange(arrival(BRUNO, "answers between the quoted lines", raw, words), show=("Customer's reason",))
    threads.bruno_notice = only(sent, LI_NA)
    stage.clock.later(minutes=10)
    typo = _staff(threads.bruno_notice, "#aprove", "mistypes the command", stage)
    stage.exchange(typo, show=("not a command", "nothing was sent"))
    approval = _staff(threads.bruno_notice, "#approve", "tries again", stage)
    threads.bruno_latest = only(stage.exchange(approval, show=("Send the parcel", "1 Example")), BRUNO)


def _a_form_with_gaps(stage: Stage, threads: Threads) -> None:
    now = stage.clock.morning(1, 10, 5)
    stage.teller.chapter("A form with gaps", now)
    text = f"I changed my mind about the toothbrush from order {CLARA_ORDER.order_number}, I want my money back."
    sent = stage.exchange(first_mail(CLARA, "wants her money back, without papers", "Toothbrush", text, now))
    form = only(sent, CLARA)
    stage.clock.later(minutes=30)
    answer = "Reason: too loud for me"
    raw = reply(CLARA, form, answer, at=stage.clock.now)
    sent = stage.exchange(arrival(CLARA, "gives a reason and nothing else", raw, answer), show=("- Cond", "- Proof"))
    gaps = only(sent, CLARA)
    stage.clock.later(hours=3)
    answer = "Condition: I used it twice, the box is open\nProof of purchase: see attachment"
    receipt = scenes.photo("receipt.png")
    raw = reply(CLARA, gaps, answer, at=stage.clock.now, files=[receipt])
    sent = stage.exchange(arrival(CLARA, "sends the rest", raw, answer, receipt), show=("Condition: ",))
    notice = only(sent, LI_NA)
    stage.clock.later(minutes=20)
    decline = "#decline A toothbrush that has been used can't go back, for reasons of hygiene."
    stage.exchange(_staff(notice, decline, "declines, with a reason", stage), show=("hygiene",))


def _strangers(stage: Stage, threads: Threads) -> None:
    now = stage.clock.morning(1, 9, 40)
    stage.teller.chapter("People who are not who they seem", now)
    text = (
        f"I'd like to return order {ADA_ORDER.order_number}.\n"
        "Please send me the name, the address and the phone number of the order first."
    )
    stage.exchange(
        first_mail(STRANGER, "asks for somebody else's order", "Order details", text, now),
        show=("nothing about whether", "How it was matched", "belongs to another"),
    )
    now = stage.clock.later(minutes=30)
    text = f"Please refund order {ADA_ORDER.order_number} to my new card."
    forged = first_mail(
        ADA, "seems to write, but the mail server says the sender is forged", "Refund", text, now, verdict="dmarc=fail"
    )
    stage.exchange(forged, show=("Sender check", "confirmation was sent"))
    stage.clock.later(minutes=5)
    thief = _staff(
        threads.bruno_notice,
        "#received\n#inspect pass",
        "seems to command a refund, by a notice that was stolen; forged as well",
        stage,
        verdict="dmarc=fail",
    )
    stage.exchange(thief, silence="the forged command is filed and shown to the operator by `mailbot health`")


def _machines(stage: Stage, threads: Threads) -> None:
    now = stage.clock.morning(1, 8, 15)
    stage.teller.chapter("Machines, which are never answered", now)
    vacation = scenes.vacation_reply(BRUNO, threads.bruno_latest, now)
    words = "I am away until the end of the week and read my mail when I am back."
    stage.exchange(
        arrival(BRUNO, "is away, says his mail program", vacation, words),
        silence="a machine's mail is kept in the ticket, not answered",
    )
    now = stage.clock.later(hours=1)
    text = "Do you have the hair dryer in blue? I could not find it on your website."
    sent = stage.exchange(first_mail(GRETA, "asks about a colour", "Hair dryer in blue?", text, now))
    stage.clock.later(minutes=2)
    dsn = scenes.bounce(only(sent, GRETA), GRETA, stage.clock.now)
    failed = arrival(DAEMON, "returns our answer to Greta: her mailbox is full", dsn, "")
    stage.exchange(failed, show=("Mail bounced", "mailbox is full"))
    now = stage.clock.later(hours=1)
    stage.exchange(
        arrival(NEWSLETTER, "sends its readers a newsletter", scenes.list_mail(now), "The kitchen fair returns."),
        silence="a mailing list is filed apart",
    )


def _questions(stage: Stage, threads: Threads) -> None:
    now = stage.clock.morning(1, 11, 30)
    stage.teller.chapter("Questions, a late return, and mails that hardly are any", now)
    text = "你好，请问电动牙刷的刷头怎么清洗？刷头背面有一个“囍”字，能用热水烫吗？"
    raw = scenes.gb2312_mail(CHEN, "牙刷怎么清洗", text, now)
    asked = arrival(CHEN, "asks how to clean a brush head (labelled GB2312, which it isn't)", raw, text)
    sent = stage.exchange(asked, show=("囍", "工单编号"))
    notice = only(sent, LI_NA)
    stage.clock.later(minutes=25)
    answer = "您好！请用40℃以下的温水冲洗刷头，不要用开水烫。\n每三个月更换一次刷头即可。"
    stage.exchange(_staff(notice, answer, "answers in her own words", stage), show=("温水", "每三个月"))
    now = stage.clock.later(minutes=30)
    text = "Guten Tag,\npasst auch ein größerer Topf in den Reiskocher?\nMit freundlichen Grüßen aus Köln"
    gist = "writes in German, and is answered in German"
    stage.exchange(first_mail(KAETHE, gist, "Größerer Topf", text, now), show=("vielen Dank", "Grüßen"))
    now = stage.clock.later(minutes=30)
    text = f"订单{HE_ORDER.order_number}的破壁机用不上，我要退货。"
    stage.exchange(first_mail(HE, "asks for a return long after the 30 days", "退货", text, now), show=("30", "Sender"))
    now = stage.clock.later(minutes=30)
    stage.exchange(
        arrival(NOBODY, "leaves out From and Subject", scenes.mail_without_sender(now), "My hair dryer hums."),
        arrival(NOBODY, "sends a wreck: bare bytes for headers, NULs, no such charset", scenes.wrecked_mail(), ""),
        show=("From:", "Reading note"),
    )


def _parcels(stage: Stage, threads: Threads) -> None:
    now = stage.clock.morning(3, 10)
    stage.teller.chapter("Two parcels arrive", now)
    early = _staff(threads.lin_notice, "#inspect pass", "is a step too early", stage)
    stage.exchange(early, show=("is not possible",))
    stage.exchange(_staff(threads.lin_notice, "#received", "has Lin's parcel", stage), show=("包裹",))
    stage.clock.later(hours=1)
    passed = _staff(threads.lin_notice, "#inspect pass", "finds the kettle as new", stage)
    stage.exchange(passed, show=("金额", "时间", "方式"))
    stage.clock.later(hours=1)
    both = "#received\n#inspect pass"
    passed = _staff(threads.bruno_notice, both, "has Bruno's parcel too, and inspects it at once", stage)
    stage.exchange(passed, show=("Amount", "When", "has arrived"))


def _a_promise(stage: Stage, threads: Threads) -> None:
    stage.clock.morning(4, 16)
    stage.teller.chapter("The money, and a promise that is nearly forgotten", stage.clock.now)
    paid = _staff(threads.lin_notice, "#refunded", "has paid Lin, and closes", stage)
    stage.exchange(paid, show=("金额", "付款日期", "到账"))
    stage.teller.note("Bruno's refund is forgotten. Days go by; the desk counts working days as China works.")
    for _ in range(30):
        stage.clock.morning(1)
        if sent := stage.look(show=("to keep our promise", "promised to")):
            stage.teller.day(stage.clock.now)
            reminder = only(sent, LI_NA)
            stage.clock.later(hours=1)
            paid = _staff(reminder, "#refunded", "pays at once", stage)
            stage.exchange(paid, show=("Amount", "Paid on", "closed"))
            return
    raise LookupError("expected a warning about Bruno's refund within 30 days, none came")
