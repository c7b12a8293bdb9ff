"""What a mail asks for, told from what it only mentions: a weak second wish keeps no answer from the data away."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbot.domain.rules import decide
from mailbot.domain.wishes import only_wish
from mailbot.errors import ConfigError
from mailbot.settings.intents import read_wishes
from mailbot.settings.yamlfile import read_yaml
from tests.domain.examples import book, exact, facts

# The mail -> the only thing that it asks for; "": there is a second wish, and a person answers.
MAILS = {
    "Where is my order TP2026110002? See invoice attached.": "order_status",
    "Where is my parcel? Please see my invoice attached. Thanks": "order_status",
    "Where is my order? Please find attached my invoice.": "order_status",
    "Where is my order? I paid by bank transfer on Monday.": "order_status",
    "Where is my order? I used the coupon SPRING10.": "order_status",
    "Where is my parcel? Thanks for the great service last time!": "order_status",
    "Is my kettle still under warranty? I paid with my credit card.": "warranty_question",
    "Hola, compré una tetera con descuento. ¿Dónde está mi pedido TP2026110002?": "order_status",
    "Compré un hervidor y pagué por transferencia. ¿Dónde está mi pedido?": "order_status",
    "¿Dónde está mi pedido? Ver factura adjunta.": "order_status",
    "Wo ist meine Bestellung? Bezahlt habe ich mit Paypal.": "order_status",
    "Wo ist mein Paket? Tolles Produkt übrigens.": "order_status",
    "Wo ist meine Bestellung? Siehe Rechnung im Anhang.": "order_status",
    "Où est ma commande ? J'ai payé par virement.": "order_status",
    "Où est ma commande ? Facture ci-jointe.": "order_status",
    "请问订单TP2026110001的快递到哪里了？已付款，截图见附件。": "order_status",
    "我的快递到哪了？你们的产品很好，给个好评。": "order_status",
    "我的快遞到哪了？發票如附件。": "order_status",
    "注文はいつ届きますか。クレジットカードで支払い済みです。": "order_status",
    # A second wish that is one.
    "Where is my order? I also need an invoice.": "",
    "Where is my order? And I want to cancel it.": "",
    "Where is my order? My card was charged twice!": "",
    "Is my kettle under warranty? It stopped working.": "",
    "Where is my order? Great product by the way, my review will follow.": "order_status",
    "¿Dónde está mi pedido? Necesito también la factura.": "",
    "¿Dónde está mi pedido? También quiero cambiar la dirección.": "",
    "Wo ist mein Paket? Ich brauche auch eine Rechnung.": "",
    "Wo ist mein Paket? Ich bin enttäuscht.": "",
    "Où est mon colis ? J'ai aussi besoin d'une facture.": "",
    "我的快递到哪了？另外请开发票。": "",
    "我的快递到哪了？我想退货。": "",
    "我的快递到哪了？为什么扣了两次款？": "",
}


@pytest.mark.parametrize(("text", "only"), MAILS.items(), ids=list(MAILS))
def test_the_only_wish(text: str, only: str) -> None:
    assert only_wish(book().wishes.wishes("", text)) == only


def test_what_is_mentioned_is_kept_with_its_points_and_brings_an_answer() -> None:
    wishes = book().wishes.wishes("", "Where is my order? I paid by bank transfer on Monday.")
    assert [(wish.name, wish.score, wish.is_mentioned) for wish in wishes] == [
        ("order_status", 5, False),
        ("payment", 3, True),
    ]
    decision = decide(facts(wishes=wishes, order=exact(shipping_status="shipped")), book())
    assert decision.trace[-1].rule == "where the parcel is"


def test_the_strongest_wish_is_never_only_mentioned() -> None:
    (wish,) = book().wishes.wishes("", "I paid by bank transfer.")
    assert (wish.name, wish.is_mentioned) == ("payment", False)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{music: 4}", "intents.yaml:2: there is no wish 'music'"),
        ("{thanks: 2}", "intents.yaml:2: 2 points are below the threshold, 3"),
        ("{thanks: much}", "intents.yaml:2: mentioned.thanks: expected a whole number of points"),
    ],
)
def test_a_mistake_in_the_table_is_named(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "intents.yaml"
    file.write_text(f"threshold: 3\nmentioned: {line}\nwishes: {{thanks: {{en: {{thanks: 3}}}}}}\n")
    with pytest.raises(ConfigError) as error:
        read_wishes(read_yaml(file))
    assert message in str(error.value)
