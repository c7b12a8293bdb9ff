"""The product catalogue from YAML or CSV; every mistake is named with file and line.

YAML: a list `products`, each with the keys of KEYS. CSV: the same keys as columns, several aliases or tags in one cell
separated by `|`, UTF-8. Only `model` and `warranty_months` must be given.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from mailbot.domain.catalogue import MAX_ALIAS_WORDS, Catalogue, Product, catalogue_of, name_words
from mailbot.errors import ConfigError
from mailbot.settings.yamlfile import read_yaml

KEYS = ("model", "aliases", "category", "warranty_months", "consumable", "manual", "faq")
_MOST_PRODUCTS = 20_000
_MOST_ALIASES = 200  # of one product
_LONGEST = 200  # characters of a cell
_YES = {
    "true": True,
    "yes": True,
    "1": True,
    "是": True,
    "false": False,
    "no": False,
    "0": False,
    "否": False,
    "": False,
}

Where = Callable[[str], str]  # key -> "file:line"


def load_catalogue(path: Path) -> Catalogue:
    """Read and check the catalogue. Raises ConfigError with file, line and what was expected; all mistakes at once."""
    rows = _csv_rows(path) if path.suffix.lower() == ".csv" else _yaml_rows(path)
    products: list[Product] = []
    problems: list[str] = []
    models: dict[str, str] = {}
    for where, values in rows:
        if len(products) >= _MOST_PRODUCTS:
            raise ConfigError(f"{path}: more than {_MOST_PRODUCTS} products")
        try:
            product = _product(where, values)
        except ConfigError as error:
            problems.append(str(error))
            continue
        # Two models that are looked up by the same words can't be told apart in a mail.
        words = "".join(name_words(product.model))
        if words in models:
            problems.append(f"{where('model')}: model {product.model} is in the catalogue already ({models[words]})")
        models.setdefault(words, where("model"))
        products.append(product)
    if problems:
        raise ConfigError("\n".join(problems[:20]))
    return catalogue_of(products)


def _yaml_rows(path: Path) -> Iterator[tuple[Where, Mapping[str, object]]]:
    source = read_yaml(path)
    unknown = [key for key in source.data if key != "products"]
    items = source.data.get("products")
    if unknown or not isinstance(items, list):
        raise ConfigError(f"{source.where((*unknown, 'products'))}: expected one key, products: a list of products")
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise ConfigError(f"{source.where(('products', index))}: expected a product with model and warranty_months")

        def where(key: str, index: int = index) -> str:
            return source.where(("products", index, key))

        yield where, item


def _csv_rows(path: Path) -> Iterator[tuple[Where, Mapping[str, object]]]:
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [key for key in ("model", "warranty_months") if key not in (reader.fieldnames or ())]
            if missing:
                raise ConfigError(f"{path}:1: the first row must name the columns; missing: {', '.join(missing)}")
            line = 2
            for row in reader:
                place = f"{path}:{line}"
                if None in row:
                    raise ConfigError(f"{place}: more cells than the first row has")
                values = {key: value or "" for key, value in row.items()}
                lists = {key: values[key].split("|") for key in ("aliases", "faq") if values.get(key)}
                yield partial(_same_place, place), {**values, **lists}
                line = reader.line_num + 1
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (byte {error.start}); save the file as 'CSV UTF-8'") from None
    except csv.Error as error:
        raise ConfigError(f"{path}:{line}: not a CSV row: {error}") from None


def _same_place(place: str, _key: str) -> str:
    return place


def _product(where: Where, values: Mapping[str, object]) -> Product:
    unknown = [str(key) for key in values if key not in KEYS]
    if unknown:
        raise ConfigError(f"{where(unknown[0])}: {unknown[0]!r} is not one of {', '.join(KEYS)}")
    model = _text(where, values, "model")
    if not name_words(model):
        raise ConfigError(f"{where('model')}: model: expected the model as it is printed on the product")
    manual = _text(where, values, "manual")
    if manual and not manual.startswith(("https://", "http://")):
        raise ConfigError(f"{where('manual')}: manual: expected a link that begins with https://, found {manual!r}")
    return Product(
        model=model,
        aliases=_texts(where, values, "aliases", names=True),
        category=_text(where, values, "category"),
        warranty_months=_months(where, values),
        is_consumable=_flag(where, values),
        manual=manual,
        faq_tags=_texts(where, values, "faq"),
    )


def _text(where: Where, values: Mapping[str, object], key: str) -> str:
    value = values.get(key)
    text = "" if value is None else str(value).strip()
    if isinstance(value, (list, dict, bool)) or len(text) > _LONGEST or not text.isprintable():
        raise ConfigError(f"{where(key)}: {key}: expected a text of at most {_LONGEST} characters on one line")
    return text


def _texts(where: Where, values: Mapping[str, object], key: str, *, names: bool = False) -> tuple[str, ...]:
    items = values.get(key) or []
    if not isinstance(items, list) or len(items) > _MOST_ALIASES:
        raise ConfigError(f"{where(key)}: {key}: expected a list of at most {_MOST_ALIASES} texts")
    texts = [_text(where, {key: item}, key) for item in items]
    if names:
        for text in texts:
            words = name_words(text)
            # One character of Chinese, or a single letter, stands in nearly every mail.
            if len("".join(words)) < 2 or len(words) > MAX_ALIAS_WORDS:
                raise ConfigError(f"{where(key)}: {key}: {text!r} is too short or too long to be looked for")
    return tuple(dict.fromkeys(text for text in texts if text))


def _months(where: Where, values: Mapping[str, object]) -> int:
    text = _text(where, values, "warranty_months")
    if not text.isascii() or not text.isdigit() or len(text) > 3 or int(text) > 600:
        raise ConfigError(f"{where('warranty_months')}: warranty_months: expected 0 to 600 months, found {text!r}")
    return int(text)


def _flag(where: Where, values: Mapping[str, object]) -> bool:
    value = values.get("consumable", "")
    flag = _YES.get(("" if value is None else str(value)).strip().lower())
    if flag is None:
        raise ConfigError(f"{where('consumable')}: consumable: expected true or false, found {value!r}")
    return flag
