"""Calls to a cluster: one request at a time, answers as protobuf messages."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Callable, NoReturn, TypeVar

import zmq
from google.protobuf.message import Message

from . import pricing_pb2 as pb
from . import protocol
from .errors import Refused, Unknown
from .plan import (
    BULK_PATIENCE_US,
    LONGEST_PATIENCE_US,
    REACH_US,
    RETRYABLE,
    TRAVEL_US,
    CallPlan,
    Ending,
    Finish,
    RouterPool,
    Send,
    Wait,
)
from .protocol import Header, Kind, Priority
from .transport import Connections, now_us

Value = TypeVar("Value")
Self = TypeVar("Self", bound="Client")


class Client:
    """A connection to each router over DEALER sockets. Use it from one thread, or one client per thread.

    `endpoints` are the routers' addresses for clients, one or up to 16. A call goes to one of them; when that one
    refuses for a reason that may pass, or is silent for a share of the deadline, the same request goes to another,
    three times at most. Retries are a fifth of the calls at most.

    Every call either returns, or raises `Refused` (the cluster said no, nothing was changed) or `Unknown` (nobody
    answered in time, so it may or may not have been done). `deadline_ms` is how long a call may take, up to 60,000.
    """

    def __init__(self, endpoints: str | Sequence[str], *, deadline_ms: int = 2_000) -> None:
        self.deadline_ms = deadline_ms
        self._endpoints = [endpoints] if isinstance(endpoints, str) else list(endpoints)
        # Each client asks another router first, to share the load.
        self._pool = RouterPool(len(self._endpoints), home=secrets.randbelow(1 << 16))
        self._connections = self._connect(self._endpoints)

    def _connect(self, endpoints: Sequence[str]) -> Connections:
        return Connections(endpoints)

    def close(self) -> None:
        self._connections.close()

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
        return self.call(Kind.CATALOGUE, body, pb.CatalogueAck.FromString, priority=Priority.EVENT, bulk=True)

    def value_stock(self, tenant: str, currency: str, values: Iterable[pb.StockValue]) -> pb.CatalogueAck:
        """Says what units of products are worth, all or none: until then the price optimum takes a unit to cost that.
        The latest value of a product counts, and one that ends in the past gives the unit cost its say back."""
        body = pb.StockValueBatch(tenant=tenant, currency=currency, values=values)
        return self.call(Kind.STOCK, body, pb.CatalogueAck.FromString, priority=Priority.EVENT, bulk=True)

    def activate(self, path: str) -> pb.ActivateReply:
        """Makes every worker serve a model bundle. `path` is a file on the workers' machine."""
        return self.call(
            Kind.ACTIVATE,
            pb.ActivateRequest(path=path),
            pb.ActivateReply.FromString,
            priority=Priority.COMMIT,
            bulk=True,
        )

    def freeze(self, tenant: str, product: str, until_ms: int, reason: str) -> pb.FreezeReply:
        """Keeps the prices of a product as they were shown until then. The latest freeze of a product counts."""
        return self.call(
            Kind.FREEZE,
            pb.FreezeRequest(tenant=tenant, product=product, until_ms=until_ms, reason=reason),
            pb.FreezeReply.FromString,
            priority=Priority.COMMIT,
            bulk=True,
        )

    def thaw(self, tenant: str, product: str, reason: str) -> pb.FreezeReply:
        """Lets the prices of a product move again."""
        return self.freeze(tenant, product, 0, reason)

    def freezes(self, tenant: str, after: str = "") -> pb.FreezesReply:
        """The freezes in force, ascending by product. While `more`, ask for those after the last product."""
        return self.call(
            Kind.FREEZES,
            pb.FreezesRequest(tenant=tenant, after=after),
            pb.FreezesReply.FromString,
            priority=Priority.COMMIT,
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

    def checkpoint(self, number: int) -> pb.CheckpointAck:
        """Makes every replica of a partition hash its state at the index of the acknowledgement."""
        return self.call(
            Kind.CHECKPOINT,
            pb.CheckpointRequest(partition=number),
            pb.CheckpointAck.FromString,
            key=number,
            priority=Priority.COMMIT,
        )

    def drain(self, worker: str, drain: bool = True) -> pb.DrainReply:
        """Makes a worker hand over what it holds, or takes that back."""
        return self.call(
            Kind.DRAIN,
            pb.DrainRequest(worker=worker, drain=drain),
            pb.DrainReply.FromString,
            key=protocol.worker_hash(worker),
            priority=Priority.COMMIT,
        )

    # One call

    def call(
        self,
        kind: int,
        body: Message,
        read: Callable[[bytes], Value],
        *,
        key: int = 0,
        index: int = 0,
        priority: int = Priority.PRICE,
        bulk: bool = False,
    ) -> Value:
        """Sends a message of any kind and reads its answer. `bulk` gives a router more time before another is asked."""
        request = Header(
            kind=kind,
            deadline_us=self.deadline_ms * 1_000,
            key_hash=key,
            request_id=protocol.new_request_id(),
            priority=priority,
            index=index,
        )
        reply, answer = self._carry_out(request, body.SerializeToString(), bulk)
        if reply.is_refusal:
            raise Refused.decode(answer)
        return read(answer)

    def _carry_out(self, request: Header, body: bytes, bulk: bool) -> tuple[Header, bytes]:
        """Does what the plan of a call decides until it ends; returns the reply that is the answer."""
        started_us = now_us()
        plan = CallPlan(
            deadline_us=request.deadline_us,
            started_us=started_us,
            pool=self._pool,
            seed=request.request_id,
            longest_patience_us=BULK_PATIENCE_US if bulk else LONGEST_PATIENCE_US,
        )
        decision = plan.started(started_us)
        last: tuple[Header, bytes] | None = None
        final: tuple[Header, bytes] | None = None
        unknown: Refused | None = None
        while True:
            if isinstance(decision, Send):
                header = replace(request, deadline_us=decision.deadline_us, tag=decision.attempt)
                if self._connections[decision.router].send([header.encode(), body]):
                    decision = plan.time_advanced(now_us())
                else:
                    decision = plan.send_failed(decision.router, now_us())
            elif isinstance(decision, Wait):
                found = self._reply_to(request.request_id, decision.until_us)
                if found is None:
                    decision = plan.time_advanced(now_us())
                    continue
                router, reply, answer = found
                last = (reply, answer)
                if reply.status == protocol.OUTCOME_UNKNOWN:
                    unknown = Refused.decode(answer)
                elif reply.is_refusal and reply.status not in RETRYABLE:
                    final = final or last
                decision = plan.replied(reply.status, reply.tag, router, now_us())
            elif isinstance(decision, Finish) and decision.ending is Ending.ANSWERED and last is not None:
                return last
            elif isinstance(decision, Finish) and decision.ending is Ending.REFUSED and last is not None:
                # What no repetition would change outlasts what another router says may pass.
                return final or last
            else:
                self._raise_unknown(plan, unknown, (now_us() - started_us) / 1e6)

    def _raise_unknown(self, plan: CallPlan, told: Refused | None, seconds: float) -> NoReturn:
        where = ", ".join(self._endpoints)
        if not plan.was_sent:
            raise Unknown(f"no router at {where} for {seconds:.2f} s; nothing was sent")
        if told is not None:
            raise Unknown(f"{told.place}: {told.value}")
        raise Unknown(f"no answer from {where} within {seconds:.2f} s")

    def _reply_to(self, request_id: int, until_us: int) -> tuple[int, Header, bytes] | None:
        """The next reply to a request, from any router. Late ones to others only show that their router lives."""
        while True:
            found = self._connections.receive(until_us)
            if found is None:
                return None
            router, frames = found
            try:
                header = Header.decode(frames[0])
            except ValueError:
                continue
            if len(frames) == 2 and header.is_reply:
                if header.request_id == request_id:
                    return router, header, frames[1]
                self._pool.heard(router, now_us())

    def exchange(self, frames: Sequence[bytes], request_id: int, *, wait_ms: int | None = None) -> tuple[Header, bytes]:
        """Sends any frames at all to one router, once, and returns the header and body of the answer to `request_id`.

        Answers to other requests are late ones: they are dropped. A message whose header is too broken to hold an
        id is answered under id 0.
        """
        wait_us = (self.deadline_ms if wait_ms is None else wait_ms) * 1_000 + TRAVEL_US
        until_us = now_us() + wait_us
        while not self._connections[self._pool.home].send(frames):
            if now_us() >= until_us:
                raise Unknown(
                    f"no router at {self._endpoints[self._pool.home]} for {wait_us / 1e6:.2f} s; nothing was sent"
                )
            self._connections.receive(now_us() + REACH_US)
        found = self._reply_to(request_id, until_us)
        if found is None:
            raise Unknown(f"no answer from {self._endpoints[self._pool.home]} within {wait_us / 1e6:.2f} s")
        return found[1:]


class ReqClient(Client):
    """The same calls over REQ sockets, the simplest ones that ZeroMQ has. `correlated` sets ZMQ_REQ_CORRELATE."""

    def __init__(self, endpoints: str | Sequence[str], *, deadline_ms: int = 2_000, correlated: bool = False) -> None:
        self._correlated = correlated
        super().__init__(endpoints, deadline_ms=deadline_ms)

    def _connect(self, endpoints: Sequence[str]) -> Connections:
        return Connections(endpoints, zmq.REQ, correlated=self._correlated)


def _cart(tenant: str, user: str, currency: str, lines: Iterable[tuple[str, int]]) -> pb.PriceRequest:
    return pb.PriceRequest(
        tenant=tenant,
        user=user,
        currency=currency,
        lines=[pb.CartLine(product=product, quantity=quantity) for product, quantity in lines],
    )
