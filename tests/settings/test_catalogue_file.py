"""The product catalogue as operators write it, and how a mistake in it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbot.domain.catalogue import Product
from mailbot.errors import ConfigError
from mailbot.settings.cataloguefile import load_catalogue

ROOT = Path(__file__).parents[2]
KETTLE = Product(
    model="TP-K17",
    aliases=("kettle", "电热水壶"),
    category="kitchen",
    warranty_months=24,
    is_consumable=False,
    manual="https://tp.example/k17",
    faq_tags=("kettle", "descaling"),
)
YAML = """
products:
  - model: TP-K17
    aliases: [kettle, 电热水壶]
    category: kitchen
    warranty_months: 24
    manual: https://tp.example/k17
    faq: [kettle, descaling]
  - {model: TP-F9, warranty_months: 0, consumable: true}
"""
CSV = """model,aliases,category,warranty_months,consumable,manual,faq
TP-K17,kettle|电热水壶,kitchen,24,no,https://tp.example/k17,kettle|descaling
TP-F9,,,0,yes,,
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("name", "text"), [("c.yaml", YAML), ("c.csv", CSV), ("c.CSV", "\ufeff" + CSV)])
def test_yaml_and_csv_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    products = load_catalogue(write(tmp_path, name, text)).products
    assert products["TP-K17"] == KETTLE
    assert (products["TP-F9"].is_consumable, products["TP-F9"].warranty_months) == (True, 0)


def test_the_sample_is_a_catalogue_of_the_sample_orders() -> None:
    catalogue = load_catalogue(ROOT / "rules" / "catalogue.yaml")
    assert len(catalogue.products) >= 12
    assert {"TP-K17", "TP-V20", "TP-T3", "TP-F9", "TP-B5", "TP-H2", "TP-R6"} <= set(catalogue.products)
    assert catalogue.products["TP-F9"].is_consumable
    for text, model in (("我的电饭煲坏了", "TP-R6"), ("mon sèche-cheveux", "TP-H2"), ("the robot vacuum", "TP-V30")):
        assert [finding.models for finding in catalogue.find_models(text)] == [(model,)]


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "says"),
    [
        ("c.yaml", "months: 24", "months: two years", 6, "expected 0 to 600 months"),
        ("c.yaml", "months: 24", "months: -1", 6, "expected 0 to 600 months"),
        ("c.yaml", "category", "categorie", 5, "'categorie' is not one of model, aliases"),
        ("c.yaml", "model: TP-K17", "model: '-'", 3, "expected the model as it is printed"),
        ("c.yaml", "https:", "ftp:", 7, "expected a link"),
        ("c.yaml", "电热水壶]", "电]", 4, "'电' is too short"),
        ("c.yaml", "[kettle, 电热水壶]", "kettle", 4, "expected a list"),
        ("c.yaml", "consumable: true", "consumable: perhaps", 9, "expected true or false"),
        ("c.yaml", "TP-F9", "tp k17", 9, "is in the catalogue already"),
        ("c.yaml", "products:", "product:", 2, "expected one key, products"),
        ("c.csv", ",24,", ",2y,", 2, "expected 0 to 600 months, found '2y'"),
        ("c.csv", "yes", "perhaps", 3, "expected true or false"),
        ("c.csv", "yes,,", "yes,,,,", 3, "more cells"),
        ("c.csv", "warranty_months", "warranty", 1, "missing: warranty_months"),
        ("c.csv", "TP-F9,,", 'TP-F9,"a"b,', 3, "not a CSV row"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    tmp_path: Path, name: str, old: str, new: str, line: int, says: str
) -> None:
    text = YAML if name == "c.yaml" else CSV
    assert old in text
    path = write(tmp_path, name, text.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load_catalogue(path)
    assert f"{path}:{line}: " in str(caught.value)
    assert says in str(caught.value)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_catalogue(write(tmp_path, "c.csv", CSV.replace("24", "x").replace("yes", "x")))
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("name", ["c.yaml", "c.csv"])
def test_a_file_that_is_missing_or_not_utf_8_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_catalogue(tmp_path / name)
    (tmp_path / name).write_bytes("model,warranty_months\n水壶,1\n".encode("gbk"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_catalogue(tmp_path / name)
