"""What the texts of a mail say, each with where it stood."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.references import Place
from mailbot.domain.text_facts import TextReader, find_desk_numbers
from mailbot.settings import load_settings
from mailbot.settings.cataloguefile import load_catalogue
from mailbot.settings.patterns import finder

ROOT = Path(__file__).parents[2]
ORDERS = load_settings(ROOT / "settings.yaml", {}).orders
READER = TextReader(
    find_serials=finder(ORDERS.serial_pattern),
    find_tracking_numbers=finder(ORDERS.tracking_pattern),
    catalogue=load_catalogue(ROOT / "rules" / "catalogue.yaml"),
    today=date(2026, 11, 24),
    country="CN",
)


def test_each_finding_keeps_its_strongest_place() -> None:
    facts = READER.read(
        [
            (Place.SUBJECT, "Re: [T-100001] 电热水壶 TP-K17"),
            (Place.NEW_TEXT, "2026年3月1日买的，付了¥199.00，序列号SN K1726090011，电话13800000001，T-100001"),
            (Place.ATTACHMENT_NAME, "receipt SNK1726090011.jpg"),
            (Place.QUOTED_TEXT, "Your parcel EX2026090011CN, case R-100002, ￥199.00, TP-F9"),
        ]
    )
    assert [(found.value, found.place) for found in facts.desk_numbers] == [
        ("T-100001", Place.SUBJECT),
        ("R-100002", Place.QUOTED_TEXT),
    ]
    assert [(found.value, found.place) for found in facts.serials] == [("SNK1726090011", Place.NEW_TEXT)]
    assert [(found.value, found.place) for found in facts.tracking_numbers] == [("EX2026090011CN", Place.QUOTED_TEXT)]
    assert [(found.value.digits, found.place) for found in facts.phones] == [("8613800000001", Place.NEW_TEXT)]
    assert [(found.value.models, found.place) for found in facts.models] == [
        (("TP-K17",), Place.SUBJECT),
        (("TP-K17",), Place.SUBJECT),
    ]
    assert [(found.value.day, found.place) for found in facts.dates] == [(date(2026, 3, 1), Place.NEW_TEXT)]
    assert {str(found.value.value) for found in facts.amounts} == {"199.00"}


def test_numbers_of_the_desk() -> None:
    assert find_desk_numbers("t-100001, R-100001; RF-100001 [T-100001] 工单T-100002。") == (
        "T-100001",
        "R-100001",
        "RF-100001",
        "T-100002",
    )
    assert find_desk_numbers("AT-100001 T-1000 T-100001X X-T-100001") == ()


@given(st.lists(st.tuples(st.sampled_from(Place), st.text(st.characters())), max_size=4))
def test_any_texts_are_read(texts: list[tuple[Place, str]]) -> None:
    READER.read(texts)


def test_halves_of_characters_are_no_trouble() -> None:
    READER.read([(Place.NEW_TEXT, "\ud800 SNK1726090011 \udfff")])


def test_a_page_of_findings_is_bounded() -> None:
    page = " ".join(f"SN{number:010} T-{number:06} {number}.00 €" for number in range(100_000, 110_000))
    facts = READER.read([(Place.NEW_TEXT, page)])
    assert len(facts.serials) == len(facts.desk_numbers) == len(facts.amounts) == 50
