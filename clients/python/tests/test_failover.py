"""A router of a live cluster is killed while clients ask for prices. Needs a cluster of two routers on this machine.

$FARTHING_PROCESS is the process that started it, `farthing up`, which starts again what dies.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from farthing import Client, ReqClient

KINDS = [Client, ReqClient, lambda e, **k: ReqClient(e, correlated=True, **k)]


def process_of_router(name: str) -> int:
    parent = os.environ.get("FARTHING_PROCESS", "")
    if not parent:
        pytest.skip("FARTHING_PROCESS is not set: name the process of `farthing up`")
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in children.read_text().split():
            arguments = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            if name.encode() in arguments:
                return int(child)
    raise AssertionError(f"{name} is not running")


@pytest.mark.parametrize("kind", KINDS, ids=["dealer", "req", "correlated req"])
def test_prices_go_on_when_a_router_is_killed(endpoints, shop, kind):
    if len(endpoints) < 2:
        pytest.skip("FARTHING_ENDPOINT names one router; this takes two")
    with kind(endpoints) as client:
        client._pool.home = 1
        client.price(shop.tenant, "before", "USD", shop.cart)
        victim = process_of_router("r2")
        longest = 0.0
        for number in range(300):
            if number == 100:
                os.kill(victim, signal.SIGKILL)
            started = time.monotonic()
            client.price(shop.tenant, f"shopper {number % 7}", "USD", shop.cart)
            longest = max(longest, time.monotonic() - started)
        assert longest < 0.25
    with kind(endpoints[1:], deadline_ms=20_000) as client:
        assert client.status().router == "r2"  # it is back
