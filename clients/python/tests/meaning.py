"""Messages as plain data, every field written out: what the test vectors say about a body."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message


def meaning(message: Message) -> dict[str, Any]:
    """Field names to values. Bytes are hexadecimal, enums are their numbers, an absent message is None."""
    result: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if _is_repeated(field):
            result[field.name] = [_plain(element) for element in value]
        elif isinstance(value, Message) and not message.HasField(field.name):
            result[field.name] = None
        else:
            result[field.name] = _plain(value)
    return result


def fill(message: Message, data: dict[str, Any]) -> None:
    """Gives an empty message the fields whose `meaning` is `data`."""
    for field in message.DESCRIPTOR.fields:
        value = data[field.name]
        target = getattr(message, field.name)
        if value is None:
            continue
        if _is_repeated(field):
            for element in value:
                if field.message_type:
                    fill(target.add(), element)
                else:
                    target.append(element)
        elif field.message_type:
            target.SetInParent()
            fill(target, value)
        else:
            setattr(message, field.name, bytes.fromhex(value) if isinstance(target, bytes) else value)


def _is_repeated(field: Any) -> bool:
    # `label` is gone from protobuf 7 on, `is_repeated` is missing before 6.
    repeated = getattr(field, "is_repeated", None)
    return bool(field.label == field.LABEL_REPEATED if repeated is None else repeated)


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return meaning(value)
    return value.hex() if isinstance(value, bytes) else value
