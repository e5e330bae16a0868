"""The client against a router that answers as a test tells it. Needs no cluster."""

from __future__ import annotations

import threading

import pytest
import zmq

from farthing import Client, Header, Kind, Refused, ReqClient, Unknown, key_hash
from farthing import pricing_pb2 as pb
from farthing.cli import main

LINES = [("1082185", 2)]


class StubRouter(threading.Thread):
    """A ROUTER socket. `answer(header, body, back)` is called for each request; `back(frames)` answers it."""

    def __init__(self, answer):
        super().__init__(daemon=True)
        self._answer = answer
        self._stop_requested = threading.Event()
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        port = self._socket.bind_to_random_port("tcp://127.0.0.1")
        self.endpoint = f"tcp://127.0.0.1:{port}"

    def run(self):
        while not self._stop_requested.is_set():
            if not self._socket.poll(20):
                continue
            *envelope, header, body = self._socket.recv_multipart()

            def back(frames, envelope=envelope):
                self._socket.send_multipart(envelope + frames)

            self._answer(Header.decode(header), body, back)
        self._socket.close(0)
        self._context.term()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._stop_requested.set()
        self.join()


def reply(request: Header, message, status: int = 0, index: int = 0) -> list[bytes]:
    header = Header(
        kind=request.kind,
        deadline_us=request.deadline_us,
        key_hash=request.key_hash,
        request_id=request.request_id,
        is_reply=True,
        status=status,
        index=index,
        tag=request.tag,
    )
    return [header.encode(), message.SerializeToString()]


def refusal(request: Header, code: int, name: str, **fields) -> list[bytes]:
    return reply(request, pb.Refusal(code=code, name=name, **fields), status=code)


def test_a_request_says_who_and_until_when():
    seen = []

    def answer(header, body, back):
        seen.append((header, pb.PriceRequest.FromString(body)))
        back(reply(header, pb.PriceReply(total=5)))

    with StubRouter(answer) as router, Client(router.endpoint, deadline_ms=1_500) as client:
        assert client.price("demo", "zoë", "USD", LINES, min_index=9).total == 5
    ((header, cart),) = seen
    assert header.kind == Kind.PRICE and not header.is_reply and header.status == 0
    assert 1_000_000 < header.deadline_us <= 1_500_000  # what is left when it leaves
    assert header.key_hash == key_hash("demo", "zoë")
    assert header.index == 9
    assert (cart.tenant, cart.user, cart.currency) == ("demo", "zoë", "USD")
    assert [(line.product, line.quantity) for line in cart.lines] == LINES


def test_a_refusal_is_raised_with_everything_it_says():
    def answer(header, body, back):
        fields = {"place": "lines[0].product", "value": "x", "remedy": "Send a row.", "retryable": False}
        back(refusal(header, 204, "UNKNOWN_PRODUCT", **fields))

    with StubRouter(answer) as router, Client(router.endpoint) as client, pytest.raises(Refused) as raised:
        client.price("demo", "2337", "USD", [("x", 1)])
    error = raised.value
    assert (error.code, error.name, error.place, error.value) == (204, "UNKNOWN_PRODUCT", "lines[0].product", "x")
    assert error.remedy == "Send a row." and error.retryable is False
    assert str(error) == "UNKNOWN_PRODUCT (204): lines[0].product is “x”. Send a row."


def test_an_unknown_outcome_is_not_a_refusal():
    def answer(header, body, back):
        back(refusal(header, 121, "OUTCOME_UNKNOWN", place="router r1", value="no answer within the deadline"))

    with StubRouter(answer) as router, Client(router.endpoint) as client, pytest.raises(Unknown, match="deadline"):
        client.send_events("demo", "2337", [])


@pytest.mark.parametrize("kind", [Client, ReqClient, lambda e, **k: ReqClient(e, correlated=True, **k)])
def test_a_late_answer_is_dropped_and_never_taken_for_another(kind):
    held = []

    def answer(header, body, back):
        held.append((header, back))
        if len(held) == 2:
            for number, (request, answer_it) in enumerate(held):
                answer_it(reply(request, pb.PriceReply(total=number + 1)))

    with StubRouter(answer) as router, kind(router.endpoint, deadline_ms=50) as client:
        with pytest.raises(Unknown, match="no answer"):
            client.price("demo", "2337", "USD", LINES)
        client.deadline_ms = 5_000
        assert client.price("demo", "2337", "USD", LINES).total == 2


def test_what_is_not_an_answer_to_this_request_is_ignored():
    def answer(header, body, back):
        back([b"noise"])
        back([b"x" * 56, b""])
        back([header.encode(), b""])  # no reply, but the request itself
        other = Header(kind=1, deadline_us=0, key_hash=0, request_id=header.request_id ^ 1, is_reply=True, status=204)
        back([other.encode(), b""])
        back(reply(header, pb.StatusReply(cluster="right")))

    with StubRouter(answer) as router, Client(router.endpoint) as client:
        assert client.status().cluster == "right"


@pytest.mark.parametrize("correlated", [False, True])
def test_a_req_socket_asks_again_and_again(correlated):
    def answer(header, body, back):
        back(reply(header, pb.StatusReply(cluster="right")))

    with StubRouter(answer) as router, ReqClient(router.endpoint, correlated=correlated) as client:
        for _ in range(5):
            assert client.status().cluster == "right"


def test_without_a_router_nothing_is_sent_and_nothing_is_known():
    with Client("tcp://127.0.0.1:1", deadline_ms=50) as client, pytest.raises(Unknown, match="no router"):
        client.price("demo", "2337", "USD", LINES)


def test_the_command_line_prints_prices(capsys):
    def answer(header, body, back):
        line = pb.PricedLine(
            product="1082185", quantity=2, list_price=219, unit_price=199, total=398, reasons=[pb.REASON_OPTIMUM, 99]
        )
        back(reply(header, pb.PriceReply(currency="USD", total=398, lines=[line], quote_id=b"\x01" * 16)))

    with StubRouter(answer) as router:
        assert main(["--endpoint", router.endpoint, "price", "--user", "2337", "--line", "1082185:2"]) == 0
    printed = capsys.readouterr().out
    assert "1.99" in printed and "(list 2.19)" in printed and "optimum" in printed and "total 3.98 USD" in printed


def test_the_command_line_tells_a_refusal_from_an_unknown_outcome(capsys):
    def answer(header, body, back):
        back(refusal(header, 201, "EMPTY_CART", place="lines", remedy="Send at least one line to price."))

    with StubRouter(answer) as router:
        assert main(["--endpoint", router.endpoint, "price", "--user", "u", "--line", "p"]) == 1
    assert "EMPTY_CART (201)" in capsys.readouterr().err
    dead = ["--endpoint", "tcp://127.0.0.1:1", "--deadline-ms", "20"]
    assert main([*dead, "status"]) == 2
    assert "outcome unknown" in capsys.readouterr().err
