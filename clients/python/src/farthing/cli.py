"""`python -m farthing`: prices from a terminal."""

from __future__ import annotations

import argparse
import os
import sys

from . import pricing_pb2 as pb
from .client import Client, ReqClient
from .errors import Refused, Unknown

_DEFAULT_ENDPOINT = "tcp://127.0.0.1:7400"
_DIGITS = {"JPY": 0, "KRW": 0, "KWD": 3}


def main(arguments: list[str] | None = None) -> int:
    """Returns 0 for an answer, 1 for a refusal, 2 when the outcome is unknown."""
    options = _parser().parse_args(arguments)
    kind = ReqClient if options.req else Client
    try:
        with kind(_endpoints(options), deadline_ms=options.deadline_ms) as client:
            options.run(client, options)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except Unknown as unknown:
        print(unknown, file=sys.stderr)
        return 2
    return 0


def _endpoints(options: argparse.Namespace) -> list[str]:
    return options.endpoints or os.environ.get("FARTHING_ENDPOINT", _DEFAULT_ENDPOINT).split()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="farthing", description="Ask a Farthing cluster for prices.")
    parser.add_argument(
        "--endpoint",
        dest="endpoints",
        action="append",
        help="a router's address for clients; repeat it for several (default: $FARTHING_ENDPOINT, separated by"
        f" spaces, or {_DEFAULT_ENDPOINT})",
    )
    parser.add_argument("--deadline-ms", type=int, default=2_000, help="how long to wait (default: %(default)s)")
    parser.add_argument("--req", action="store_true", help="use a REQ socket instead of a DEALER")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, summary in (
        ("price", _price, "price a cart"),
        ("explain", _explain, "say how the prices of a cart come about"),
    ):
        command = commands.add_parser(name, help=summary)
        command.add_argument("--tenant", default="demo")
        command.add_argument("--user", required=True)
        command.add_argument("--currency", default="USD")
        command.add_argument("--line", dest="lines", type=_line, action="append", required=True, metavar="PRODUCT:QTY")
        command.add_argument("--min-index", type=int, default=0, help="index of an acknowledgement to have seen")
        command.set_defaults(run=run)
    commands.add_parser("status", help="show the cluster").set_defaults(run=_status)
    return parser


def _line(text: str) -> tuple[str, int]:
    product, separator, quantity = text.rpartition(":")
    if not separator:
        product, quantity = text, "1"
    try:
        return product, int(quantity)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”: write PRODUCT:QUANTITY, for example 1082185:2") from None


def _price(client: Client, options: argparse.Namespace) -> None:
    _show(client.price(options.tenant, options.user, options.currency, options.lines, options.min_index))


def _explain(client: Client, options: argparse.Namespace) -> None:
    reply = client.explain(options.tenant, options.user, options.currency, options.lines, options.min_index)
    _show(reply.quote)
    for line in reply.lines:
        print(f"\n{line.product}: purchase probability {line.probability:.4f}, elasticity {line.elasticity:.2f}")
        for step in line.steps:
            print(f"  {_reason(step.reason):<20} {_money(step.price, reply.quote.currency)}")


def _show(quote: pb.PriceReply) -> None:
    for line in quote.lines:
        reasons = ", ".join(_reason(reason) for reason in line.reasons)
        print(
            f"{line.quantity} × {line.product:<12} {_money(line.unit_price, quote.currency):>10}"
            f"  (list {_money(line.list_price, quote.currency)})  {_level(line.level)}: {reasons}"
        )
    print(f"total {_money(quote.total, quote.currency)} {quote.currency}, quote {quote.quote_id.hex()}")


def _status(client: Client, options: argparse.Namespace) -> None:
    status = client.status()
    print(f"cluster {status.cluster}, router {status.router}, {status.partitions} partitions")
    for worker in status.workers:
        state = "ready" if worker.ready else "not ready"
        print(f"{worker.name}: {state}, {worker.answered} answered, model {worker.model_version:016x} {worker.problem}")


def _money(minor: int, currency: str) -> str:
    digits = _DIGITS.get(currency, 2)
    if digits == 0:
        return str(minor)
    whole, fraction = divmod(abs(minor), 10**digits)
    return f"{'-' if minor < 0 else ''}{whole}.{fraction:0{digits}}"


def _reason(number: int) -> str:
    return _spoken(pb.Reason, number, "REASON_")


def _level(number: int) -> str:
    return _spoken(pb.Level, number, "LEVEL_")


def _spoken(enum: object, number: int, prefix: str) -> str:
    """The name of an enum value; a value newer than this package shows its number."""
    names = {value: name for name, value in enum.items()}  # type: ignore[attr-defined]
    name: str = names.get(number, f"{prefix}{number}")
    return name[len(prefix) :].lower().replace("_", " ")
