"""The tables of orders; see models.py for the rest."""

from __future__ import annotations

from peewee import (
    AutoField,
    CompositeKey,
    DateField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

from mailbot.store.fields import AmountField


class OrderRow(Model):
    """An imported order."""

    number = TextField(primary_key=True)
    buyer_name = TextField()
    buyer_email = TextField(index=True)
    phone = TextField()
    country = TextField()
    language = TextField()
    currency = TextField()
    payment_method = TextField()
    purchased_on = DateField()
    delivered_on = DateField(null=True)
    shipping_status = TextField()
    tracking_number = TextField()
    discount = AmountField()
    shipping_cost = AmountField()
    phone_key = TextField()  # domain.phones.phone_key
    tracking_key = TextField()  # domain.codes.code_key

    class Meta:
        table_name = "orders"


class OrderLineRow(Model):
    """A position of an order."""

    id = AutoField()
    order = ForeignKeyField(OrderRow, column_name="order_number", on_delete="CASCADE")
    order_number: str
    position = IntegerField()
    model = TextField()
    name = TextField()
    serials = TextField()  # separated by one space
    quantity = IntegerField()
    unit_price = AmountField()

    class Meta:
        table_name = "order_line"


class OrderSerial(Model):
    """A serial number shipped with an order, by which the order is found."""

    order = ForeignKeyField(OrderRow, column_name="order_number", on_delete="CASCADE")
    order_number: str
    serial = TextField()  # domain.codes.code_key

    class Meta:
        table_name = "order_serial"
        primary_key = CompositeKey("order", "serial")
