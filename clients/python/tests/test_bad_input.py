"""Everything wrong that a client can send to a live cluster: each is refused by name, and the connection still prices.

The `client` fixture prices a cart on the same connection after every test.
"""

from __future__ import annotations

import random
import uuid
from typing import Any

import pytest
from vectors import VECTORS, body_bytes

from farthing import Client, Header, Kind, Refused, Unknown, basket_event, catalogue_row, key_hash
from farthing import pricing_pb2 as pb
from farthing.protocol import LARGEST_BODY_BYTES, LARGEST_FRAME_BYTES, new_request_id


def header(kind: int = Kind.PRICE, key: int = 0, **fields: Any) -> Header:
    values = {"kind": kind, "deadline_us": 5_000_000, "key_hash": key, "request_id": new_request_id(), **fields}
    return Header(**values)


def cart(shop, user: str = "u", **fields: Any) -> bytes:
    values = {"tenant": shop.tenant, "user": user, "currency": "USD"}
    return pb.PriceRequest(
        **{**values, "lines": [pb.CartLine(product="1082185", quantity=1)], **fields}
    ).SerializeToString()


def refused(client: Client, frames: list[bytes], request_id: int) -> Refused:
    """Sends frames as they are; they must be refused."""
    answer, body = client.exchange(frames, request_id)
    assert answer.is_refusal, f"answered with status {answer.status}"
    refusal = Refused.decode(body)
    assert refusal.code == answer.status
    assert refusal.name and refusal.place and refusal.remedy
    return refusal


# Bodies


#: Kinds whose key hash is a user's, or is not looked at.
SHOPPERS_KINDS = range(Kind.PRICE, Kind.STATUS)


@pytest.mark.parametrize(
    "vector", [v for v in VECTORS["broken_bodies"] if v["kind"] in SHOPPERS_KINDS], ids=lambda v: v["name"]
)
def test_a_broken_body(client, vector):
    request = header(vector["kind"], key_hash("demo", "2337"))
    refusal = refused(client, [request.encode(), body_bytes(vector)], request.request_id)
    assert refusal.code == vector["code"]
    # The router measures a body before a worker reads it, and says the same.
    assert refusal.place == vector["place"]
    assert not refusal.retryable


@pytest.mark.parametrize("kind", [Kind.REPORT, Kind.ASSIGN, Kind.LEAD, Kind.PROBE])
def test_what_only_workers_and_routers_say(client, kind):
    request = header(kind, key_hash("demo", "2337"))
    assert refused(client, [request.encode(), b""], request.request_id).code == 103


def test_an_unknown_product(client, shop):
    with pytest.raises(Refused) as raised:
        client.price(shop.tenant, "u", "USD", [("1082185", 1), ("no such thing", 1)])
    assert (raised.value.code, raised.value.place, raised.value.value) == (204, "lines[1].product", "no such thing")


def test_a_product_of_another_tenant(client, shop):
    with pytest.raises(Refused, match="UNKNOWN_PRODUCT"):
        client.price(shop.tenant + "x", "u", "USD", shop.cart)


def test_a_currency_the_product_is_not_priced_in(client, shop):
    with pytest.raises(Refused, match="CURRENCY_MISMATCH"):
        client.price(shop.tenant, "u", "EUR", [("1082185", 1)])


def test_a_catalogue_batch_is_taken_whole_or_not_at_all(client, shop):
    product = f"half-{uuid.uuid4().hex[:8]}"
    good = catalogue_row(product, list_price=100, unit_cost=50, effective_at_ms=0)
    blank = catalogue_row("blank", list_price=None, unit_cost=50, effective_at_ms=0)
    with pytest.raises(Refused) as raised:
        client.send_catalogue(shop.tenant, "USD", [good, blank])
    assert (raised.value.code, raised.value.place) == (220, "rows[1].list_price")
    with pytest.raises(Refused, match="UNKNOWN_PRODUCT"):
        client.price(shop.tenant, "u", "USD", [(product, 1)])


def test_a_batch_with_one_bad_event_counts_none(client, shop):
    user = f"user-{uuid.uuid4().hex}"
    good = basket_event(b"good", shop.days_ago(10), spend=1, lines=1)
    bad = basket_event(b"bad", shop.days_ago(10), spend=-1, lines=1)
    with pytest.raises(Refused) as raised:
        client.send_events(shop.tenant, user, [good, bad])
    assert raised.value.place == "events[1].basket.spend"
    assert client.send_events(shop.tenant, user, [good]).accepted == 1


@pytest.mark.parametrize("path", ["/no/such/bundle", "/", "/etc/hostname", "\n", "x" * 4_096, "x" * 4_097])
def test_a_bundle_that_is_none_is_not_activated(client, path):
    model = [worker.model_version for worker in client.status().workers]
    with pytest.raises(Refused) as raised:
        client.activate(path)
    assert raised.value.code == (230 if len(path) <= 4_096 else 200)
    assert [worker.model_version for worker in client.status().workers] == model


def test_an_event_from_the_future(client, shop):
    event = basket_event(b"too early", shop.days_ago(-2), spend=1, lines=1)
    with pytest.raises(Refused) as raised:
        client.send_events(shop.tenant, "u", [event])
    assert (raised.value.code, raised.value.place) == (210, "events[0].occurred_at_ms")


def test_a_value_of_a_megabyte_is_not_repeated_to_the_sender(client, shop):
    giant = "a" + "\u0301" * 500_000
    request = header(key=key_hash(giant, "u"))
    answer, body = client.exchange([request.encode(), cart(shop, tenant=giant)], request.request_id)
    assert answer.status == 200 and len(body) < 2_000


# Headers and frames


@pytest.mark.parametrize("vector", VECTORS["broken_headers"], ids=lambda v: v["name"])
def test_a_broken_header(client, shop, vector):
    frame = bytes.fromhex(vector["hex"])
    request_id = _id_of(frame)
    if not frame:
        # An empty first frame is a REQ envelope; the header then is the empty frame behind it.
        refusal = refused(client, [b"", frame, cart(shop)], request_id)
    else:
        refusal = refused(client, [frame, cart(shop)], request_id)
    assert (refusal.code, refusal.place) == (vector["code"], vector["place"])


@pytest.mark.parametrize("count", [1, 3, 4, 50])
def test_another_number_of_frames(client, shop, count):
    request = header()
    frames = [request.encode(), *[cart(shop)] * (count - 1)]
    assert refused(client, frames, request.request_id).code == 104


def test_frames_with_nothing_in_them(client):
    assert refused(client, [b""], 0).code == 101
    assert refused(client, [b"", b""], 0).code == 101
    assert refused(client, [b"", b"", b"", b""], 0).code == 101


@pytest.mark.parametrize("deadline_us", [0, 60_000_001, 2**32 - 1])
def test_a_deadline_that_is_over_or_too_far_away(client, shop, deadline_us):
    request = header(key=key_hash(shop.tenant, "u"), deadline_us=deadline_us)
    assert refused(client, [request.encode(), cart(shop)], request.request_id).code == 120


@pytest.mark.parametrize("wrong", [1, 1 << 63, 0xFFFF])
def test_a_key_hash_of_somebody_else(client, shop, wrong):
    request = header(key=key_hash(shop.tenant, "u") ^ wrong)
    refusal = refused(client, [request.encode(), cart(shop)], request.request_id)
    assert (refusal.code, refusal.name) == (108, "MISROUTED")
    assert f"{key_hash(shop.tenant, 'u'):016x}" in refusal.remedy


def test_a_partition_that_does_not_exist(client):
    for number in (client.status().partitions, 65_534):
        with pytest.raises(Refused, match="MISROUTED"):
            client.inspect(number)
    request = header(Kind.INSPECT, key=2**64 - 1)
    assert refused(client, [request.encode(), b""], request.request_id).code == 108


@pytest.mark.parametrize("kind,is_reply", [(Kind.REPORT, False), (Kind.PRICE, True), (Kind.EVENTS, True)])
def test_what_only_workers_say(client, shop, kind, is_reply):
    request = header(kind, is_reply=is_reply)
    assert refused(client, [request.encode(), cart(shop)], request.request_id).code == 103


def test_a_body_of_exactly_the_largest_size_is_read(client, shop):
    filler = LARGEST_BODY_BYTES - len(cart(shop))
    # An unknown field of bytes: two bytes of tag, four of length.
    padding = b"\xfa\x3e" + _varint(filler - 5) + b"\0" * (filler - 5)
    body = cart(shop) + padding
    assert len(body) == LARGEST_BODY_BYTES
    request = header(key=key_hash(shop.tenant, "u"))
    answer, _ = client.exchange([request.encode(), body], request.request_id)
    assert not answer.is_refusal
    request = header(key=key_hash(shop.tenant, "u"))
    assert refused(client, [request.encode(), body + b"\0"], request.request_id).code == 105


def test_a_frame_beyond_sixteen_mebibytes_ends_its_connection_and_no_other(endpoint, client, shop):
    with Client(endpoint, deadline_ms=300) as greedy:
        request = header()
        with pytest.raises(Unknown):
            greedy.exchange([request.encode(), b"\0" * (LARGEST_FRAME_BYTES + 1)], request.request_id)
        check = client.price(shop.tenant, "u", "USD", shop.cart)
        assert check.lines
        for _ in range(20):
            try:
                assert greedy.price(shop.tenant, "u", "USD", shop.cart).lines
                break
            except Unknown:
                continue  # still connecting again
        else:
            pytest.fail("the connection did not come back")


# Fuzzing


KINDS = [
    Kind.PRICE,
    Kind.EVENTS,
    Kind.CATALOGUE,
    Kind.EXPLAIN,
    Kind.VERIFY,
    Kind.ACTIVATE,
    Kind.STATUS,
    Kind.INSPECT,
    Kind.FREEZE,
    Kind.FREEZES,
    Kind.STOCK,
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_random_bodies_are_answered(client, kind):
    chance = random.Random(int(kind))
    for _ in range(100):
        request = header(kind, key=chance.randrange(16) if kind == Kind.INSPECT else chance.getrandbits(64))
        answer, _ = client.exchange([request.encode(), chance.randbytes(chance.randrange(400))], request.request_id)
        # Nobody reads the bodies of these two.
        assert answer.is_refusal or kind in (Kind.STATUS, Kind.INSPECT)


@pytest.mark.parametrize("seed", range(4))
def test_mutated_requests_are_answered(client, shop, seed):
    chance = random.Random(seed)
    user = f"fuzz-{seed}"
    token = client.price(shop.tenant, user, "USD", shop.cart).token
    event = basket_event(b"id", shop.days_ago(10), spend=5, lines=1, items=[("1082185", 1, 5)])
    bodies = {
        Kind.PRICE: cart(shop, user),
        Kind.EXPLAIN: cart(shop, user),
        Kind.EVENTS: pb.EventBatch(tenant=shop.tenant, user=user, events=[event]).SerializeToString(),
        Kind.VERIFY: pb.VerifyRequest(tenant=shop.tenant, user=user, token=token).SerializeToString(),
    }
    for _ in range(100):
        for kind, body in bodies.items():
            request = header(kind, key_hash(shop.tenant, user))
            answer, _ = client.exchange([request.encode(), _mutated(body, chance)], request.request_id)
            assert answer.is_reply and answer.kind == kind


@pytest.mark.parametrize("seed", range(4))
def test_mutated_headers_are_answered(client, shop, seed):
    chance = random.Random(seed)
    for _ in range(100):
        frame = bytearray(header(key=key_hash(shop.tenant, "u"), deadline_us=1_000_000).encode())
        for _ in range(chance.randrange(1, 4)):
            # The id stays, so that the answer can be told; so does the deadline's size.
            position = chance.choice([*range(0, 10), *range(12, 24), *range(40, 56)])
            frame[position] = chance.randrange(256)
        client.exchange([bytes(frame), cart(shop)], _id_of(bytes(frame)))


def _id_of(frame: bytes) -> int:
    """The request id that an answer to this header frame carries: none when it is too short to hold one."""
    if len(frame) < 40:
        return 0
    return int.from_bytes(frame[24:32], "little") << 64 | int.from_bytes(frame[32:40], "little")


def _mutated(body: bytes, chance: random.Random) -> bytes:
    data = bytearray(body)
    for _ in range(chance.randrange(1, 5)):
        position = chance.randrange(len(data) + 1)
        edit = chance.randrange(3)
        if edit == 0:
            data[position : position + chance.randrange(8)] = b""
        elif edit == 1:
            data.insert(position, chance.choice([0, 1, 0x7F, 0x80, 0xFF]))
        elif position < len(data):
            data[position] ^= 1 << chance.randrange(8)
    return bytes(data)


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
