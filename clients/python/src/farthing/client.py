"""Calls to a cluster: one request at a time, answers as protobuf messages."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Callable, TypeVar

import zmq
from google.protobuf.message import Message

from . import pricing_pb2 as pb
from . import protocol
from .errors import Refused, Unknown
from .protocol import Header, Kind, Priority
from .transport import Connection

Value = TypeVar("Value")
Self = TypeVar("Self", bound="Client")

#: What an answer given at the deadline may take to travel.
_TRAVEL_SECONDS = 0.25


class Client:
    """A connection to a router over a DEALER socket. Use it from one thread, or one client per thread.

    Every call either returns, or raises `Refused` (the cluster said no, nothing was changed) or `Unknown` (nobody
    answered in time, so it may or may not have been done). `deadline_ms` is how long a call may take, up to 60,000.
    """

    def __init__(self, endpoint: str, *, deadline_ms: int = 2_000) -> None:
        self.deadline_ms = deadline_ms
        self._connection = self._connect(endpoint)

    def _connect(self, endpoint: str) -> Connection:
        return Connection(endpoint)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Prices

    def price(
        self, tenant: str, user: str, currency: str, lines: Iterable[tuple[str, int]], min_index: int = 0
    ) -> pb.PriceReply:
        """Prices a cart of (product, quantity) lines.

        `min_index`, the `index` of an acknowledgement of the same user's events, makes the price see them.
        """
        body = _cart(tenant, user, currency, lines)
        return self.call(
            Kind.PRICE, body, pb.PriceReply.FromString, key=protocol.key_hash(tenant, user), index=min_index
        )

    def explain(
        self, tenant: str, user: str, currency: str, lines: Iterable[tuple[str, int]], min_index: int = 0
    ) -> pb.ExplainReply:
        """Says how each price of a cart comes about. Shows no price to anybody: nothing is remembered."""
        body = _cart(tenant, user, currency, lines)
        return self.call(
            Kind.EXPLAIN, body, pb.ExplainReply.FromString, key=protocol.key_hash(tenant, user), index=min_index
        )

    def verify(self, tenant: str, user: str, token: bytes) -> pb.VerifyReply:
        """Checks the token of a quote: what it promises, if it is genuine, this user's, and not expired."""
        body = pb.VerifyRequest(tenant=tenant, user=user, token=token)
        return self.call(Kind.VERIFY, body, pb.VerifyReply.FromString, key=protocol.key_hash(tenant, user))

    # Facts

    def send_events(self, tenant: str, user: str, events: Iterable[pb.Event]) -> pb.EventAck:
        """Reports behaviour of one user, in order. When this returns, it is durable, at the `index` returned."""
        body = pb.EventBatch(tenant=tenant, user=user, events=events)
        return self.call(
            Kind.EVENTS,
            body,
            pb.EventAck.FromString,
            key=protocol.key_hash(tenant, user),
            priority=Priority.EVENT,
        )

    def send_catalogue(self, tenant: str, currency: str, rows: Iterable[pb.CatalogueRow]) -> pb.CatalogueAck:
        """Adds or replaces products: all rows or none. Every worker has read them once
        `status().workers[…].broadcast_index` has reached the index of the acknowledgement."""
        body = pb.CatalogueBatch(tenant=tenant, currency=currency, rows=rows)
        return self.call(Kind.CATALOGUE, body, pb.CatalogueAck.FromString, priority=Priority.EVENT)

    def activate(self, path: str) -> pb.ActivateReply:
        """Makes every worker serve a model bundle. `path` is a file on the workers' machine."""
        return self.call(
            Kind.ACTIVATE, pb.ActivateRequest(path=path), pb.ActivateReply.FromString, priority=Priority.COMMIT
        )

    # Operating

    def status(self) -> pb.StatusReply:
        """The router and the workers, as the router sees them."""
        return self.call(Kind.STATUS, pb.StatusRequest(), pb.StatusReply.FromString, priority=Priority.COMMIT)

    def inspect(self, number: int) -> pb.PartitionStatus:
        """One partition, by its leader; 65535 is the broadcast partition."""
        return self.call(
            Kind.INSPECT,
            pb.InspectRequest(partition=number),
            pb.PartitionStatus.FromString,
            key=number,
            priority=Priority.COMMIT,
        )

    # One round trip

    def call(
        self,
        kind: int,
        body: Message,
        read: Callable[[bytes], Value],
        *,
        key: int = 0,
        index: int = 0,
        priority: int = Priority.PRICE,
    ) -> Value:
        """Sends a message of any kind and reads its answer."""
        request = Header(
            kind=kind,
            deadline_us=self.deadline_ms * 1_000,
            key_hash=key,
            request_id=protocol.new_request_id(),
            priority=priority,
            index=index,
        )
        frames = [request.encode(), body.SerializeToString()]
        reply, answer = self.exchange(frames, request.request_id)
        if reply.is_refusal:
            refusal = Refused.decode(answer)
            if refusal.code == protocol.OUTCOME_UNKNOWN:
                raise Unknown(f"{refusal.place}: {refusal.value}")
            raise refusal
        return read(answer)

    def exchange(self, frames: Sequence[bytes], request_id: int, *, wait_ms: int | None = None) -> tuple[Header, bytes]:
        """Sends any frames at all, and returns the header and body of the answer to `request_id`.

        Answers to other requests are late ones: they are dropped. A message whose header is too broken to hold an
        id is answered under id 0.
        """
        wait = (self.deadline_ms if wait_ms is None else wait_ms) / 1_000 + _TRAVEL_SECONDS
        until = time.monotonic() + wait
        if not self._connection.send(frames, until):
            raise Unknown(f"no router at {self._connection.endpoint} for {wait:.2f} s; nothing was sent")
        while True:
            answer = self._connection.receive(until)
            if answer is None:
                self._gave_up()
                raise Unknown(f"no answer from {self._connection.endpoint} within {wait:.2f} s")
            try:
                header = Header.decode(answer[0])
            except ValueError:
                continue
            if len(answer) == 2 and header.is_reply and header.request_id == request_id:
                return header, answer[1]

    def _gave_up(self) -> None:
        """A DEALER needs nothing: a late answer carries its own request id."""


class ReqClient(Client):
    """The same calls over a REQ socket, the simplest one that ZeroMQ has. `correlated` sets ZMQ_REQ_CORRELATE."""

    def __init__(self, endpoint: str, *, deadline_ms: int = 2_000, correlated: bool = False) -> None:
        self._correlated = correlated
        super().__init__(endpoint, deadline_ms=deadline_ms)

    def _connect(self, endpoint: str) -> Connection:
        return Connection(endpoint, zmq.REQ, correlated=self._correlated)

    def _gave_up(self) -> None:
        if not self._correlated:
            self._connection.reopen()


def _cart(tenant: str, user: str, currency: str, lines: Iterable[tuple[str, int]]) -> pb.PriceRequest:
    return pb.PriceRequest(
        tenant=tenant,
        user=user,
        currency=currency,
        lines=[pb.CartLine(product=product, quantity=quantity) for product, quantity in lines],
    )
