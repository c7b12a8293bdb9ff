"""A mail that names several orders: what is wanted of each, where its words leave no doubt.

A wish belongs to the order that is named in the same sentence, or, where one sentence names both, in the same clause.
All ways to cut the text between two numbers are tried, and must agree; where they don't, a person reads the mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, pairwise, product

from mailbot.domain.codes import is_one_slip
from mailbot.domain.halfwidth import plain_text
from mailbot.domain.match import Exact, OrderMatch
from mailbot.domain.orders import Order
from mailbot.domain.references import OWN_WORDS, References
from mailbot.domain.wishes import Wish, WishTable

MOST_ORDERS = 3  # of a mail that are worked on by themselves; each gets a letter
_LONGEST = 4_000  # signs of a mail that are read so; more is for a person
_MOST_MENTIONS = 12
_MOST_CUTS = 60  # ways to cut a mail
_WRAPPED_AT = 50  # signs; a shorter line was ended by its writer
_ITEM = re.compile(r"\s*(?:[-–*•]|\(?\d{1,2}[.)、])\s*")
_GAP = r"[ \t.\-_/#:]{0,2}"
_SENTENCE = re.compile(r"(?<=[!?。！？；;])|(?<=\.)(?=\s)|\n")
_CLAUSE = re.compile(
    r"(?<=[,、，:：])|(?=[(（])|\s(?=[-–—]\s)"
    r"|(?=\b(?:and|but|also|while|whereas|und|aber|sowie|et|mais|ainsi que|y|pero|además)\b)"
    r"|(?=另外|还有|還有|以及|同时|同時|但是|而且|然后|然後|そして|また、|それと|それから)|(?<=です)が|(?<=ます)が|(?<=ですが)|(?<=たいので)",
    re.IGNORECASE,
)
# Between two numbers that are spoken of as one thing.
_AND = re.compile(
    r"[\s,、，&+()（）]*(?:\b(?:and|und|sowie|et|y|e|as well as|also)\b|和|及|与|與|跟|以及|还有|還有|と|および)?"
    r"(?:[\s:：#]|\b(?:my|the|also|order|orders|number|no\.?|die|der|meine|bestellung|nr\.?|la|ma|de|commande|n°|mi|el"
    r"|pedido)\b|我的|订单|訂單|号|號|注文|番号|この|の)*",
    re.IGNORECASE,
)
_OR = re.compile(r"\b(?:or|oder|ou|o|u)\b|或|还是|還是|または|もしくは", re.IGNORECASE)
# Somebody who weighs one order against the other wants something of one of them.
_UNSURE = re.compile(
    # "One of the two kettles from order …" is told of pieces, and of one order.
    r"\b(?:one of(?!\s+(?:the|my|these|those)\s+(?:\w+\s+){1,3}(?:from|of|in)\b)"
    r"|either|neither|which (?:of|one|order)|whichever|not sure|don'?t know|unsure|instead of|rather than"
    r"|mixed up|confus\w+|swap\w*|eine[rs]? (?:von|der|davon|dieser)(?!\s+(?:\w+\s+){1,3}(?:aus|von|der)\b)|welche\w*"
    r"|statt|anstatt|verwechsel\w*|weder"
    r"|entweder"
    r"|l'une? (?:des|d')|laquelle|lequel|au lieu|plutôt que|confondu|soit|un[ao] de (?:los|las|ellos|ellas|estos|estas)"
    r"|cu[áa]l|en vez|en lugar|confundid\w+)\b"
    # A number that is taken back is none to act on.
    r"|\b(?:wrong (?:order|number)|i meant|correction|typo|mistyped|falsche \w*nummer|verschrieben|vertippt|gemeint"
    r"|mauvais numéro|je voulais dire|me equivoqu[ée]|quería decir)\b|写错|寫錯|填错|填錯|打错|打錯|更正|訂正|書き間違"
    r"|其中|哪个|哪個|哪一|哪笔|哪筆|不确定|不確定|弄混|搞混|弄错|弄錯|搞错|搞錯|而不是|どちら|どっち|どれか|いずれか|ではなく|間違え",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class OrderWishes:
    """What is wanted of one of the orders."""

    order: Order
    wishes: tuple[Wish, ...]  # at least one, best first


@dataclass(frozen=True, kw_only=True)
class _Mention:
    """Orders named side by side, or one."""

    numbers: tuple[str, ...]
    start: int
    end: int


def names_anothers(match: OrderMatch, references: References) -> bool:
    """Whether the sender's own words name their order and beside it one that is none of theirs.

    Which of the two a wish is about, only a person may say: a wrong order would be acted on.
    """
    if not isinstance(match, Exact):
        return False
    own = match.order.number
    named = [finding.value for finding in references.order_numbers if finding.place in OWN_WORDS]
    return own in named and any(number != own and not is_one_slip(number, own) for number in named)


def share_wishes(
    subject: str, text: str, written: Mapping[str, Sequence[str]], orders: Sequence[Order], table: WishTable
) -> tuple[OrderWishes, ...]:
    """The wishes of a mail by order, in the sequence of `orders`; () where its words leave a doubt.

    `written`: order number -> the ways in which it, or a serial or tracking number of it, stands in the mail.
    """
    table = table.within_clauses
    whole = f"{subject}\n{text}"
    if not 2 <= len(orders) <= MOST_ORDERS or len(whole) > _LONGEST or _UNSURE.search(whole):
        return ()
    plain = _unwrapped(plain_text(text))
    mentions = _mentions(plain, written)
    if _named(mentions) != {order.number for order in orders}:
        plain = _unwrapped(plain_text(whole))
        mentions = _mentions(plain, written)
    if _named(mentions) != {order.number for order in orders} or len(mentions) > _MOST_MENTIONS:
        return ()
    plain, mentions = _spelt_out(plain, mentions)
    wanted = {wish.name for wish in table.recognised("", plain) if wish.name not in table.alone}
    if any(_OR.search(plain[one.end : other.start]) for one, other in pairwise(mentions) if _close(one, other)):
        return ()
    mentions = _grouped(plain, mentions)
    if len(mentions) > 1 and _wishes_apart(plain, mentions, table):
        return ()
    for cuts in (_SENTENCE, None):
        shared = _shared(plain, mentions, cuts, wanted, table)
        if shared:
            return tuple(OrderWishes(order=order, wishes=shared[order.number]) for order in orders)
    return ()


def _unwrapped(plain: str) -> str:
    """The text without the line ends that a mail program set."""
    lines = plain.split("\n")
    pieces = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        wrapped = len(line) >= _WRAPPED_AT and bool(following.strip()) and not _ITEM.match(following)
        pieces.append(line + (" " if wrapped else "\n"))
    return "".join(pieces)


def _wishes_apart(plain: str, mentions: Sequence[_Mention], table: WishTable) -> bool:
    """Whether a wish stands in a sentence that names no order: of which it is, is a guess."""
    edges = [0, *sorted(_spots(plain, 0, len(plain), (_SENTENCE,))), len(plain)]
    for start, end in pairwise(edges):
        named = any(start <= mention.start < end for mention in mentions)
        if not named and any(wish.name not in table.alone for wish in table.recognised("", plain[start:end])):
            return True
    return False


def _mentions(plain: str, written: Mapping[str, Sequence[str]]) -> list[_Mention]:
    """Where the orders stand in the text, in its sequence; what lies within another mention isn't counted."""
    spots: dict[int, _Mention] = {}
    for number, codes in written.items():
        for code in codes:
            signs = [re.escape(sign) for sign in code if sign.isalnum()]
            pattern = rf"(?<![A-Za-z0-9]){_GAP.join(signs)}(?![A-Za-z0-9])"
            for match in islice(re.finditer(pattern, plain, re.IGNORECASE), _MOST_MENTIONS + 1):
                found = _Mention(numbers=(number,), start=match.start(), end=match.end())
                if found.end > (spots[found.start].end if found.start in spots else 0):
                    spots[found.start] = found
    mentions: list[_Mention] = []
    for _, found in sorted(spots.items()):
        if not mentions or found.start >= mentions[-1].end:
            mentions.append(found)
    return mentions


def _spelt_out(plain: str, mentions: Sequence[_Mention]) -> tuple[str, list[_Mention]]:
    """The text with a word for each number, which the table of wishes doesn't know: "where is TP…?"."""
    pieces: list[str] = []
    spots: list[_Mention] = []
    done = length = 0
    for mention in mentions:
        before = plain[done : mention.start]
        word = "订单" if before.rstrip()[-1:] > "\u2e7f" else " order "
        pieces += [before, word]
        start = length + len(before)
        length = start + len(word)
        spots.append(_Mention(numbers=mention.numbers, start=start, end=length))
        done = mention.end
    return "".join([*pieces, plain[done:]]), spots


def _named(mentions: Sequence[_Mention]) -> set[str]:
    return {number for mention in mentions for number in mention.numbers}


def _close(one: _Mention, other: _Mention) -> bool:
    return one.numbers != other.numbers and other.start - one.end <= 20


def _grouped(plain: str, mentions: Sequence[_Mention]) -> list[_Mention]:
    """ "A and B" is one thing to speak of."""
    groups: list[_Mention] = []
    for mention in mentions:
        if groups and _AND.fullmatch(plain[groups[-1].end : mention.start]):
            numbers = dict.fromkeys((*groups[-1].numbers, *mention.numbers))
            groups[-1] = _Mention(numbers=tuple(numbers), start=groups[-1].start, end=mention.end)
        else:
            groups.append(mention)
    return groups


def _shared(
    plain: str, mentions: Sequence[_Mention], cuts: re.Pattern[str] | None, wanted: set[str], table: WishTable
) -> Mapping[str, tuple[Wish, ...]]:
    """The one way to share out the wishes, {} where there is none or more than one."""
    # What follows a number in the same breath, and names it again, speaks of the same order.
    runs = [list(run) for _, run in groupby(mentions, key=lambda mention: mention.numbers)]
    between = [(before[-1].end, after[0].start) for before, after in pairwise(runs)]
    choices = [_cuts(plain, start, end, cuts) for start, end in between]
    count = 1
    for choice in choices:
        count *= len(choice)
    if not 1 <= count <= _MOST_CUTS:
        return {}
    read: dict[tuple[int, int], tuple[Wish, ...]] = {}
    found: list[Mapping[str, tuple[Wish, ...]]] = []
    for chosen in product(*choices):
        edges = (0, *chosen, len(plain))
        shares: dict[str, dict[str, Wish]] = {}
        for run, (start, end) in zip(runs, pairwise(edges), strict=True):
            if (start, end) not in read:
                read[start, end] = table.recognised("", plain[start:end])
            wishes = {wish.name: wish for wish in read[start, end] if wish.name not in table.alone}
            # Two orders in one breath and several wishes: it isn't told which is for which.
            if len(run[0].numbers) > 1 and len(wishes) > 1:
                break
            for number in run[0].numbers:
                shares.setdefault(number, {}).update(wishes)
        else:
            if all(shares.values()) and {name for wishes in shares.values() for name in wishes} >= wanted:
                found.append({number: tuple(wishes.values()) for number, wishes in shares.items()})
    return found[0] if found and len({_names(one) for one in found}) == 1 else {}


def _names(shares: Mapping[str, tuple[Wish, ...]]) -> frozenset[tuple[str, frozenset[str]]]:
    return frozenset((number, frozenset(wish.name for wish in wishes)) for number, wishes in shares.items())


def _cuts(plain: str, start: int, end: int, pattern: re.Pattern[str] | None) -> list[int]:
    """Where the text between two numbers may be cut: at the ends of sentences, or of clauses as well."""
    patterns = (pattern,) if pattern is not None else (_SENTENCE, _CLAUSE)
    return sorted(set(_spots(plain, start, end, patterns)))


def _spots(plain: str, start: int, end: int, patterns: Sequence[re.Pattern[str]]) -> Iterator[int]:
    for pattern in patterns:
        for match in islice(pattern.finditer(plain, start, end), _MOST_CUTS):
            yield match.start()
