"""Builders for the messages that have many fields. All money is in minor units, all times are UTC milliseconds."""

from __future__ import annotations

from collections.abc import Iterable

from . import pricing_pb2 as pb


def basket_event(
    event_id: bytes,
    occurred_at_ms: int,
    *,
    spend: int,
    lines: int,
    deal_lines: int = 0,
    items: Iterable[tuple[str, int, int]] = (),
) -> pb.Event:
    """A paid basket.

    `event_id` makes it count once; never use one for two baskets. `items` are (product, quantity, paid for all).
    """
    return pb.Event(
        event_id=event_id,
        occurred_at_ms=occurred_at_ms,
        basket=pb.Basket(
            spend=spend,
            lines=lines,
            deal_lines=deal_lines,
            items=[pb.BasketItem(product=p, quantity=q, paid=paid) for p, q, paid in items],
        ),
    )


def catalogue_row(
    product: str,
    *,
    list_price: int | None,
    unit_cost: int | None,
    effective_at_ms: int,
    name: str = "",
    category: str = "",
    minimum_price: int | None = None,
    deal: tuple[int, int] | None = None,
    display_share: float = 0,
    mailer_share: float = 0,
) -> pb.CatalogueRow:
    """One product from `effective_at_ms` on. `deal` is (price, ends at). None leaves an amount blank, not zero."""
    row = pb.CatalogueRow(
        product=product,
        name=name,
        category=category,
        display_share=display_share,
        mailer_share=mailer_share,
        effective_at_ms=effective_at_ms,
    )
    for field, minor in (("list_price", list_price), ("unit_cost", unit_cost), ("minimum_price", minimum_price)):
        if minor is not None:
            getattr(row, field).CopyFrom(pb.Amount(minor=minor))
    if deal is not None:
        price, ends_at_ms = deal
        row.deal.CopyFrom(pb.Deal(price=pb.Amount(minor=price), ends_at_ms=ends_at_ms))
    return row
