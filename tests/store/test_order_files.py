"""Order exports as shops really write them, good and bad."""

from __future__ import annotations

import csv
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.domain.orders import Order
from mailbot.errors import ConfigError
from mailbot.store.order_files import COLUMNS, RejectedRow, read_orders, write_rejects
from tests.store.order_exports import GOOD, ORDER, json_order, numbers, read, reasons, text_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "orders.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_delimiter_and_line_end_gives_the_same_order(
    file: Path, encoding: str, delimiter: str, end: str
) -> None:
    assert read(file, text_of({}, delimiter=delimiter, end=end).encode(encoding)) == [ORDER]


def test_chinese_far_down_in_the_file_is_found_too(file: Path) -> None:
    plain = {"buyer_name": "Lin", "product_name": "Kettle", "payment_method": "PayPal"}
    rows = [plain | {"order_number": f"TP{count:08}"} for count in range(3000)]
    orders = read(file, text_of(*rows, {}).encode("gb18030"))
    assert orders[-1] == ORDER
    assert len(orders) == 3001


def test_a_damaged_byte_in_utf_8_costs_one_row_and_garbles_no_other(file: Path) -> None:
    content = text_of({}, {"order_number": "TP002", "buyer_name": "陈一"}, {"order_number": "TP003"}).encode()
    items = read(file, content.replace("陈一".encode(), "陈一".encode()[:-1]))
    assert items[0] == ORDER
    assert numbers(items) == ["TP2026030117", "TP003"]
    assert reasons(items) == ["row 3: has bytes that are not text in the encoding of the file"]


@pytest.mark.parametrize("encoding", ["cp1252", "shift_jis", "utf-16"])
def test_other_encodings_are_refused_rather_than_guessed(file: Path, encoding: str) -> None:
    western = {"product_name": "Wasserkocher für Tee", "buyer_name": "Jürgen Grünspan", "payment_method": "PayPal"}
    japanese = {"product_name": "電気ケトル", "buyer_name": "はなざわ ひな", "payment_method": "カード"}
    file.write_bytes(text_of(western if encoding == "cp1252" else japanese).encode(encoding))
    with pytest.raises(ConfigError, match="save it as 'CSV UTF-8'"):
        read_orders(file)


@pytest.mark.parametrize("name", ["orders.xls", "orders", "orders.json"])
def test_an_unknown_ending_names_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"\.csv, \.tsv, \.xlsx, \.jsonl and \.ndjson"):
        read_orders(tmp_path / name)


def test_a_missing_file_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        read_orders(tmp_path / "orders.csv")


def test_missing_and_repeated_columns_are_named_with_the_file(file: Path) -> None:
    with pytest.raises(ConfigError, match=r"orders\.csv: row 1 .*missing: model, quantity\.$"):
        read(file, ",".join(column for column in COLUMNS if column not in ("model", "quantity")))
    with pytest.raises(ConfigError, match=r"twice: model"):
        read(file, ",".join((*COLUMNS, "model")))
    with pytest.raises(ConfigError, match="missing: order_number"):
        read(file, "")


def test_columns_may_stand_in_any_order_in_any_case_with_others_between(file: Path) -> None:
    names = list(reversed(COLUMNS))
    header = ";".join(["Remark", *(name.replace("_", " ").title() for name in names)])
    assert read(file, f"{header}\nx;" + ";".join(GOOD[name] for name in names)) == [ORDER]


def test_consecutive_rows_form_one_order(file: Path) -> None:
    second = {"model": "TP-F9", "product_name": "滤芯", "serials": "", "quantity": "3", "unit_price": "59"}
    items = read(file, text_of({}, second, {"order_number": "TP002"}))
    assert numbers(items) == ["TP2026030117", "TP002"]
    assert isinstance(items[0], Order)
    assert [line.model for line in items[0].lines] == ["TP-K17", "TP-F9"]
    assert items[0].paid == Decimal("576.00")


def test_one_bad_row_rejects_its_order_and_nothing_else(file: Path) -> None:
    items = read(
        file,
        text_of(
            {"order_number": "TP001"},
            {},
            {"model": "TP-F9", "unit_price": "12,5x", "quantity": "0"},
            {"order_number": "TP003"},
        ),
    )
    assert numbers(items) == ["TP001", "TP003"]
    assert reasons(items) == [
        "row 3: order TP2026030117 is not imported because of row 4",
        "row 4: quantity '0' is not a whole number of at least 1; "
        "unit_price '12,5x' is not a number; write it like 1234.50, without a currency sign",
    ]
    assert isinstance(items[2], RejectedRow)
    assert items[2].raw == text_of({"model": "TP-F9", "unit_price": "12,5x", "quantity": "0"}).splitlines()[1]


def test_an_order_number_that_comes_back_is_rejected_where_it_does(file: Path) -> None:
    items = read(file, text_of({}, {"order_number": "TP002"}, {"order_number": " tp2026030117"}))
    assert numbers(items) == ["TP2026030117", "TP002"]
    assert reasons(items) == [
        "row 4: order number TP2026030117 seen before in row 2: put the rows of an order together"
    ]


def test_rows_are_counted_as_a_spreadsheet_does(file: Path) -> None:
    content = text_of({"buyer_name": "two\nlines"}, {"order_number": "TP002"}, {"order_number": "!"}, end="\n")
    items = read(file, content.replace("TP002", "\n,,,,,,,,,,,,,,,,\nTP002"))
    assert numbers(items) == ["TP2026030117", "TP002"]
    assert reasons(items)[0].startswith("row 6: order_number '!'")


def test_a_quote_never_closed_costs_its_order_and_not_the_rest(file: Path) -> None:
    rows = text_of({}, {"model": "TP-F9"}, *({"order_number": f"TP{count:03}"} for count in range(200))).splitlines()
    rows[2] = rows[2].replace("林小满", '"林小满')
    items = read(file, "\n".join(rows))
    assert numbers(items) == [f"TP{count:03}" for count in range(200)]
    assert reasons(items) == [
        "row 2: order TP2026030117 is not imported because of row 3",
        "row 3: the quotes are not in order",
    ]


def test_a_row_without_a_number_spoils_the_order_it_stands_within(file: Path) -> None:
    items = read(file, text_of({}, {"order_number": ""}, {"model": "TP-F9"}, {"order_number": "TP002"}))
    assert numbers(items) == ["TP002"]
    assert len(reasons(items)) == 3
    items = read(file, text_of({}, {"order_number": ""}, {"order_number": "TP002"}))
    assert numbers(items) == ["TP2026030117", "TP002"]


def test_a_row_of_the_wrong_width_or_length_is_rejected(file: Path) -> None:
    good = text_of({}, {"order_number": "TP002"}, {"order_number": "TP003"}).splitlines()
    good[2] += ",more"
    good[3] += "x" * 1_000_000
    items = read(file, "\n".join([*good, text_of({"order_number": "TP004"}).splitlines()[1]]))
    assert numbers(items) == ["TP2026030117", "TP004"]
    assert reasons(items) == [
        "row 3: has 18 cells where the header has 17",
        "row 4: is longer than 100000 characters",
    ]


def test_an_order_of_too_many_lines_is_rejected_whole(file: Path) -> None:
    items = read(file, text_of(*({"model": f"M{count}"} for count in range(450)), {"order_number": "TP002"}))
    assert numbers(items) == ["TP002"]
    assert len(reasons(items)) == 450
    assert "more than 200 lines" in reasons(items)[0]


def test_jsonl_gives_the_same_order(tmp_path: Path) -> None:
    assert read(tmp_path / "orders.jsonl", json_order() + "\n\n") == [ORDER]
    assert read(tmp_path / "orders.NDJSON", "\ufeff" + json_order()) == [ORDER]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "row 2: is not a JSON object for an order"),
        ("[1]", "row 2: is not a JSON object for an order: it must stand in { }"),
        ("[" * 50_000, "row 2: is not a JSON object for an order"),
        ('{"order_number": ' + "9" * 5000 + "}", "row 2: is not a JSON object for an order"),
        (json_order(lines=[]), "row 2: lines must be a list"),
        (json_order(lines=[1]), "row 2: lines must be a list"),
        (json_order(buyer_name=True), "row 2: buyer_name must be text or a number"),
        (json_order(buyer_name={"first": "x"}), "row 2: buyer_name must be text or a number"),
        (json_order(buyer_name="??").replace("??", "\\ud800"), "row 2: buyer_name '\\ud800' has control characters"),
        (json_order(country=None), "row 2: country '' is not a two-letter country code"),
        (json_order().replace("199.5", "1e999999999"), "row 2: unit_price '1e999999999' is not a number"),
        (json_order().replace("199.5", "NaN"), "row 2: unit_price 'nan' is not a number"),
        (json_order(order_number="TP001"), "row 2: order number TP001 seen before in row 1"),
    ],
)
def test_a_bad_json_line_is_one_reject(tmp_path: Path, line: str, reason: str) -> None:
    content = [json_order(order_number="TP001"), line, json_order(order_number="TP003")]
    items = read(tmp_path / "orders.jsonl", "\n".join(content))
    assert numbers(items) == ["TP001", "TP003"]
    (only,) = reasons(items)
    assert only.startswith(reason)


def test_progress_rises_to_the_size_of_the_file(file: Path) -> None:
    file.write_text(text_of(*({"order_number": f"TP{count:08}"} for count in range(500))))
    positions: list[int] = []
    assert len(list(read_orders(file, on_bytes=positions.append))) == 500
    assert positions == sorted(positions)
    assert 0 < positions[0] < positions[-1] == file.stat().st_size


def test_rejects_are_written_for_a_spreadsheet_without_running_anything(tmp_path: Path) -> None:
    raw = '=1+2,TP1,"@SUM(A1)",-3; =cmd,2026-03-01,\t+49'
    rows = [RejectedRow(row=17, raw=raw, order_number="-TP1", reason="row 17: …"),
            RejectedRow(row=18, raw="林,x", order_number="", reason="row 18: …")]  # fmt: skip
    path = tmp_path / "rejects.csv"
    assert write_rejects(path, iter(rows)) == 2
    assert path.stat().st_mode & 0o077 == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    assert table == [
        ["row", "order_number", "reason", "raw"],
        ["17", "'-TP1", "row 17: …", "'=1+2,TP1,\"'@SUM(A1)\",'-3; '=cmd,2026-03-01,\t'+49"],
        ["18", "", "row 18: …", "林,x"],
    ]
    with pytest.raises(ConfigError, match="can't be written"):
        write_rejects(tmp_path / "missing" / "rejects.csv", rows)


def test_a_row_repaired_from_the_rejects_file_reads_as_before(file: Path, tmp_path: Path) -> None:
    (item,) = read(file, text_of({"phone": "+49 30 1", "quantity": "x"}))
    assert isinstance(item, RejectedRow)
    write_rejects(tmp_path / "rejects.csv", [item])
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as rejects:
        raw = list(csv.reader(rejects))[1][3]
    (order,) = read(file, ",".join(COLUMNS) + "\n" + raw.replace(",x,", ",1,"))
    assert isinstance(order, Order)
    assert order.phone == "+49 30 1"


@given(rows=st.lists(st.lists(st.text(max_size=12), min_size=15, max_size=18), max_size=8), junk=st.binary(max_size=80))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_content_breaks_the_reading(file: Path, rows: list[list[str]], junk: bytes) -> None:
    """Whatever stands in the cells, a good order before and after it comes through."""
    noise = "\r\n".join(",".join(row) for row in rows).encode() + junk.replace(b'"', b"")
    first, last = (text_of({"order_number": number}).splitlines() for number in ("TP-FIRST", "TP-LAST"))
    filler = [text_of({"order_number": f"TP-F{count:03}"}).splitlines()[1] for count in range(60)]
    content = "\r\n".join(first).encode() + b"\r\n" + noise + b"\r\n" + "\r\n".join([*filler, last[1]]).encode()
    items = read(file, b"\xef\xbb\xbf" + content)
    assert numbers(items)[0] == "TP-FIRST"
    assert numbers(items)[-1] == "TP-LAST"
    write_rejects(file.with_name("rejects.csv"), [item for item in items if isinstance(item, RejectedRow)])


def test_fifty_thousand_rows_stream_in_bounded_memory(file: Path) -> None:
    def rows() -> Iterator[str]:
        yield ",".join(COLUMNS)
        for count in range(50_000):
            # Two lines an order; every hundredth order has a bad row.
            price = "x" if count % 200 == 0 else "5"
            yield ",".join((GOOD | {"order_number": f"TP{count // 2:08}", "model": f"M{count % 2}",
                                    "unit_price": price}).values())  # fmt: skip

    with file.open("w", encoding="utf-8") as out:
        out.writelines(f"{row}\n" for row in rows())
    orders = rejected = 0
    try:
        for item in read_orders(file):
            orders += isinstance(item, Order)
            rejected += isinstance(item, RejectedRow)
            if orders + rejected == 20_000:
                tracemalloc.start()  # slow, so only for the last 10,000 rows, a fifth of the file
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (orders, rejected) == (24_750, 500)
    # Kept, these 5,000 orders would take about 8 MB; the table of the order numbers is what remains.
    assert peak < 2_500_000


def test_discount_and_delivery_are_columns_that_may_be_there(file: Path) -> None:
    header = ",".join((*COLUMNS, "Shipping Cost", "discount"))
    row = ",".join(GOOD.values())
    (order,) = read(file, f"{header}\n{row},8,19.90\n")
    assert isinstance(order, Order)
    assert (order.discount, order.shipping_cost, order.paid) == (Decimal("19.90"), 8, Decimal("387.10"))
    assert read(file, f"{header}\n{row},,\n") == [ORDER]
    with pytest.raises(ConfigError, match="twice: discount"):
        read(file, f"{header},discount\n")
    (order,) = read(file.with_suffix(".jsonl"), json_order(discount=19.9, shipping_cost="8"))
    assert isinstance(order, Order)
    assert order.paid == Decimal("387.10")


@pytest.mark.parametrize(
    ("discount", "reason"),
    [
        ("399.01", "row 2: discount 399.01 is more than all lines cost: 399.00"),
        ("10%", "row 2: discount '10%' is not a number; write it like 1234.50, without a currency sign"),
        ("-1", "row 2: discount '-1' is below 0"),
    ],
)
def test_a_discount_that_makes_no_sense_is_rejected(file: Path, discount: str, reason: str) -> None:
    header = ",".join((*COLUMNS, "discount"))
    assert reasons(read(file, f"{header}\n{','.join(GOOD.values())},{discount}\n")) == [reason]


def test_the_rows_of_an_order_agree_in_its_discount(file: Path) -> None:
    header = ",".join((*COLUMNS, "discount"))
    rows = [",".join((GOOD | {"model": model}).values()) for model in ("TP-K17", "TP-F9")]
    (first, second) = reasons(read(file, f"{header}\n{rows[0]},5\n{rows[1]},6\n"))
    assert "because of row 3" in first
    assert "discount '6.00' differs from '5.00' in row 2" in second
