# ruff: noqa: E501 - a table of sentences
"""Short sentences as customers write them, by language (BCP 47)."""

SENTENCES = {
    "zh-Hans": """退货|我的订单还没到|什么时候发货？|屏幕坏了，怎么换货|请退款到支付宝|TP-F9 风扇不转了|发票开错了|麻烦尽快处理|地址写错了能改吗
        收到的颜色不对|质保多久|Model TP-V20 不能充电，请问怎么办|快递显示已签收但我没收到|好的，谢谢|可以便宜一点吗|不想要了""",
    "zh-Hant": """退貨|我的訂單還沒到|什麼時候出貨？|螢幕壞了，怎麼換貨|請退款|風扇不會轉了|發票開錯了|麻煩盡快處理|地址寫錯可以改嗎|收到的顏色不對
        保固多久|請問 TP-V20 沒辦法充電怎麼辦|謝謝您的幫忙|我想取消訂單|貨到付款可以嗎""",
    "en": """Where is my order?|Refund please|My parcel hasn't arrived|The screen is broken|I want to return this|Cancel my order TP2026001234
        Wrong colour|How long is the warranty?|Thanks a lot!|It doesn't work anymore|Can I change the address?|please help|Any news?
        The fan makes a loud noise|I was charged twice|package damaged|Still waiting for a reply|It won't turn on""",
    "de": """Wo bleibt mein Paket?|Ich möchte den Artikel zurückgeben|Bildschirm defekt|Bitte stornieren Sie meine Bestellung|Vielen Dank!
        Wann kommt die Lieferung?|Das Gerät funktioniert nicht mehr|Falsche Farbe geliefert|Rücksendung|Rechnung fehlt|Wie lange habe ich Garantie?
        Geld zurück bitte|Der Lüfter ist kaputt|Ich warte immer noch|Kann ich die Adresse ändern?|Guten Tag""",
    "fr": """Où est mon colis ?|Je veux un remboursement|Ma commande n'est pas arrivée|L'écran est cassé|Merci beaucoup|Quand serai-je livré ?
        Annuler ma commande|Le produit ne fonctionne plus|Mauvaise couleur|Comment retourner l'article ?|Toujours pas de nouvelles
        Bonjour, je souhaite échanger|Facture manquante|C'est urgent|Colis endommagé|Pouvez-vous m'aider ?""",
    "es": """¿Dónde está mi pedido?|Quiero devolver el producto|No funciona|La pantalla está rota|Muchas gracias|¿Cuándo llega mi paquete?
        Cancelar pedido|Color equivocado|Necesito la factura|Todavía no he recibido nada|Quiero mi dinero|¿Cómo hago una devolución?
        El ventilador hace ruido|Buenos días|¿Puedo cambiar la dirección?|Llegó dañado""",
    "it": """Dov'è il mio pacco?|Vorrei un rimborso|Lo schermo è rotto|Non funziona più|Grazie mille|Quando arriva il mio ordine?
        Annullare l'ordine|Colore sbagliato|Come posso restituirlo?|Manca la fattura|Non ho ricevuto niente|Buongiorno, avrei una domanda
        È arrivato danneggiato|Posso cambiare indirizzo?|Sto ancora aspettando""",
    "pt": """Onde está a minha encomenda?|Quero devolver o produto|Não funciona|O ecrã está partido|Muito obrigado|Quando chega o meu pedido?
        Cancelar encomenda|Cor errada|Preciso da fatura|Ainda não recebi nada|Quero o meu dinheiro de volta|Como faço a devolução?
        Chegou danificado|Bom dia, tenho uma dúvida|Posso alterar a morada?""",
    "nl": """Waar blijft mijn pakket?|Ik wil dit retourneren|Het scherm is kapot|Werkt niet meer|Hartelijk dank|Wanneer wordt het geleverd?
        Bestelling annuleren|Verkeerde kleur|Factuur ontbreekt|Nog steeds niets ontvangen|Graag mijn geld terug|Hoe lang heb ik garantie?
        Kan ik het adres wijzigen?|Goedemiddag, ik heb een vraag|De ventilator maakt lawaai""",
    "ja": """返品したい|注文した商品が届きません|いつ発送されますか|画面が割れています|返金してください|色が違います|保証期間は？|ありがとうございます
        キャンセルお願いします|TP-V20 が充電できない|住所を変更したい|領収書をください|修理希望|まだ届いていない|不良品でした""",
    "ko": """환불해 주세요|주문한 상품이 안 왔어요|언제 배송되나요?|화면이 깨졌어요|감사합니다|색상이 달라요|교환하고 싶어요|영수증 부탁드립니다
        TP-V20 충전이 안 됩니다|주소 변경 가능한가요|반품|취소해 주세요|보증 기간|불량입니다|아직도 못 받았습니다""",
    "ru": """Где мой заказ?|Хочу вернуть товар|Экран разбит|Не работает|Спасибо|Когда доставка?|Отменить заказ|Не тот цвет|Верните деньги
        Пришлите счёт|Возврат|Сколько длится гарантия?|Посылка не пришла|Можно изменить адрес?|Вентилятор шумит""",
    "pl": "Gdzie jest moja paczka?|Chcę zwrócić produkt|Nie działa|Dziękuję bardzo|Kiedy dostawa?|Proszę o zwrot pieniędzy",
    "tr": "Siparişim nerede?|İade etmek istiyorum|Çalışmıyor|Teşekkür ederim|Kargo ne zaman gelir?",
    "sv": "Var är mitt paket?|Jag vill returnera varan|Fungerar inte|Tack så mycket|Skärmen är trasig",
    "da": "Hvor er min pakke?|Jeg vil gerne returnere varen|Virker ikke|Mange tak|Skærmen er i stykker",
    "uk": "Де моє замовлення?|Хочу повернути товар|Дякую, все гаразд",
}
# Written without a look at the tables of the detector, and never used to fill them.
UNSEEN = {
    "zh-Hans": "怎么还不发货呀|充电器坏掉了|我要投诉|开不了机|能换一个大一号的吗|收货地址改成北京|退款多久到账|还没有收到货|物流停了三天|谢谢老板",
    "zh-Hant": "怎麼還不出貨|充電器壞掉了|我要投訴|開不了機|可以換大一號嗎|退款多久會入帳|還沒有收到|物流停了三天|請幫我查詢|謝謝老闆",
    "en": "Charger stopped working|I'd like my money back|Received the wrong size|Is it in stock?|When do you ship?|It's leaking water|Please resend the invoice|Not happy with this|Do you repair fans?|Parts are missing from the box",
    "de": "Ladegerät geht nicht|Falsche Größe erhalten|Ist das lieferbar?|Ich will mein Geld zurück|Bitte um Rückruf|Teile fehlen im Karton|Wann verschicken Sie?|Sehr unzufrieden|Reparatur möglich?|Storno bitte",
    "fr": "Le chargeur ne marche pas|Mauvaise taille reçue|Est-ce en stock ?|Je suis très déçu|Il manque des pièces|Quand expédiez-vous ?|Merci de me rappeler|Réparation possible ?|Je n'ai rien reçu|Remboursez-moi",
    "es": "El cargador no carga|Talla incorrecta|¿Hay existencias?|Faltan piezas|Estoy muy descontento|¿Cuándo lo envían?|Reparación|Devuélvanme el dinero|No enciende|Sigo esperando",
    "it": "Il caricatore non carica|Taglia sbagliata|È disponibile?|Mancano dei pezzi|Sono molto deluso|Quando spedite?|Non si accende|Voglio i miei soldi|Sostituzione batteria|Perde acqua",
    "pt": "O carregador não carrega|Tamanho errado|Está disponível?|Faltam peças|Estou muito insatisfeito|Quando enviam?|Não liga|Quero trocar|Perde água|Nota fiscal, por favor",
    "nl": "De oplader laadt niet|Verkeerde maat ontvangen|Is het op voorraad?|Er missen onderdelen|Ik ben erg ontevreden|Wanneer verzenden jullie?|Gaat niet aan|Lekt water|Nieuwe batterij nodig|Graag terugbellen",
    "ja": "充電器が動かない|サイズが違う|在庫ありますか|部品が足りません|水漏れします|いつ届きますか|電源が入らない|対応してください|発送状況|交換希望です",
    "ko": "충전기가 안 돼요|사이즈가 달라요|재고 있나요|부품이 없어요|물이 새요|언제 와요|전원이 안 켜져요|교환|실망했어요|답장 주세요",
    "ru": "Зарядка не заряжает|Не тот размер|Есть в наличии?|Не хватает деталей|Очень разочарован|Когда отправите?|Не включается|Течёт вода|Ремонт|Перезвоните мне",
}


def pairs(table: dict[str, str]) -> list[tuple[str, str]]:
    """(sentence, language) for every sentence of a table."""
    return [
        (sentence.strip(), tag)
        for tag, text in table.items()
        for sentence in text.replace("\n", "|").split("|")
        if sentence.strip()
    ]
