"""One socket to a router: frames out, frames in, nothing about their meaning."""

from __future__ import annotations

import time
from collections.abc import Sequence

import zmq

from .protocol import LARGEST_FRAME_BYTES


class Connection:
    """A DEALER or REQ socket. Use it from one thread.

    A plain REQ socket that has lost an answer can never send again; such a socket is thrown away and replaced by
    `reopen`. A correlated one drops late answers by itself.
    """

    def __init__(self, endpoint: str, kind: int = zmq.DEALER, *, correlated: bool = False) -> None:
        self.endpoint = endpoint
        self._kind = kind
        self._correlated = correlated
        self._context = zmq.Context()
        self._socket = self._open()

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

    def reopen(self) -> None:
        """Drops the socket, and every answer still on its way to it, for a new one."""
        self._socket.close()
        self._socket = self._open()

    def close(self) -> None:
        self._socket.close()
        self._context.term()

    def send(self, frames: Sequence[bytes], until: float) -> bool:
        """Sends one message; false when no router could be reached before `until` (of `time.monotonic`)."""
        if not self._socket.poll(_milliseconds(until), zmq.POLLOUT):
            return False
        try:
            self._socket.send_multipart(list(frames), zmq.DONTWAIT)
        except zmq.Again:
            return False
        return True

    def receive(self, until: float) -> list[bytes] | None:
        """The next message without what a REQ envelope puts in front; None when `until` passes first."""
        while self._socket.poll(_milliseconds(until), zmq.POLLIN):
            try:
                return self._socket.recv_multipart(zmq.DONTWAIT)[-2:]
            except zmq.Again:
                continue  # it was a late answer, which a correlated REQ socket drops as it is read
        return None


def _milliseconds(until: float) -> int:
    return max(0, int((until - time.monotonic()) * 1000 + 0.999))
