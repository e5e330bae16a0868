"""A live cluster: prices, quotes, behaviour, catalogue. Runs where $FARTHING_ENDPOINT says."""

from __future__ import annotations

import time
import uuid

import pytest
from conftest import wait_for_catalogue

from farthing import Header, Kind, Refused, ReqClient, Unknown, basket_event, catalogue_row, key_hash, partition
from farthing import pricing_pb2 as pb
from farthing.cli import main
from farthing.protocol import BROADCAST_PARTITION, new_request_id


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex}"


def check_quote(quote: pb.PriceReply, cart) -> None:
    """What every quote promises."""
    assert [(line.product, line.quantity) for line in quote.lines] == list(cart)
    for line in quote.lines:
        assert 0 < line.unit_price <= line.list_price
        assert line.personal_price <= line.list_price
        assert line.total == line.unit_price * line.quantity
        assert line.reasons
    assert quote.total == sum(line.total for line in quote.lines)
    assert quote.level == max(line.level for line in quote.lines)
    assert len(quote.quote_id) == 16 and quote.issued_at_ms < quote.expires_at_ms
    assert quote.arm


# Prices


def test_a_cart_gets_prices(client, shop, user):
    quote = client.price(shop.tenant, user, "USD", shop.cart)
    check_quote(quote, shop.cart)
    assert quote.currency == "USD"


def test_a_stranger_is_told_apart(client, shop, user):
    quote = client.price(shop.tenant, user, "USD", shop.cart)
    assert quote.segment == "newcomers"
    assert quote.level in (pb.LEVEL_SEGMENT, pb.LEVEL_LIST)
    assert all(line.level != pb.LEVEL_PERSONAL for line in quote.lines)


def test_a_price_does_not_rise_while_its_quote_lasts(client, shop, user):
    first = client.price(shop.tenant, user, "USD", shop.cart)
    for _ in range(5):
        again = client.price(shop.tenant, user, "USD", shop.cart)
        assert all(new.unit_price <= old.unit_price for new, old in zip(again.lines, first.lines))
        assert again.quote_id != first.quote_id


def test_a_deal_competes_with_the_personal_price(client, shop, user):
    line = client.price(shop.tenant, user, "USD", [("with a deal", 2)]).lines[0]
    assert line.HasField("promotion") and line.promotion.unit_price == 450
    assert line.unit_price <= 450
    assert line.promotion.applied == (line.personal_price > 450)
    assert (pb.REASON_PUBLIC_DEAL in line.reasons) == line.promotion.applied


def test_the_largest_cart_is_priced(client, shop, user):
    cart = [("1082185", 10_000)] * 100
    check_quote(client.price(shop.tenant, user, "USD", cart), cart)


def test_the_header_of_the_answer_says_how_it_was_answered(client, shop, user):
    request = Header(
        kind=Kind.PRICE,
        deadline_us=2_000_000,
        key_hash=key_hash(shop.tenant, user),
        request_id=new_request_id(),
        tag=0x1122_3344_5566_7788,
    )
    cart = pb.PriceRequest(
        tenant=shop.tenant, user=user, currency="USD", lines=[pb.CartLine(product="1082185", quantity=1)]
    )
    header, body = client.exchange([request.encode(), cart.SerializeToString()], request.request_id)
    assert header.is_reply and header.kind == Kind.PRICE
    assert header.request_id == request.request_id and header.key_hash == request.key_hash
    assert header.tag == request.tag
    assert header.status == pb.PriceReply.FromString(body).level


def test_a_frozen_price_is_marked_until_it_is_thawed(client, shop):
    def price(user: str) -> pb.PriceReply:
        return client.price(shop.tenant, user, "USD", [("1082185", 1)])

    # The control arm sees the list price, whatever is frozen.
    user = next(name for name in (uuid.uuid4().hex for _ in range(100)) if price(name).arm != "control")

    def line() -> pb.PricedLine:
        return price(user).lines[0]

    def await_frozen(frozen: bool):
        deadline = time.monotonic() + 10
        while (pb.REASON_FROZEN in line().reasons) != frozen:
            assert time.monotonic() < deadline

    shown = line().personal_price
    end = time.time_ns() // 1_000_000 + 60_000
    assert client.freeze(shop.tenant, "1082185", end, "a test").index > 0
    freezes = client.freezes(shop.tenant).freezes
    assert [(f.product, f.until_ms, f.reason) for f in freezes] == [("1082185", end, "a test")]
    assert not client.freezes(shop.tenant, after="1082185").freezes
    await_frozen(True)
    assert line().personal_price == shown
    client.thaw(shop.tenant, "1082185", "a test")
    assert not client.freezes(shop.tenant).freezes
    await_frozen(False)


def test_what_stock_is_worth_is_taken_in_order_and_again(client, shop):
    def value(worth: int, until_ms: int) -> pb.CatalogueAck:
        values = [
            pb.StockValue(product=product, worth=pb.Amount(minor=worth), until_ms=until_ms)
            for product, _ in shop.cart
        ]
        return client.value_stock(shop.tenant, "USD", values)

    end = time.time_ns() // 1_000_000 + 60_000
    acknowledgements = [value(100_000, end), value(100_000, end), value(0, end), value(0, 0)]
    assert [a.accepted for a in acknowledgements] == [len(shop.cart)] * 4
    indexes = [a.index for a in acknowledgements]
    assert indexes == sorted(set(indexes))
    assert client.price(shop.tenant, uuid.uuid4().hex, "USD", shop.cart).lines


def test_what_a_unit_is_worth_is_said_in_the_currency_of_its_price(client, shop):
    worth = pb.StockValue(product="1082185", worth=pb.Amount(minor=1))
    with pytest.raises(Refused) as refused:
        client.value_stock(shop.tenant, "EUR", [worth])
    assert refused.value.name == "CURRENCY_MISMATCH" and refused.value.place == "values[0].product"


def test_what_is_not_sold_is_worth_nothing_to_the_cluster(client, shop):
    worth = pb.StockValue(product="unheard of", worth=pb.Amount(minor=1))
    with pytest.raises(Refused) as refused:
        client.value_stock(shop.tenant, "USD", [worth])
    assert refused.value.name == "UNKNOWN_PRODUCT" and refused.value.place == "values[0].product"


def test_what_has_no_price_is_not_frozen(client, shop):
    with pytest.raises(Refused) as refused:
        client.freeze(shop.tenant, "unheard of", 0, "a test")
    assert refused.value.name == "UNKNOWN_PRODUCT" and refused.value.place == "product"


@pytest.mark.parametrize("correlated", [False, True])
def test_a_req_socket_is_served_too(endpoint, client, shop, user, correlated):
    with ReqClient(endpoint, correlated=correlated) as simple:
        for _ in range(3):
            check_quote(simple.price(shop.tenant, user, "USD", shop.cart), shop.cart)
            with pytest.raises(Refused, match="UNKNOWN_PRODUCT"):
                simple.price(shop.tenant, user, "USD", [("no such product", 1)])


def test_a_price_can_be_explained(client, shop, user):
    quoted = client.price(shop.tenant, user, "USD", shop.cart)
    explained = client.explain(shop.tenant, user, "USD", shop.cart)
    assert [line.product for line in explained.lines] == [line.product for line in quoted.lines]
    for line, quote in zip(explained.lines, explained.quote.lines):
        assert line.list_price == quote.list_price and line.unit_cost >= 0
        assert line.steps and line.steps[-1].price == quote.unit_price
        assert 0 <= line.probability <= 1
    assert not explained.quote.token


# Quotes


def test_a_quote_is_honoured_as_it_was_given(client, shop, user):
    quote = client.price(shop.tenant, user, "USD", shop.cart)
    promise = client.verify(shop.tenant, user, quote.token)
    assert promise.quote_id == quote.quote_id and promise.total == quote.total
    assert promise.expires_at_ms == quote.expires_at_ms and promise.currency == "USD"
    assert [(line.product, line.quantity, line.unit_price) for line in promise.lines] == [
        (line.product, line.quantity, line.unit_price) for line in quote.lines
    ]


def test_a_quote_of_another_shopper_is_not_honoured(client, shop, user):
    token = client.price(shop.tenant, user, "USD", shop.cart).token
    with pytest.raises(Refused) as raised:
        client.verify(shop.tenant, "somebody else", token)
    assert (raised.value.code, raised.value.place) == (240, "user")


def test_a_quote_that_was_touched_is_not_honoured(client, shop, user):
    token = client.price(shop.tenant, user, "USD", shop.cart).token
    touched = [
        token[:position] + bytes([token[position] ^ 1]) + token[position + 1 :] for position in range(len(token))
    ]
    for forged in [*touched, token[:-1], token + b"\0", token[32:], b"", b"x" * 32]:
        with pytest.raises(Refused) as raised:
            client.verify(shop.tenant, user, forged)
        assert (raised.value.code, raised.value.place) == (240, "token")


# Behaviour


def baskets(shop, count: int, *, first: int = 0) -> list[pb.Event]:
    return [
        basket_event(
            f"receipt-{first + number}".encode(),
            shop.days_ago(21 + number),
            spend=1_250,
            lines=6,
            deal_lines=1,
            items=[("1082185", 2, 438), ("unheard of", 1, 100)],
        )
        for number in range(count)
    ]


def test_a_shopper_reads_their_own_writes(client, shop, user):
    assert client.price(shop.tenant, user, "USD", shop.cart).segment == "newcomers"
    acknowledged = client.send_events(shop.tenant, user, baskets(shop, 3))
    assert (acknowledged.accepted, acknowledged.duplicates) == (3, 0)
    quote = client.price(shop.tenant, user, "USD", shop.cart, min_index=acknowledged.index)
    check_quote(quote, shop.cart)
    assert quote.segment == "", "who has shopped in an earlier week is no newcomer"
    known = all(pb.REASON_UNKNOWN_TO_MODEL not in line.reasons for line in quote.lines[:1])
    if quote.model_version and quote.arm != "control" and known:
        assert quote.lines[0].level == pb.LEVEL_PERSONAL


def test_an_index_that_does_not_exist_yet_is_not_readable_yet(client, shop, user):
    index = client.send_events(shop.tenant, user, baskets(shop, 1)).index
    # The worker waits for the index almost to the deadline; another try may run into the deadline itself.
    with pytest.raises((Refused, Unknown)) as raised:
        client.price(shop.tenant, user, "USD", shop.cart, min_index=index + 1_000_000)
    if isinstance(raised.value, Refused):
        assert (raised.value.code, raised.value.retryable) == (124, True)


def test_events_count_once_however_often_they_are_sent(client, shop, user):
    events = baskets(shop, 3)
    client.send_events(shop.tenant, user, events)
    for _ in range(2):
        again = client.send_events(shop.tenant, user, events)
        assert (again.accepted, again.duplicates) == (0, 3)
    more = client.send_events(shop.tenant, user, events + baskets(shop, 1, first=3))
    assert (more.accepted, more.duplicates) == (1, 3)
    twice = client.send_events(shop.tenant, user, baskets(shop, 1, first=4) * 2)
    assert (twice.accepted, twice.duplicates) == (1, 1)


def test_events_of_another_shopper_with_the_same_ids_are_other_events(client, shop, user):
    events = baskets(shop, 2)
    client.send_events(shop.tenant, user, events)
    other = client.send_events(shop.tenant, user + "x", events)
    assert (other.accepted, other.duplicates) == (2, 0)


def test_a_thousand_events_fit_in_a_batch(client, shop, user):
    events = [basket_event(b"%d" % number, shop.days_ago(30), spend=1, lines=1) for number in range(1_000)]
    assert client.send_events(shop.tenant, user, events).accepted == 1_000


# Catalogue and operating


def test_a_new_product_has_a_price_as_soon_as_it_is_acknowledged(client, shop):
    for number in range(5):
        product = f"fresh-{uuid.uuid4().hex[:8]}"
        row = catalogue_row(product, list_price=300, unit_cost=100, effective_at_ms=shop.days_ago(1))
        client.send_catalogue(shop.tenant, "USD", [row])
        # Different shoppers, so different workers.
        assert client.price(shop.tenant, f"u{number}", "USD", [(product, 1)]).lines[0].list_price == 300


def test_a_new_price_takes_effect(client, shop, user):
    product = f"new-{uuid.uuid4().hex[:8]}"
    for price in (300, 250):
        row = catalogue_row(product, list_price=price, unit_cost=100, effective_at_ms=shop.days_ago(0) - price)
        wait_for_catalogue(client, client.send_catalogue(shop.tenant, "USD", [row]).index)
        assert client.price(shop.tenant, user, "USD", [(product, 1)]).lines[0].list_price == price


def test_status_names_ready_workers_and_counts_answers(client, shop, user):
    before = client.status()
    client.price(shop.tenant, user, "USD", shop.cart)
    after = client.status()
    assert before.cluster and before.router and before.partitions >= 1
    assert after.workers and all(worker.ready for worker in after.workers)
    assert sum(worker.partitions for worker in after.workers) >= after.partitions

    def priced(status):
        return status.answers.personal + status.answers.segment + status.answers.list

    assert priced(after) > priced(before)


def test_a_partition_can_be_inspected(client, shop, user):
    status = client.status()
    acknowledged = client.send_events(shop.tenant, user, baskets(shop, 1))
    assert acknowledged.partition == partition(key_hash(shop.tenant, user), status.partitions)
    inspected = client.inspect(acknowledged.partition)
    assert inspected.partition == acknowledged.partition
    assert inspected.index >= acknowledged.index and inspected.shoppers >= 1 and inspected.epoch >= 1
    assert inspected.leader in [worker.name for worker in status.workers]
    assert client.inspect(BROADCAST_PARTITION).index >= 1


def test_the_command_line(endpoint, client, shop, user, capsys):
    common = ["--endpoint", endpoint]
    cart = ["--tenant", shop.tenant, "--user", user, "--line", "1082185:2", "--line", "with a deal"]
    assert main([*common, "price", *cart]) == 0
    assert "total" in capsys.readouterr().out
    assert main([*common, "--req", "explain", *cart]) == 0
    assert "1082185" in capsys.readouterr().out
    assert main([*common, "status"]) == 0
    assert "ready" in capsys.readouterr().out
    assert main([*common, "price", "--tenant", shop.tenant, "--user", user, "--line", "nothing"]) == 1
    assert "UNKNOWN_PRODUCT" in capsys.readouterr().err
