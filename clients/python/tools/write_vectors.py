"""Writes Tests/WireTests/Vectors/wire-vectors.json: what every implementation of the protocol must agree on.

Run from anywhere: `python clients/python/tools/write_vectors.py`. The Swift tests (Tests/WireTests) and the Python
tests read the file; a change of any existing entry is a change of the protocol.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "clients/python/src"), str(ROOT / "clients/python/tests")]

from google.protobuf.message import Message  # noqa: E402
from meaning import meaning  # noqa: E402

from farthing import Header, Kind, Priority, basket_event, catalogue_row, key_hash, partition, worker_hash  # noqa: E402
from farthing import pricing_pb2 as pb  # noqa: E402

FILE = ROOT / "Tests/WireTests/Vectors/wire-vectors.json"
Entry = dict[str, Any]


def main() -> None:
    vectors = {
        "about": "Test vectors of the wire protocol; docs/wire.md explains them. Bytes are hexadecimal.",
        "key_hashes": key_hashes(),
        "partitions": partitions(),
        "headers": headers(),
        "broken_headers": broken_headers(),
        "bodies": [body(message) for message in bodies()],
        "broken_bodies": broken_bodies(),
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(vectors, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {FILE}")


# Hashes


def key_hashes() -> list[Entry]:
    pairs = [
        ("", ""),
        ("demo", ""),
        ("", "demo"),
        ("demo", "2337"),
        ("demo", "2338"),
        ("a", "bc"),
        ("ab", "c"),
        ("demo", " 2337"),
        ("boutique", "zoë"),
        ("超市", "顾客一号"),
        ("🛒", "👩‍🍳"),
        ("t" * 64, "u" * 64),
        ("tenant", "x" * 1_000),
    ]
    return [
        {
            "tenant": tenant,
            "user": user,
            "hash": f"{key_hash(tenant, user):016x}",
            "partition_of_16": partition(key_hash(tenant, user), 16),
            "partition_of_256": partition(key_hash(tenant, user), 256),
        }
        for tenant, user in pairs
    ]


def partitions() -> list[Entry]:
    keys = [0, 1, 2**56 - 1, 2**56, 2**60 - 1, 2**60, 2**63, 2**64 - 1]
    return [
        {"hash": f"{key:016x}", "of": count, "partition": partition(key, count)}
        for count in (1, 3, 16, 256, 1024)
        for key in keys
    ]


# Headers

REQUEST_ID = 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210


def header(name: str, value: Header) -> Entry:
    return {
        "name": name,
        "hex": value.encode().hex(),
        "kind": int(value.kind),
        "reply": value.is_reply,
        "priority": int(value.priority),
        "deadline_us": value.deadline_us,
        "status": value.status,
        "key_hash": f"{value.key_hash:016x}",
        "request_id": f"{value.request_id:032x}",
        "index": value.index,
        "tag": value.tag,
    }


def headers() -> list[Entry]:
    key = key_hash("demo", "2337")

    def make(kind: int, **fields: Any) -> Header:
        return Header(**{"kind": kind, "deadline_us": 2_000_000, "key_hash": key, "request_id": REQUEST_ID, **fields})

    return [
        header("a price request", make(Kind.PRICE)),
        header("a price request that reads its own write", make(Kind.PRICE, index=41, deadline_us=50_000)),
        header("a price request with a tag of the sender's", make(Kind.PRICE, tag=0x1122_3344_5566_7788)),
        header("events", make(Kind.EVENTS, priority=Priority.EVENT)),
        header("a catalogue", make(Kind.CATALOGUE, priority=Priority.EVENT, key_hash=0)),
        header("an explanation, for browsing", make(Kind.EXPLAIN, priority=Priority.BROWSE)),
        header("a token to verify, at the longest deadline", make(Kind.VERIFY, deadline_us=60_000_000)),
        header("an activation", make(Kind.ACTIVATE, priority=Priority.COMMIT, key_hash=0)),
        header("status", make(Kind.STATUS, priority=Priority.COMMIT, key_hash=0)),
        header("inspection of the broadcast partition", make(Kind.INSPECT, key_hash=65_535)),
        header("a checkpoint", make(Kind.CHECKPOINT, priority=Priority.COMMIT, key_hash=5)),
        header("a freeze", make(Kind.FREEZE, priority=Priority.COMMIT, key_hash=0)),
        header("what stock is worth", make(Kind.STOCK, priority=Priority.EVENT, key_hash=0)),
        header("a question for freezes", make(Kind.FREEZES, priority=Priority.COMMIT, key_hash=0)),
        header("a worker that shall drain", make(Kind.DRAIN, priority=Priority.COMMIT, key_hash=worker_hash("w1"))),
        header("a shadow request", make(Kind.PRICE, priority=Priority.SHADOW)),
        header(
            "a worker's report", make(Kind.REPORT, priority=Priority.COMMIT, key_hash=0, request_id=0, deadline_us=0)
        ),
        header("an assignment", make(Kind.ASSIGN, priority=Priority.COMMIT, key_hash=0, request_id=0, deadline_us=0)),
        header(
            "a request to lead partition 5 after epoch 3",
            make(Kind.LEAD, priority=Priority.COMMIT, key_hash=5, request_id=0, deadline_us=0, index=3),
        ),
        header("a probe", make(Kind.PROBE, priority=Priority.COMMIT, key_hash=0, request_id=0, deadline_us=0)),
        header(
            "every field at its largest",
            make(
                Kind.REPORT,
                is_reply=True,
                priority=Priority.SHADOW,
                deadline_us=2**32 - 1,
                status=302,
                key_hash=2**64 - 1,
                request_id=2**128 - 1,
                index=2**64 - 1,
                tag=2**64 - 1,
            ),
        ),
        header("a personal price", make(Kind.PRICE, is_reply=True, status=0, index=41)),
        header("a segment price", make(Kind.PRICE, is_reply=True, status=1)),
        header("a list price", make(Kind.PRICE, is_reply=True, status=2)),
        header("acknowledged events", make(Kind.EVENTS, is_reply=True, priority=Priority.EVENT, index=42)),
        header("a refused price", make(Kind.PRICE, is_reply=True, status=204)),
        header("an unknown outcome", make(Kind.EVENTS, is_reply=True, status=121)),
        header("not the leader, since epoch 4", make(Kind.EVENTS, is_reply=True, status=126, index=4)),
        header("a request that two workers did not survive", make(Kind.PRICE, is_reply=True, status=127)),
        header("an acknowledged checkpoint", make(Kind.CHECKPOINT, is_reply=True, priority=Priority.COMMIT, index=43)),
    ]


def broken_headers() -> list[Entry]:
    good = Header(kind=Kind.PRICE, deadline_us=2_000_000, key_hash=7, request_id=REQUEST_ID).encode()

    def with_byte(offset: int, value: int) -> bytes:
        return good[:offset] + bytes([value]) + good[offset + 1 :]

    def broken(name: str, data: bytes, code: int, place: str) -> Entry:
        return {"name": name, "hex": data.hex(), "code": code, "place": place}

    return [
        broken("no bytes", b"", 101, "header[0..<4]"),
        broken("three bytes", good[:3], 101, "header[0..<4]"),
        broken("another magic", b"HTTP" + good[4:], 101, "header[0..<4]"),
        broken("the magic alone", good[:4], 100, "header"),
        broken("one byte short", good[:55], 100, "header"),
        broken("one byte long", good + b"\0", 100, "header"),
        broken("version 0", with_byte(4, 0), 102, "header[4]"),
        broken("version 2", with_byte(4, 2), 102, "header[4]"),
        broken("kind 0", with_byte(5, 0), 103, "header[5]"),
        broken("kind 14", with_byte(5, 14), 103, "header[5]"),
        broken("kind 36", with_byte(5, 36), 103, "header[5]"),
        broken("a reply of kind 127", with_byte(5, 255), 103, "header[5]"),
        broken("priority 5", with_byte(6, 5), 106, "header[6]"),
        broken("priority 255", with_byte(6, 255), 106, "header[6]"),
        broken("a request with a status", with_byte(12, 1), 106, "header[12..<14]"),
    ]


# Bodies


def body(message: Message) -> Entry:
    return {
        "message": message.DESCRIPTOR.name,
        "hex": message.SerializeToString(deterministic=True).hex(),
        "meaning": meaning(message),
    }


def bodies() -> list[Message]:
    quote_id = bytes(range(16))
    reply = pb.PriceReply(
        quote_id=quote_id,
        issued_at_ms=1_700_000_000_000,
        expires_at_ms=1_700_000_900_000,
        currency="USD",
        level=pb.LEVEL_SEGMENT,
        model_version=0xFEDC_BA98_7654_3210,
        arm="treatment",
        segment="newcomers",
        total=857,
        token=b"\x01\x02\xff",
        lines=[
            pb.PricedLine(
                product="1082185",
                quantity=2,
                list_price=219,
                personal_price=199,
                unit_price=199,
                total=398,
                level=pb.LEVEL_PERSONAL,
                reasons=[pb.REASON_OPTIMUM, pb.REASON_SMOOTHED],
            ),
            pb.PricedLine(
                product="牛奶",
                quantity=1,
                list_price=500,
                personal_price=480,
                unit_price=459,
                total=459,
                level=pb.LEVEL_SEGMENT,
                reasons=[pb.REASON_UNKNOWN_SHOPPER, pb.REASON_PUBLIC_DEAL],
                promotion=pb.PromotionSlot(id="deal", unit_price=459, ends_at_ms=1_700_000_500_000, applied=True),
            ),
        ],
    )
    unsigned = pb.PriceReply()
    unsigned.CopyFrom(reply)
    unsigned.ClearField("token")
    replicas = [
        pb.Replica(partition=0),
        pb.Replica(partition=5, role=1, epoch=3, index=42, checkpoint_index=40, checkpoint_hash=2**64 - 1),
        pb.Replica(partition=6, role=2, epoch=2**64 - 1, index=2**64 - 1),
        pb.Replica(partition=65_535, role=3, epoch=1, index=9, checkpoint_index=9, checkpoint_hash=0),
    ]
    return [
        pb.PriceRequest(tenant="demo", user="2337", currency="USD", lines=[pb.CartLine(product="1082185", quantity=2)]),
        pb.PriceRequest(
            tenant="超市",
            user="zoë",
            currency="JPY",
            lines=[pb.CartLine(product="牛奶", quantity=1), pb.CartLine(product="x" * 64, quantity=10_000)],
        ),
        reply,
        pb.ExplainReply(
            quote=unsigned,
            lines=[
                pb.LineExplanation(
                    product="1082185",
                    list_price=219,
                    unit_cost=120,
                    reference_price=209.5,
                    intercept=-1.25,
                    slope=2.5,
                    centre=0.0625,
                    elasticity=-1.75,
                    probability=0.25,
                    probability_at_list=0.125,
                    optimum=187.5,
                    steps=[
                        pb.PriceStep(reason=pb.REASON_OPTIMUM, price=188),
                        pb.PriceStep(reason=pb.REASON_SMOOTHED, price=199),
                    ],
                    features=[pb.FeatureValue(name="trips", value=12), pb.FeatureValue(name="share", value=0.5)],
                )
            ],
        ),
        pb.ExplainReply(
            quote=unsigned,
            lines=[
                pb.LineExplanation(
                    product="牛奶",
                    list_price=500,
                    unit_cost=300,
                    reference_price=480,
                    slope=4,
                    knots=[-0.125, 0],
                    gradients=[0.5, 1, 2.25],
                    ceiling=0.75,
                    sharpness=4,
                    lowest_choice=0.8125,
                    highest_choice=1.125,
                    unit_worth=pb.Amount(),
                ),
            ],
        ),
        pb.VerifyRequest(tenant="demo", user="2337", token=b"\x00\x01\xfe\xff"),
        pb.VerifyReply(
            quote_id=quote_id,
            expires_at_ms=1_700_000_900_000,
            currency="USD",
            model_version=7,
            lines=[pb.VerifyLine(product="1082185", quantity=2, unit_price=199)],
            total=398,
        ),
        pb.EventBatch(
            tenant="demo",
            user="2337",
            events=[
                basket_event(
                    b"receipt-1", 1_700_000_000_000, spend=1_250, lines=6, deal_lines=2, items=[("1082185", 2, 398)]
                ),
                basket_event(b"\x00\xff", 0, spend=0, lines=0),
            ],
        ),
        pb.EventAck(partition=5, index=42, accepted=1, duplicates=1),
        pb.CatalogueBatch(
            tenant="demo",
            currency="USD",
            rows=[
                catalogue_row(
                    "1082185",
                    name="Bananas",
                    category="Tropical fruit",
                    list_price=219,
                    unit_cost=120,
                    minimum_price=99,
                    deal=(189, 1_700_000_500_000),
                    display_share=0.25,
                    mailer_share=1,
                    effective_at_ms=1_690_000_000_000,
                ),
                catalogue_row("free sample", list_price=1, unit_cost=0, effective_at_ms=0),
            ],
        ),
        pb.CatalogueAck(index=9, accepted=2),
        pb.StockValueBatch(
            tenant="demo",
            currency="USD",
            values=[
                pb.StockValue(product="1082185", worth=pb.Amount(minor=165), until_ms=1_700_086_400_000),
                pb.StockValue(product="牛奶", worth=pb.Amount()),
            ],
        ),
        pb.ActivateRequest(path="/var/lib/farthing/model.bundle"),
        pb.ActivateRequest(checksum=0xDEAD_BEEF_DEAD_BEEF),
        pb.ActivateRequest(path="/var/lib/farthing/next.bundle", trial=True, share_per_mille=50),
        pb.ActivateRequest(checksum=1, trial=True),
        pb.ActivateRequest(trial=True),
        pb.ActivateReply(index=10, version=0x8000_0000_0000_0001, checksum=0xDEAD_BEEF_DEAD_BEEF),
        pb.FreezeRequest(tenant="demo", product="1082185", until_ms=1_700_086_400_000, reason="decimal slip"),
        pb.FreezeReply(index=11),
        pb.FreezesRequest(tenant="demo"),
        pb.FreezesRequest(tenant="demo", after="1082185"),
        pb.FreezesReply(),
        pb.FreezesReply(
            freezes=[
                pb.Freeze(
                    product="1082185",
                    until_ms=1_700_086_400_000,
                    reason="decimal slip",
                    frozen_at_ms=1_700_000_000_000,
                ),
                pb.Freeze(product="naïve", until_ms=1_700_086_400_001, reason="an operator", frozen_at_ms=1),
            ],
            more=True,
        ),
        pb.StatusRequest(),
        pb.StatusReply(
            cluster="farthing",
            router="r1",
            uptime_ms=12_345,
            partitions=16,
            in_flight=3,
            answers=pb.AnswerCounts(personal=1, segment=2, list=3, refused=4, other=5),
            workers=[
                pb.WorkerStatus(
                    name="w1",
                    ready=True,
                    silent_ms=12,
                    partitions=6,
                    answered=10,
                    in_flight=2,
                    model_version=7,
                    catalogue_products=50,
                    broadcast_index=3,
                ),
                pb.WorkerStatus(name="w2", problem="has not reported"),
            ],
        ),
        pb.StatusReply(
            cluster="farthing",
            router="r2",
            uptime_ms=12_345,
            partitions=16,
            answers=pb.AnswerCounts(),
            workers=[
                pb.WorkerStatus(
                    name="w2", ready=True, partitions=1, weight=100, draining=True, silent_ms=3, replicas=replicas
                )
            ],
        ),
        pb.InspectRequest(partition=65_535),
        pb.PartitionStatus(partition=5, leader="w1", index=42, epoch=3, shoppers=17, state_hash=2**64 - 1),
        pb.WorkerReport(name="w3", ready=True, frozen_products=300),
        pb.WorkerReport(
            name="w1",
            ready=True,
            model_version=7,
            catalogue_products=50,
            broadcast_index=3,
            answered=10,
            problem="",
        ),
        pb.WorkerReport(
            name="w2",
            ready=True,
            model_version=7,
            catalogue_products=50,
            broadcast_index=3,
            answered=10,
            problem="the disk is full",
            weight=100,
            draining=True,
            replicas=replicas,
        ),
        pb.WorkerReport(
            name="w3",
            ready=True,
            model_version=7,
            weight=100,
            models=pb.Models(
                checksum=2**64 - 1,
                previous_version=6,
                previous_checksum=5,
                trial=pb.Trial(
                    version=8,
                    checksum=0x8000_0000_0000_0000,
                    share_per_mille=50,
                    loaded=True,
                    lines=1_000,
                    lower=300,
                    higher=200,
                    moved_millionths=12_345_678,
                    serving_millionths=150_000_000,
                    trial_millionths=149_000_000,
                ),
            ),
        ),
        pb.WorkerReport(name="w4", models=pb.Models(checksum=1, trial=pb.Trial(version=9, checksum=3))),
        pb.WorkerReport(name="w5", busy_permille=1_000),
        pb.StatusReply(
            cluster="farthing",
            router="r1",
            answers=pb.AnswerCounts(),
            workers=[pb.WorkerStatus(name="w5", busy_permille=950)],
        ),
        pb.Assignment(),
        pb.Assignment(partitions=[0, 5, 300, 1_023]),
        pb.CheckpointRequest(partition=5),
        pb.CheckpointRequest(partition=65_535),
        pb.CheckpointAck(index=43),
        pb.DrainRequest(worker="w1", drain=True),
        pb.DrainRequest(worker="w1"),
        pb.DrainReply(led=4),
        pb.DrainReply(),
        pb.Refusal(
            code=204,
            name="UNKNOWN_PRODUCT",
            place="lines[0].product",
            value="1082185x",
            remedy="Send a catalogue row for it first, or leave the line out and sell it at its list price.",
        ),
        pb.Refusal(code=126, name="NOT_LEADER", place="partition 5", value="epoch 4", remedy="Ask the leader."),
        pb.Refusal(code=127, name="QUARANTINED", place="request", remedy="Do not send it again."),
        pb.Refusal(code=122, name="OVERLOADED", place="router r1", value="", remedy="Ask again later.", retryable=True),
    ]


# Broken bodies


def broken_bodies() -> list[Entry]:
    return [*broken_carts(), *broken_events(), *broken_catalogues(), *broken_peers(), *broken_bytes()]


def broken(name: str, kind: Kind, message: Message, code: int, place: str) -> Entry:
    return {"name": name, "kind": int(kind), "hex": message.SerializeToString().hex(), "code": code, "place": place}


def repeated(name: str, kind: Kind, data: bytes, times: int, code: int, *, prefix: bytes = b"") -> Entry:
    """Bytes too many to write down: `prefix`, then `data` so many times."""
    return {
        "name": name,
        "kind": int(kind),
        "prefix": prefix.hex(),
        "hex": data.hex(),
        "times": times,
        "code": code,
        "place": "body",
    }


def broken_carts() -> list[Entry]:
    def cart(name: str, code: int, place: str, **fields: Any) -> Entry:
        good = {
            "tenant": "demo",
            "user": "2337",
            "currency": "USD",
            "lines": [pb.CartLine(product="1082185", quantity=1)],
        }
        return broken(name, Kind.PRICE, pb.PriceRequest(**{**good, **fields}), code, place)

    def line(name: str, code: int, place: str, product: str = "1082185", quantity: int = 1) -> Entry:
        good = pb.CartLine(product="1082185", quantity=1)
        return cart(name, code, f"lines[1].{place}", lines=[good, pb.CartLine(product=product, quantity=quantity)])

    return [
        cart("a cart without lines", 201, "lines", lines=[]),
        cart("101 lines", 202, "lines", lines=[pb.CartLine(product="1082185", quantity=1)] * 101),
        cart("no tenant", 200, "tenant", tenant=""),
        cart("a tenant of 65 bytes", 200, "tenant", tenant="t" * 65),
        cart("no user", 200, "user", user=""),
        cart("a user of 65 bytes in 33 characters", 200, "user", user="é" * 32 + "u"),
        cart("no currency", 205, "currency", currency=""),
        cart("a currency that is none", 205, "currency", currency="XXX"),
        cart("a currency in small letters", 205, "currency", currency="usd"),
        line("no product", 200, "product", product=""),
        line("a product of 65 bytes", 200, "product", product="p" * 65),
        line("quantity 0", 203, "quantity", quantity=0),
        line("quantity -1", 203, "quantity", quantity=-1),
        line("quantity 10001", 203, "quantity", quantity=10_001),
        line("the largest quantity there is", 203, "quantity", quantity=2**63 - 1),
        line("the smallest quantity there is", 203, "quantity", quantity=-(2**63)),
    ]


def broken_events() -> list[Entry]:
    def batch(name: str, code: int, place: str, events: list[pb.Event]) -> Entry:
        return broken(name, Kind.EVENTS, pb.EventBatch(tenant="demo", user="2337", events=events), code, place)

    def event(name: str, place: str, code: int = 210, *, item: tuple | None = None, **fields: Any) -> Entry:
        good = {"event_id": b"id", "occurred_at_ms": 1_700_000_000_000, "spend": 100, "lines": 1, "deal_lines": 0}
        items = [("1082185", 1, 100)] + ([item] if item else [])
        value = basket_event(**{"items": items, **good, **fields})
        return batch(name, code, f"events[0].{place}", [value])

    price_cap = 100_000_000_000
    return [
        batch("no events", 211, "events", []),
        batch("1001 events", 211, "events", [basket_event(b"id", 0, spend=0, lines=0)] * 1_001),
        batch("an event without content", 210, "events[0]", [pb.Event(event_id=b"id", occurred_at_ms=1)]),
        event("an event without id", "event_id", event_id=b""),
        event("an event id of 65 bytes", "event_id", event_id=b"i" * 65),
        event("a time before 1970", "occurred_at_ms", occurred_at_ms=-1),
        event("a time after 9999", "occurred_at_ms", occurred_at_ms=253_402_300_800_000),
        event("a negative spend", "basket.spend", spend=-1),
        event("a spend above the largest price", "basket.spend", spend=price_cap + 1),
        event("more deal lines than lines", "basket.deal_lines", deal_lines=2),
        event("1001 items", "basket.items", items=[("p", 1, 0)] * 1_001),
        event("an item without product", "basket.items[1].product", 200, item=("", 1, 1)),
        event("an item of a product of 65 bytes", "basket.items[1].product", 200, item=("p" * 65, 1, 1)),
        event("an item of quantity 0", "basket.items[1].quantity", item=("p", 0, 1)),
        event("an item of quantity 10001", "basket.items[1].quantity", item=("p", 10_001, 1)),
        event("an item paid with less than nothing", "basket.items[1].paid", item=("p", 1, -1)),
        event("an item paid with too much", "basket.items[1].paid", item=("p", 1, price_cap + 1)),
    ]


def broken_catalogues() -> list[Entry]:
    def batch(name: str, code: int, place: str, **fields: Any) -> Entry:
        good = {"tenant": "demo", "currency": "USD", "rows": [valid_row()]}
        return broken(name, Kind.CATALOGUE, pb.CatalogueBatch(**{**good, **fields}), code, place)

    def valid_row(**fields: Any) -> pb.CatalogueRow:
        good = {"product": "p", "list_price": 100, "unit_cost": 50, "effective_at_ms": 0}
        return catalogue_row(**{**good, **fields})

    def row(name: str, place: str, code: int = 220, /, **fields: Any) -> Entry:
        return batch(name, code, f"rows[1].{place}", rows=[valid_row(), valid_row(**fields)])

    price_cap = 100_000_000_000
    return [
        batch("no rows", 221, "rows", rows=[]),
        batch("1001 rows", 221, "rows", rows=[valid_row()] * 1_001),
        batch("a catalogue without tenant", 200, "tenant", tenant=""),
        batch("a catalogue in no currency", 205, "currency", currency="XXX"),
        row("a blank list price", "list_price", list_price=None),
        row("a list price of zero", "list_price", list_price=0),
        row("a negative list price", "list_price", list_price=-1),
        row("a list price above the largest price", "list_price", list_price=price_cap + 1),
        row("a blank unit cost", "unit_cost", unit_cost=None),
        row("a negative unit cost", "unit_cost", unit_cost=-1),
        row("a unit cost above the largest price", "unit_cost", unit_cost=price_cap + 1),
        row("a minimum price of zero", "minimum_price", minimum_price=0),
        row("a minimum price above the list price", "minimum_price", minimum_price=101),
        row("a negative deal", "deal.price", deal=(-1, 0)),
        row("a deal that ends before 1970", "deal.ends_at_ms", deal=(90, -1)),
        row("a row without product", "product", 200, product=""),
        row("a name of 129 bytes", "name", 200, name="n" * 129),
        row("a category of 129 bytes", "category", 200, category="c" * 129),
        row("a display share above 1", "display_share", display_share=1.5),
        row("a negative display share", "display_share", display_share=-0.5),
        row("a display share that is not a number", "display_share", display_share=float("nan")),
        row("a mailer share that is infinite", "mailer_share", mailer_share=float("inf")),
        row("a row from before 1970", "effective_at_ms", effective_at_ms=-1),
        row("a row from after 9999", "effective_at_ms", effective_at_ms=253_402_300_800_000),
        batch(
            "a deal without price",
            220,
            "rows[0].deal.price",
            rows=[pb.CatalogueRow(product="p", list_price=pb.Amount(minor=100), unit_cost=pb.Amount(), deal=pb.Deal())],
        ),
    ]


def broken_peers() -> list[Entry]:
    role = pb.WorkerReport(name="w1", replicas=[pb.Replica(), pb.Replica(role=4)])
    return [
        broken(
            "a checkpoint of a partition that cannot be",
            Kind.CHECKPOINT,
            pb.CheckpointRequest(partition=65_536),
            106,
            "partition",
        ),
        broken("stock of nothing", Kind.STOCK, pb.StockValueBatch(tenant="t", currency="USD"), 221, "values"),
        broken(
            "stock in no currency",
            Kind.STOCK,
            pb.StockValueBatch(tenant="t", values=[pb.StockValue(product="p", worth=pb.Amount())]),
            205,
            "currency",
        ),
        broken(
            "stock of a worth that is blank",
            Kind.STOCK,
            pb.StockValueBatch(tenant="t", currency="USD", values=[pb.StockValue(product="p")]),
            232,
            "values[0].worth",
        ),
        broken(
            "stock of a worth below nothing",
            Kind.STOCK,
            pb.StockValueBatch(
                tenant="t", currency="USD", values=[pb.StockValue(product="p", worth=pb.Amount(minor=-1))]
            ),
            232,
            "values[0].worth",
        ),
        broken(
            "stock until after the year 9999",
            Kind.STOCK,
            pb.StockValueBatch(
                tenant="t",
                currency="USD",
                values=[pb.StockValue(product="p", worth=pb.Amount(), until_ms=253_402_300_800_000)],
            ),
            232,
            "values[0].until_ms",
        ),
        broken("a freeze of nothing", Kind.FREEZE, pb.FreezeRequest(tenant="t", reason="r"), 200, "product"),
        broken("a freeze for no reason", Kind.FREEZE, pb.FreezeRequest(tenant="t", product="p"), 231, "reason"),
        broken(
            "a freeze for a reason of two lines",
            Kind.FREEZE,
            pb.FreezeRequest(tenant="t", product="p", reason="a\nb"),
            231,
            "reason",
        ),
        broken(
            "a freeze for a reason that is too long",
            Kind.FREEZE,
            pb.FreezeRequest(tenant="t", product="p", reason="x" * 201),
            200,
            "reason",
        ),
        broken(
            "a freeze until after the year 9999",
            Kind.FREEZE,
            pb.FreezeRequest(tenant="t", product="p", until_ms=253_402_300_800_000, reason="r"),
            231,
            "until_ms",
        ),
        broken("freezes of nobody", Kind.FREEZES, pb.FreezesRequest(), 200, "tenant"),
        broken("a drain of nobody", Kind.DRAIN, pb.DrainRequest(drain=True), 200, "worker"),
        broken("a role that is none", Kind.REPORT, role, 106, "replicas[1].role"),
        broken("an assignment of what cannot be", Kind.ASSIGN, pb.Assignment(partitions=[1, 65_536]), 106, "partition"),
    ]


def broken_bytes() -> list[Entry]:
    def raw(name: str, kind: Kind, data: bytes, code: int, place: str) -> Entry:
        return {"name": name, "kind": int(kind), "hex": data.hex(), "code": code, "place": place}

    line = b"\x22\x06\x0a\x02\x70\x70\x10\x01"
    return [
        raw("a tenant that is not UTF-8", Kind.PRICE, b"\x0a\x02\xc3\x28\x12\x01u\x1a\x03USD" + line, 200, "tenant"),
        raw("half a surrogate pair", Kind.PRICE, b"\x0a\x01t\x12\x03\xed\xa0\x80\x1a\x03USD" + line, 200, "user"),
        raw("a length beyond the end", Kind.PRICE, b"\x0a\x05ab", 106, "body"),
        raw("an endless number", Kind.PRICE, b"\x10" + b"\xff" * 11, 106, "body"),
        raw("a text where a message belongs", Kind.PRICE, b"\x22\x03abc", 106, "body"),
        raw("a number where a text belongs", Kind.EVENTS, b"\x0a\x01t\x10\x05", 106, "body"),
        raw("a start of a group", Kind.VERIFY, b"\x0b", 106, "body"),
        raw("field number 0", Kind.CATALOGUE, b"\x00\x00", 106, "body"),
        raw("JSON", Kind.PRICE, b'{"tenant":"demo"}', 106, "body"),
        raw("an activation without a path", Kind.ACTIVATE, b"", 230, "path"),
        raw("an activation of two models", Kind.ACTIVATE, b"\x0a\x01a\x11\x01" + bytes(7), 230, "checksum"),
        raw("a trial on more than everybody", Kind.ACTIVATE, b"\x0a\x01a\x18\x01\x20\xe9\x07", 230, "share_per_mille"),
        raw("a token of nobody", Kind.VERIFY, b"\x1a\x01t", 200, "tenant"),
        repeated("half a million empty lines", Kind.PRICE, b"\x22\x00", 524_288, 107),
        repeated("half a million empty events", Kind.EVENTS, b"\x1a\x00", 524_288, 107),
        repeated("half a million empty rows", Kind.CATALOGUE, b"\x1a\x00", 524_288, 107),
        # One event of 800,000 bytes: its basket is given anew and merged 200,000 times.
        repeated(
            "a basket merged over and over",
            Kind.EVENTS,
            bytes.fromhex("1a022200"),
            200_000,
            107,
            prefix=bytes.fromhex("1a80ea30"),
        ),
        repeated("half a million unknown fields", Kind.VERIFY, b"\x78\x00", 524_288, 107),
        repeated("one byte more than a body may have", Kind.PRICE, b"\x00", (1 << 20) + 1, 105),
    ]


if __name__ == "__main__":
    main()
