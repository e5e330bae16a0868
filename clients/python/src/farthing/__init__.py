"""Client of the Farthing pricing cluster. The protocol is specified in docs/wire.md."""

from .client import Client, ReqClient
from .errors import FarthingError, Refused, Unknown
from .messages import basket_event, catalogue_row
from .protocol import Header, Kind, Priority, key_hash, partition, worker_hash

__all__ = [
    "Client",
    "FarthingError",
    "Header",
    "Kind",
    "Priority",
    "Refused",
    "ReqClient",
    "Unknown",
    "basket_event",
    "catalogue_row",
    "key_hash",
    "partition",
    "worker_hash",
]
