"""What the people of the sample letters write, in each language that letters are shipped in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SampleWords:
    """The words of one language."""

    customer: str  # name
    subject: str  # of the customer's mail
    product: str  # its name in an order
    reason: str  # the customer's
    staff_reason: str  # of a refusal
    fault: str  # the customer's words for what is wrong
    not_covered: str  # why the warranty doesn't cover it
    piece_reason: str  # why one of several pieces didn't pass
    deduction_reason: str  # why something is taken off the refund
    message: str  # a staff member's own words
    agent: str  # name of that staff member
    shipping: str  # state of the order
    currency: str  # of the refund, ISO 4217
    form: tuple[tuple[str, str, str], ...]  # label, value, hint of each line; the reason is optional and comes last
    wanted: tuple[str, str, str]  # the line that the form of an exchange has besides
    warranty_form: tuple[tuple[str, str, str], ...]


SAMPLE_WORDS: Mapping[str, SampleWords] = {
    "en": SampleWords(
        customer="Robin Sample",
        subject="Return of my kettle",
        product="Kettle K17 (1.7 l, double wall)",
        reason="Too small for us",
        staff_reason="The kettle shows signs of use.\nThe base is missing.",
        fault="It no longer heats: the light stays off, whatever I press.",
        not_covered="The heating plate was damaged by a fall.",
        piece_reason="The filter has been used.",
        deduction_reason="The power cord is missing.",
        message="Hello,\n\nyou can buy the base on its own.",
        agent="Lee",
        shipping="delivered",
        currency="CNY",
        form=(
            ("Order number", "TP2026030117", ""),
            ("Product and quantity", "TP-K17 × 1", ""),
            ("Unused, with original packaging and all accessories", "", "yes or no"),
            ("Proof of purchase", "", "attach a photo or PDF of the receipt or invoice to your reply"),
            ("Reason", "", "optional"),
        ),
        wanted=("Wanted instead", "", "another model, or the same one again"),
        warranty_form=(
            ("Order number", "TP2026030117", ""),
            ("Product model", "TP-K17", ""),
            ("Fault", "", "what happens, since when; photos help"),
            ("Date of purchase", "March 1, 2026", ""),
            ("Proof of purchase", "", "attach a photo or PDF of the receipt or invoice to your reply"),
        ),
    ),
    "zh-Hans": SampleWords(
        customer="安样例",
        subject="想退一个水壶",
        product="电热水壶 K17（1.7 升，双层防烫）",
        reason="尺寸不合适",
        staff_reason="商品有使用痕迹，缺少底座。",
        fault="按下开关后指示灯不亮，完全不加热。",
        not_covered="发热盘因跌落受损，不属于材料或工艺缺陷。",
        piece_reason="滤网已经使用过。",
        deduction_reason="缺少电源线。",
        message="您好，\n\n底座可以单独购买。",
        agent="小李",
        shipping="已签收",
        currency="CNY",
        form=(
            ("订单号", "TP2026030117", ""),
            ("商品型号和数量", "TP-K17 × 1", ""),
            ("商品未使用，包装和配件齐全", "", "填“是”或“否”"),
            ("购买凭证", "", "请将发票或收据的照片或 PDF 作为附件随回复发来"),
            ("退货原因", "", "可不填"),
        ),
        wanted=("想换成的商品", "", "同款或其他型号"),
        warranty_form=(
            ("订单号", "TP2026030117", ""),
            ("产品型号", "TP-K17", ""),
            ("故障描述", "", "什么问题、何时开始；有照片更好"),
            ("购买日期", "2026年3月1日", ""),
            ("购买凭证", "", "请将发票或收据的照片或 PDF 作为附件随回复发来"),
        ),
    ),
    "zh-Hant": SampleWords(
        customer="安樣例",
        subject="想退一個熱水壺",
        product="電熱水壺 K17（1.7 公升，雙層防燙）",
        reason="尺寸不合適",
        staff_reason="商品有使用痕跡，缺少底座。",
        fault="按下開關後指示燈不亮，完全不加熱。",
        not_covered="發熱盤因摔落受損，不屬於材料或製造上的瑕疵。",
        piece_reason="濾網已經使用過。",
        deduction_reason="缺少電源線。",
        message="您好，\n\n底座可以單獨購買。",
        agent="小李",
        shipping="已送達",
        currency="TWD",
        form=(
            ("訂單編號", "TP2026030117", ""),
            ("商品型號和數量", "TP-K17 × 1", ""),
            ("商品未使用，包裝和配件齊全", "", "填「是」或「否」"),
            ("購買證明", "", "請將發票或收據的照片或 PDF 附在回信中"),
            ("退貨原因", "", "可不填"),
        ),
        wanted=("想換成的商品", "", "同款或其他型號"),
        warranty_form=(
            ("訂單編號", "TP2026030117", ""),
            ("產品型號", "TP-K17", ""),
            ("故障情形", "", "什麼問題、何時開始；有照片更好"),
            ("購買日期", "2026年3月1日", ""),
            ("購買證明", "", "請將發票或收據的照片或 PDF 附在回信中"),
        ),
    ),
    "ja": SampleWords(
        customer="見本 葵",
        subject="電気ケトルの返品について",
        product="電気ケトル K17（1.7 L、二重構造）",
        reason="サイズが合わなかったため",
        staff_reason="商品に使用の跡があり、台座が入っておりませんでした。",
        fault="スイッチを押してもランプが点灯せず、まったく加熱されません。",
        not_covered="ヒーターの破損は落下によるもので、材料または製造上の不具合ではございませんでした。",
        piece_reason="フィルターに使用の跡がございました。",
        deduction_reason="電源コードが入っておりませんでした。",
        message="お問い合わせありがとうございます。\n\n台座は単品でもご購入いただけます。",
        agent="李",
        shipping="配達完了",
        currency="JPY",
        form=(
            ("ご注文番号", "TP2026030117", ""),
            ("製品の型番と数量", "TP-K17 × 1", ""),
            ("未使用で、元の箱と付属品が揃っている", "", "「はい」または「いいえ」"),
            ("購入証明書", "", "領収書や請求書の写真または PDF を返信に添付してください"),
            ("返品理由", "", "任意"),
        ),
        wanted=("交換を希望する商品", "", "同じ型番、または別の型番"),
        warranty_form=(
            ("ご注文番号", "TP2026030117", ""),
            ("製品の型番", "TP-K17", ""),
            ("不具合の内容", "", "症状と発生時期。写真があれば添付してください"),
            ("ご購入日", "2026年3月1日", ""),
            ("購入証明書", "", "領収書や請求書の写真または PDF を返信に添付してください"),
        ),
    ),
    "de": SampleWords(
        customer="Käthe Muster",
        subject="Rückgabe meines Wasserkochers",
        product="Wasserkocher K17 (1,7 l, doppelwandig)",
        reason="Zu klein für uns",
        staff_reason="Der Wasserkocher weist Gebrauchsspuren auf.\nDer Sockel fehlt.",
        fault="Er heizt nicht mehr: Die Lampe bleibt aus, egal was ich drücke.",
        not_covered="Die Heizplatte wurde durch einen Sturz beschädigt.",
        piece_reason="Der Filter wurde benutzt.",
        deduction_reason="Das Netzkabel fehlt.",
        message="Guten Tag,\n\nden Sockel können Sie auch einzeln kaufen.",
        agent="Lee",
        shipping="zugestellt",
        currency="EUR",
        form=(
            ("Bestellnummer", "TP2026030117", ""),
            ("Modell und Anzahl", "TP-K17 × 1", ""),
            ("Unbenutzt, mit Originalverpackung und allem Zubehör", "", "ja oder nein"),
            ("Kaufnachweis", "", "hängen Sie ein Foto oder PDF des Belegs oder der Rechnung an Ihre Antwort an"),
            ("Grund", "", "freiwillig"),
        ),
        wanted=("Gewünschter Ersatz", "", "ein anderes Modell oder noch einmal dasselbe"),
        warranty_form=(
            ("Bestellnummer", "TP2026030117", ""),
            ("Modell", "TP-K17", ""),
            ("Fehlerbeschreibung", "", "was geschieht, seit wann; Fotos helfen"),
            ("Kaufdatum", "1. März 2026", ""),
            ("Kaufnachweis", "", "hängen Sie ein Foto oder PDF des Belegs oder der Rechnung an Ihre Antwort an"),
        ),
    ),
    "fr": SampleWords(
        customer="Noémie Modèle",
        subject="Retour de ma bouilloire",
        product="Bouilloire K17 (1,7 l, double paroi)",
        reason="Trop petite pour nous",
        staff_reason="La bouilloire présente des traces d’utilisation.\nLe socle manque.",
        fault="Elle ne chauffe plus : le voyant reste éteint, quoi que je fasse.",
        not_covered="La plaque chauffante a été endommagée par une chute.",
        piece_reason="Le filtre a été utilisé.",
        deduction_reason="Le cordon d’alimentation manque.",
        message="Bonjour,\n\nvous pouvez acheter le socle séparément.",
        agent="Lee",
        shipping="livrée",
        currency="EUR",
        form=(
            ("Numéro de commande", "TP2026030117", ""),
            ("Modèle et quantité", "TP-K17 × 1", ""),
            ("Inutilisé, avec l’emballage d’origine et tous les accessoires", "", "oui ou non"),
            ("Preuve d’achat", "", "joignez à votre réponse une photo ou un PDF du ticket ou de la facture"),
            ("Motif", "", "facultatif"),
        ),
        wanted=("Produit souhaité en échange", "", "un autre modèle ou le même"),
        warranty_form=(
            ("Numéro de commande", "TP2026030117", ""),
            ("Modèle", "TP-K17", ""),
            ("Description du défaut", "", "ce qui se passe, depuis quand, si possible avec des photos"),
            ("Date d’achat", "1er mars 2026", ""),
            ("Preuve d’achat", "", "joignez à votre réponse une photo ou un PDF du ticket ou de la facture"),
        ),
    ),
    "es": SampleWords(
        customer="Lucía Ejemplo",
        subject="Devolución de mi hervidor",
        product="Hervidor K17 (1,7 l, doble pared)",
        reason="Demasiado pequeño para nosotros",
        staff_reason="El hervidor presenta señales de uso.\nFalta la base.",
        fault="Ya no calienta: la luz no se enciende, pulse lo que pulse.",
        not_covered="La placa calefactora se dañó por una caída.",
        piece_reason="El filtro está usado.",
        deduction_reason="Falta el cable de alimentación.",
        message="Buenos días:\n\nPuede comprar la base por separado.",
        agent="Lee",
        shipping="entregado",
        currency="EUR",
        form=(
            ("Número de pedido", "TP2026030117", ""),
            ("Modelo y cantidad", "TP-K17 × 1", ""),
            ("Sin usar, con el embalaje original y todos los accesorios", "", "sí o no"),
            ("Comprobante de compra", "", "adjunte a su respuesta una foto o un PDF del recibo o de la factura"),
            ("Motivo", "", "opcional"),
        ),
        wanted=("Producto que desea a cambio", "", "otro modelo o el mismo"),
        warranty_form=(
            ("Número de pedido", "TP2026030117", ""),
            ("Modelo", "TP-K17", ""),
            ("Descripción del defecto", "", "qué ocurre y desde cuándo; las fotos ayudan"),
            ("Fecha de compra", "1 de marzo de 2026", ""),
            ("Comprobante de compra", "", "adjunte a su respuesta una foto o un PDF del recibo o de la factura"),
        ),
    ),
}


def sample_words(language: str) -> SampleWords:
    """The words of `language`, of another with the same base, or English."""
    base = language.split("-")[0]
    near = next((words for tag, words in SAMPLE_WORDS.items() if tag.split("-")[0] == base), SAMPLE_WORDS["en"])
    return SAMPLE_WORDS.get(language, near)
