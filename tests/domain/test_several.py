"""Mails that name two orders: what is wanted of each, in the customers' languages."""

from __future__ import annotations

import time

import pytest

from mailbot.domain.several import share_wishes
from tests.domain.examples import book, order

A, B = "TP2026110002", "TP2026110009"
ORDERS = (order(number=A), order(number=B))

TOLD = [
    (f"I want to return {A}, and where is {B}?", ["return"], ["order_status"]),
    (f"Hello,\n\nI'd like to return order {A}. Where is my order {B}?\n\nThanks\nKate", ["return"], ["order_status"]),
    (f"1) {A}: please tell me where my parcel is\n2) {B}: I want to send it back", ["order_status"], ["return"]),
    (f"Regarding {A}: I want to return it. Regarding {B}: where is it?", ["return"], ["order_status"]),
    (f"Where is my refund for {A}? And is {B} still under warranty?", ["refund_status"], ["warranty_question"]),
    (f"I want to return {A} and {B}.", ["return"], ["return"]),
    (f"Where are my orders {A}, {B}?", ["order_status"], ["order_status"]),
    (f"我想退货 {A}，另外 {B} 到哪里了？", ["return"], ["order_status"]),
    (f"{A}我要退货，{B}什么时候发货？", ["return"], ["order_status"]),
    (f"订单{A}和{B}都要退货。", ["return"], ["return"]),
    (f"我想退貨 {A}，另外訂單 {B} 寄到哪裡了？", ["return"], ["order_status"]),
    (f"{A}を返品したいです。{B}はいつ届きますか？", ["return"], ["order_status"]),
    (f"Ich möchte {A} zurückgeben, und wo ist {B}?", ["return"], ["order_status"]),
    (f"Ich möchte {A} zurückschicken und wissen, wo meine Bestellung {B} bleibt.", ["return"], ["order_status"]),
    (f"Je souhaite retourner la commande {A}. Où est ma commande {B} ?", ["return"], ["order_status"]),
    (f"Quiero devolver el pedido {A} y ¿dónde está mi pedido {B}?", ["return"], ["order_status"]),
]
LEFT_OPEN = [
    f"I have {A} and {B}. I'd like to return the first, and where is the second?",
    f"I want to return one of {A} and {B}.",
    f"I want to return {A} or {B}.",
    f"I want to return {A}. It arrived broken. Where is {B}?",
    f"Two orders of mine: {A}. {B}.",
    f"I want to return {A}. {B} is nice.",
    f"I want to exchange {A} for {B}",
    f"I mixed up {A} and {B}. I want to return it.",
    f"{A} and {B}: where is my parcel, and I want to return it",
    f"我想退货，其中一个是{A}，{B}",
    f"Ich möchte {A} statt {B} zurückgeben.",
    f"I want to return {A}.",
]


def shared(text: str, subject: str = "") -> dict[str, list[str]]:
    written = {one.number: (one.number,) for one in ORDERS}
    found = share_wishes(subject, text, written, ORDERS, book().wishes)
    return {one.order.number: sorted(wish.name for wish in one.wishes) for one in found}


@pytest.mark.parametrize(("text", "first", "second"), TOLD)
def test_each_wish_goes_to_the_order_named_with_it(text: str, first: list[str], second: list[str]) -> None:
    assert shared(text) == {A: first, B: second}


@pytest.mark.parametrize("text", LEFT_OPEN)
def test_where_there_is_a_doubt_nothing_is_shared_out(text: str) -> None:
    assert shared(text) == {}


def test_an_order_in_the_subject_counts() -> None:
    assert shared(f"Where is my order {B}?", f"I want to return {A}") == {A: ["return"], B: ["order_status"]}


def test_numbers_are_found_as_people_write_them() -> None:
    text = "I want to return tp 2026 1100 02, and where is TP-2026110009?"
    assert shared(text) == {A: ["return"], B: ["order_status"]}


def test_more_orders_than_a_few_are_read_by_a_person() -> None:
    orders = tuple(order(number=f"TP202611000{digit}") for digit in range(4))
    text = "I want to return " + " and ".join(one.number for one in orders)
    assert share_wishes("", text, {one.number: (one.number,) for one in orders}, orders, book().wishes) == ()


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("I'd like to return one of the two kettles from order {A}. And where is my order {B}?", ["return"]),
        ("One of the two kettles from order {A} leaks. Where is my order {B}?", ["warranty"]),
        (
            "Ich möchte einen der beiden Kessel aus Bestellung {A} zurückgeben. Und wo bleibt Bestellung {B}?",
            ["return"],
        ),
        ("I want to return one of the orders {A} and {B}. Where is the other?", []),
        ("I want to return one of them: {A}. Where is {B}?", []),
    ],
)
def test_one_of_several_pieces_is_no_doubt_about_the_order(text: str, wishes: list[str]) -> None:
    found = shared(text.format(A=A, B=B))
    assert found.get(A, []) == wishes
    assert found.get(B, []) == (["order_status"] if wishes else [])


@pytest.mark.parametrize("filling", [", and ", ". ", "\n", "where is it? "])
def test_a_hostile_mail_takes_no_time(filling: str) -> None:
    began = time.perf_counter()
    shared(f"I want to return {A}" + filling * 500 + B)
    shared((A + filling + B + filling) * 60)
    assert time.perf_counter() - began < 20  # seconds; a fraction of one here, minutes if it were quadratic


def test_lines_that_a_mail_program_broke_are_one_sentence() -> None:
    first = f"Hello, I wrote to you before and got no answer. I want to return {A}, and could you"
    text = f"{first}\nplease tell me where my order {B} is?"
    assert shared(text) == {A: ["return"], B: ["order_status"]}


@pytest.mark.parametrize(
    "text",
    [
        f"I am unhappy with {A}. {B} was the one before. Can I send it back?",
        f"{A} 换货。订单号写错了，是{B}，要换。",
        f"I want to return {A}. Sorry, I meant {B}, please send me a form to return it.",
    ],
)
def test_a_wish_in_a_sentence_without_a_number_or_a_corrected_number_is_read_by_a_person(text: str) -> None:
    assert shared(text) == {}
