"""What languages are told by: small words, words of after-sales mail, letters and characters that others don't have."""

from __future__ import annotations

# Words that the sentence is built with, and words that a short mail to a shop consists of. Lower case.
_WORD_LISTS = {
    "en": """
the a an is are was were be been have has had do does did not and
or but of to in on at for from with my your our i you he she it we they this that these those there here where when
what why how who which can could will would should please thanks thank hello hi hey dear regards order refund return
it's i'm don't haven't hasn't isn't any received still yet want need get got me us help hope works work well email
number tracking warranty question cancel invoice never again anything something another same different working doesn't
won't can't didn't after before just about would been only no yes broken arrived package item wrong colour color
missing damaged screen parcel delivery shipped shipping address change exchange money back late faulty defective
charge charged replacement repair receipt urgent news update reply waiting much very too long turn ok okay sure great
got it's i've let know send sent price discount bought buy product
""",
    "de": """
der die das den dem des ein eine einen einem einer ist sind war waren nicht und oder aber von zu im in auf für mit aus
ich sie er wir ihr es mein meine meinen meiner ihre ihren bitte danke hallo guten tag sehr geehrte damen herren wie
was wann wo warum kann können habe haben hat wurde noch schon kein keine bei nach bestellung lieferung paket rechnung
grüße grüßen freundlichen vielen dank möchte zurück über leider diese dieser bis jetzt defekt kaputt falsche falscher
falsches farbe geliefert rücksendung rückgabe umtausch umtauschen erstattung geld garantie gewährleistung stornieren
widerruf bildschirm gerät fehlt immer adresse ändern ware artikel angekommen beschädigt versand sendung wo bleibt
gekauft reparatur ersatz frage antwort warte dringend ja nein gut alles klar
""",
    "fr": """
le la les un une des du de et ou mais est sont était pas ne je j'ai tu il elle nous vous ils mon ma mes votre vos
bonjour merci s'il svp commande colis pour avec dans sur que qui quoi où quand comment pourquoi cordialement c'est
n'ai n'est d'une d'un reçu toujours encore souhaite voudrais remboursement retour au aux ce cette cet été avoir être
facture manquante manquant manque mauvaise mauvais couleur cassé cassée endommagé endommagée défectueux annuler
annulation échanger échange rembourser livraison livré livrée expédition écran produit article fonctionne plus
garantie adresse changer modifier argent beaucoup réponse nouvelles urgent abîmé panne renvoyer retourner attends oui
non très bien l'écran l'article pouvez puis-je pouvez-vous
""",
    "es": """
el la los las un una unos y o pero es son fue no yo tú usted él ella nosotros mi mis su sus hola gracias por favor
pedido para con en de del que qué quién dónde cuándo cómo he ha han recibido todavía aún quiero quisiera devolver
devolución reembolso saludos buenos días estimados señores está están muy se lo al mi esta este cuando donde como
funciona cancelar equivocado equivocada necesito factura puedo cambiar cambio dirección llegó llega llegado dañado
dañada roto rota pantalla producto artículo paquete envío entrega garantía dinero urgente pregunta respuesta esperando
espero nada falta color defectuoso averiado reparación sí bien mucho muchas comprado compré anular tengo hago buenas
tardes
""",
    "it": """
il lo la i gli le un una e o ma è sono era non io tu lui lei noi voi mio mia miei vostro ciao salve buongiorno grazie
per favore ordine pacco con di da del della nel che chi dove quando come perché ho ha abbiamo ricevuto ancora vorrei
rimborso reso cordiali saluti questo questa anche sono stato al alla annullare colore sbagliato sbagliata manca
fattura posso cambiare indirizzo arrivato arriva danneggiato danneggiata rotto rotta schermo prodotto articolo
funziona più niente spedizione consegna garanzia soldi urgente domanda risposta aspettando aspetto restituire
restituirlo sostituzione riparazione difettoso guasto sì bene mille molto comprato avrei l'ordine dov'è mi
""",
    "pt": """
o a os as um uma e ou mas é são foi não eu você ele ela nós meu minha seu sua olá obrigado obrigada por favor pedido
para com em de do da dos das que quem onde quando como recebi ainda quero gostaria devolver reembolso bom dia boa
tarde atenciosamente está estão este esta no na ao à até já tenho encomenda errada errado cor preciso fatura chegou
chega danificado danificada partido quebrado quebrada ecrã tela produto artigo funciona posso alterar mudar trocar
troca morada endereço entrega envio garantia dinheiro volta urgente pergunta resposta aguardando espero nada falta
cancelar defeituoso avariado conserto sim muito comprei faço dúvida devolução boleto
""",
    "nl": """
de het een en of maar is zijn was niet ik jij je u hij zij wij mijn uw hallo goedemiddag dank bedankt alstublieft
bestelling pakket voor met van in op aan naar dat die wie wat waar wanneer hoe heb heeft hebben ontvangen nog steeds
graag wil retour terug groet groeten vriendelijke geen ook er bij deze dit hartelijk verkeerde verkeerd kleur factuur
ontbreekt maakt lawaai scherm kapot stuk werkt meer annuleren bezorging levering geleverd geld garantie adres wijzigen
veranderen ruilen omruilen beschadigd product artikel gekocht reparatie vraag antwoord wacht dringend ja nee goed
blijft kan wordt lang niets retourneren goedemorgen beste
""",
    "pl": """
i w na z do nie jest są że to się o ale czy mam mój moja moje mojego proszę dziękuję dzień dobry zamówienie zamówienia
paczka paczki zwrot zwrócić jak gdzie kiedy dlaczego jeszcze pozdrawiam dla przez od po za tego już chcę produkt
działa dostawa dostawy pieniędzy reklamacja uszkodzony uszkodzona kolor zły faktura faktury ekran zepsuty wymiana
wymienić adres zmienić gwarancja bardzo tak anulować kupiłem
""",
    "sv": """
och att det som en ett är på för med av jag du han hon vi ni min mitt mina inte har hej tack beställning paket var när
hur till från den om men vill ännu vänliga hälsningar så mycket fungerar trasig trasigt skärmen returnera retur
återbetalning pengar fel färg faktura adress ändra garanti skadad vara varan leverans produkt köpt svar fråga ja nej
avbeställa byta kommer
""",
    "da": """
og at det som en et er på for med af jeg du han hun vi min mit mine ikke har hej tak bestilling pakke hvor hvornår
hvordan til fra den om men vil endnu venlig hilsen mange virker stykker skærmen skærm gerne returnere varen retur
penge forkert farve faktura adresse ændre garanti beskadiget vare levering produkt købt svar spørgsmål ja nej
annullere bytte kommer
""",
    "tr": """
ve bir bu için ile ne da de mi değil ben sen siz merhaba teşekkürler lütfen sipariş siparişim nerede ne zaman iade
kargo henüz gelmedi çok var yok etmek istiyorum ederim teşekkür çalışmıyor bozuk kırık ekran yanlış renk fatura adres
değiştirmek garanti para geri ürün gelir iptal hasarlı evet hayır değişim selamlar nasıl
""",
    "nb": "hei ikke jeg bestilling pakke hvor når hvordan takk ødelagt skjermen refusjon vennlig bestillingen",
    "fi": "ja on ei en se että missä milloin tilaus tilaukseni paketti "
    "kiitos hei haluan palauttaa rikki näyttö väärä lasku",
    "cs": "a je není kde kdy mám můj moje objednávka balík děkuji dobrý den prosím vrátit reklamace chci nefunguje",
    "hu": "a az és nem van hol mikor rendelés rendelésem csomag köszönöm kérem vissza szeretném nem működik",
    "ro": "și nu este unde când comanda comandă colet mulțumesc vreau returnez rambursare bună ziua",
    "vi": "tôi không đơn hàng của và là có được khi nào ở đâu cảm ơn trả lại hoàn tiền sản phẩm",
    "id": "saya tidak pesanan di mana kapan dan yang ini itu terima kasih barang belum sampai kembalikan rusak tolong",
}
WORDS: dict[str, frozenset[str]] = {tag: frozenset(words.split()) for tag, words in _WORD_LISTS.items()}

# Letters that speak for one language, by how much of a word each is worth.
LETTERS: dict[str, dict[str, float]] = {
    "de": {"ß": 1.0, "ü": 0.4, "ä": 0.3, "ö": 0.2},
    "fr": {"ê": 0.5, "è": 0.3, "ç": 0.4, "œ": 1.0, "û": 0.6, "î": 0.5, "ï": 0.3, "é": 0.2, "à": 0.2},
    "es": {"ñ": 1.0, "¿": 2.0, "¡": 2.0, "ó": 0.3, "í": 0.2, "á": 0.2},
    "it": {"ò": 0.6, "ì": 0.6, "è": 0.3, "ù": 0.3, "à": 0.2},
    "pt": {"ã": 1.0, "õ": 1.0, "ç": 0.4, "ê": 0.3, "á": 0.1},
    "pl": {"ł": 1.5, "ę": 1.0, "ą": 1.0, "ś": 1.0, "ż": 1.0, "ź": 1.0, "ć": 0.8, "ń": 0.8, "ó": 0.1},
    "tr": {"ı": 1.0, "ğ": 1.5, "ş": 1.0, "ç": 0.3, "ü": 0.2, "İ": 1.5},
    "sv": {"å": 0.6, "ä": 0.4, "ö": 0.4},
    "da": {"å": 0.5, "æ": 1.0, "ø": 0.8},
    "nb": {"å": 0.5, "ø": 0.8, "æ": 0.6},
    "fi": {"ä": 0.5, "ö": 0.2},
    "cs": {"ě": 1.5, "ř": 1.5, "ů": 1.5, "č": 0.5, "š": 0.5, "ž": 0.5, "ý": 0.3},
    "hu": {"ő": 1.5, "ű": 1.5, "é": 0.1},
    "ro": {"ă": 1.0, "ș": 1.5, "ț": 1.5, "î": 0.3},
    "vi": {"đ": 1.5, "ơ": 1.0, "ư": 1.0, "ạ": 1.0, "ả": 1.0, "ế": 1.0, "ệ": 1.0},
}
# How words end, for words that no list has.
ENDINGS: dict[str, tuple[str, ...]] = {
    "de": ("ung", "lich", "keit", "heit", "ieren", "stück"),
    "fr": ("tion", "ment", "eux", "euse", "ez", "eur"),
    "es": ("ción", "dad", "mente", "ando", "iendo", "arlo", "erlo"),
    "it": ("zione", "mento", "ità", "are", "ere", "ato", "ata"),
    "pt": ("ção", "ções", "dade", "mente", "ndo"),
    "nl": ("ing", "lijk", "heid", "tje", "en"),
    "en": ("tion", "ing", "ed", "ly", "ness"),
}

# Cyrillic is told apart by letters first, then by these.
CYRILLIC_WORDS: dict[str, frozenset[str]] = {
    "ru": frozenset(
        [
            "и",
            "в",
            "на",
            "не",
            "что",
            "это",
            "где",
            "мой",
            "моя",
            "моё",
            "мне",
            "вы",
            "я",
            "с",
            "за",
            "по",
            "от",
            "для",
            "как",
            "когда",
            "заказ",
            "заказа",
            "товар",
            "спасибо",
            "здравствуйте",
            "вернуть",
            "возврат",
            "деньги",
            "доставка",
            "нет",
            "да",
            "почему",
            "ещё",
            "еще",
            "хочу",
            "можно",
            "пожалуйста",
        ]
    ),
    "uk": frozenset(
        [
            "і",
            "в",
            "на",
            "не",
            "що",
            "це",
            "де",
            "мій",
            "моя",
            "моє",
            "мені",
            "ви",
            "я",
            "з",
            "за",
            "по",
            "від",
            "для",
            "як",
            "коли",
            "замовлення",
            "товар",
            "дякую",
            "добрий",
            "день",
            "повернути",
            "повернення",
            "гроші",
            "доставка",
            "ні",
            "так",
            "чому",
            "ще",
            "хочу",
            "можна",
            "будь",
            "ласка",
            "все",
            "гаразд",
        ]
    ),
    "bg": frozenset(
        [
            "и",
            "в",
            "на",
            "не",
            "че",
            "това",
            "къде",
            "моята",
            "моя",
            "ми",
            "вие",
            "аз",
            "с",
            "за",
            "по",
            "от",
            "как",
            "кога",
            "поръчка",
            "поръчката",
            "благодаря",
            "здравейте",
            "върна",
            "връщане",
            "пари",
            "доставка",
            "защо",
            "още",
            "искам",
            "може",
            "моля",
            "съм",
        ]
    ),
}

# Characters that only one of the two Chinese scripts uses, out of those that after-sales mail is full of.
_SIMPLIFIED = frozenset(
    "们这个为来说时会对发当没还过开关问间买卖单订货运费热线东车话语请谢让认证件价优惠账号码换质检验损坏样"
    "图应该与业务产实现给经网络办证书态终处复责机电脑视频频录显银户额级联系询询总结选择评论确认尽快帮师傅伤赔偿诉维护"
    "顾专员岁岛钱够达远进适错误飞气温爱欢听写读觉难议许诺设计术标准规则"
    "门户页题项际陆随险饭馆鱼鸟龙齐齿齐双变块坚压厂厅医华协单卫却参县叶后吗启员园围场垫墙头奖孙学宝审宽将"
    "尔层属币帐师带库异弃张归录忆怀总战户扩扫扬执护报风扇转颜色质签显电充坏灯闹响声绿红蓝贵链"
)
_TRADITIONAL = frozenset(
    "們這個為來說時會對發當沒還過開關問間買賣單訂貨運費熱線東車話語請謝讓認證件價優惠賬帳號碼換質檢驗損壞"
    "樣圖應該與業務產實現給經網絡辦证書態終處復責機電腦視頻錄顯銀戶額級聯繫詢總結選擇評論確認盡快幫師傅傷賠償訴維護"
    "顧專員歲島錢夠达遠進適錯誤飛氣溫愛歡聽寫讀覺難議許諾設計術標準規則"
    "門頁題項際陸隨險飯館魚鳥龍齊齒雙變塊堅壓廠廳醫華協衛卻参縣葉後嗎啟園圍場墊牆頭獎孫學寶審寬將爾層屬幣"
    "帶庫異棄張歸憶懷戰擴掃揚執護報您妳裡麼嘅咗唔喺風轉顏籤響聲綠紅藍貴鏈螢係"
) - _SIMPLIFIED  # fmt: skip
SIMPLIFIED = _SIMPLIFIED - frozenset("快优惠件个后号尽帐录孙员扇色准")
TRADITIONAL = _TRADITIONAL - frozenset("您")
TAIWANESE = ("保固", "超商", "宅配", "退換", "哪裡", "貨到", "刷卡", "賣家", "出貨")  # words of Taiwan
# Ideographs of Japan's reform of 1946 that Chinese of neither script writes so.
JAPANESE = frozenset(
    "証払売読続発対図仮円気帰駅広応済経総変検歩両壊届込働畑渋択浅徳薬県覧権労栄桜蔵塩団囲圏拝様毎沢絵訳豊転軽辺鉄銭"
    "険隠雑静顔髪齢々〆"
)
JAPANESE_WORDS = (
    "修理希望",
    "返品",
    "返金",
    "交換希望",
    "注文",
    "配送状況",
    "領収書",
    "在庫",
    "不良品",
    "至急",
    "商品未着",
    "住所変更",
)
