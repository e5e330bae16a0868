"""What the tests against a cluster share: its address, and a shop of their own in it."""

from __future__ import annotations

import os
import time
import uuid
from dataclasses import dataclass

import pytest

from farthing import Client, catalogue_row

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Shop:
    """A tenant that nobody else uses, with products that every worker knows."""

    tenant: str
    now_ms: int
    cart = (("1082185", 2), ("with a deal", 1), ("牛奶", 3))

    def days_ago(self, days: int) -> int:
        return self.now_ms - days * DAY_MS


@pytest.fixture(scope="session")
def endpoints() -> list[str]:
    """The addresses of all routers, separated by spaces in the environment."""
    addresses = os.environ.get("FARTHING_ENDPOINT", "").split()
    if not addresses:
        pytest.skip("FARTHING_ENDPOINT is not set: name a running cluster, for example tcp://127.0.0.1:7400")
    return addresses


@pytest.fixture(scope="session")
def endpoint(endpoints) -> str:
    return endpoints[0]


@pytest.fixture(scope="session")
def connection(endpoint):
    """One connection for all tests, whatever it has been through."""
    with Client(endpoint, deadline_ms=5_000) as client:
        yield client


@pytest.fixture(scope="session")
def shop(connection) -> Shop:
    shop = Shop(tenant=f"pytest-{uuid.uuid4().hex[:12]}", now_ms=int(time.time() * 1000))
    started = shop.days_ago(60)
    rows = [
        catalogue_row("1082185", name="Bananas", list_price=219, unit_cost=120, effective_at_ms=started),
        catalogue_row(
            "with a deal",
            list_price=1_000,
            unit_cost=200,
            deal=(450, shop.now_ms + DAY_MS),
            effective_at_ms=started,
        ),
        catalogue_row("牛奶", name="鲜牛奶", list_price=500, unit_cost=300, minimum_price=400, effective_at_ms=started),
    ]
    acknowledged = connection.send_catalogue(shop.tenant, "USD", rows)
    assert acknowledged.accepted == len(rows)
    wait_for_catalogue(connection, acknowledged.index)
    return shop


def wait_for_catalogue(client: Client, index: int) -> None:
    """Returns when every worker has read the broadcast log up to `index`."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        workers = client.status().workers
        if workers and all(worker.ready and worker.broadcast_index >= index for worker in workers):
            return
    raise AssertionError(f"not every worker has read index {index} of the broadcast log within 10 s")


@pytest.fixture
def client(connection, shop):
    """The connection, which must still price after the test, whatever the test did to it."""
    yield connection
    connection.deadline_ms = 5_000
    quote = connection.price(shop.tenant, "the next customer", "USD", shop.cart)
    assert [line.product for line in quote.lines] == [product for product, _ in shop.cart]
