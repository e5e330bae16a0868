"""A socket to each router: frames out, frames in, nothing about their meaning."""

from __future__ import annotations

import time
from collections.abc import Sequence

import zmq

from .protocol import LARGEST_FRAME_BYTES


class Connection:
    """A DEALER or REQ socket to one router. Use it from one thread.

    A plain REQ socket that waits for an answer cannot send; when it must, it is thrown away, with every answer still on
    its way to it, for a new one. A correlated one may ask again, and drops late answers by itself.
    """

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        endpoint: str,
        kind: int = zmq.DEALER,
        *,
        correlated: bool = False,
    ) -> None:
        self.endpoint = endpoint
        self._context = context
        self._kind = kind
        self._correlated = correlated
        self._is_waiting = False
        self.socket = self._open()

    def _open(self) -> zmq.Socket[bytes]:
        socket = self._context.socket(self._kind)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.MAXMSGSIZE, LARGEST_FRAME_BYTES)
        # Without it a request would wait in a queue for a router that may come back long after its deadline.
        socket.setsockopt(zmq.IMMEDIATE, 1)
        if self._correlated:
            socket.setsockopt(zmq.REQ_RELAXED, 1)
            socket.setsockopt(zmq.REQ_CORRELATE, 1)
        socket.connect(self.endpoint)
        return socket

    def close(self) -> None:
        self.socket.close()

    def send(self, frames: Sequence[bytes]) -> bool:
        """Sends one message; false when the router cannot be reached at this moment."""
        if self._is_waiting and self._kind == zmq.REQ and not self._correlated:
            self.socket.close()
            self.socket = self._open()
            self._is_waiting = False
        try:
            self.socket.send_multipart(list(frames), zmq.DONTWAIT)
        except zmq.Again:
            return False
        self._is_waiting = True
        return True

    def receive(self) -> list[bytes] | None:
        """A message that has arrived, without what a REQ envelope puts in front; None when none has."""
        if self._kind == zmq.REQ and not self._is_waiting:
            return None
        try:
            frames = self.socket.recv_multipart(zmq.DONTWAIT)
        except zmq.Again:
            return None
        self._is_waiting = False
        return frames[-2:]


class Connections:
    """A connection to each router."""

    def __init__(self, endpoints: Sequence[str], kind: int = zmq.DEALER, *, correlated: bool = False) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._all = [Connection(self._context, endpoint, kind, correlated=correlated) for endpoint in endpoints]

    def __getitem__(self, router: int) -> Connection:
        return self._all[router]

    def close(self) -> None:
        for connection in self._all:
            connection.close()
        self._context.term()

    def receive(self, until_us: int) -> tuple[int, list[bytes]] | None:
        """The next message of any router, and its number; None when `until_us` (of `now_us`) passes first."""
        while True:
            for router, connection in enumerate(self._all):
                frames = connection.receive()
                if frames is not None:
                    return router, frames
            left_us = until_us - now_us()
            if left_us <= 0:
                return None
            poller = zmq.Poller()
            for connection in self._all:
                poller.register(connection.socket, zmq.POLLIN)
            poller.poll((left_us + 999) // 1_000)


def now_us() -> int:
    """Microseconds of the monotonic clock."""
    return time.monotonic_ns() // 1_000
