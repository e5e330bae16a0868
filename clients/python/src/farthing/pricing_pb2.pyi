from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Level(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LEVEL_PERSONAL: _ClassVar[Level]
    LEVEL_SEGMENT: _ClassVar[Level]
    LEVEL_LIST: _ClassVar[Level]

class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REASON_NONE: _ClassVar[Reason]
    REASON_OPTIMUM: _ClassVar[Reason]
    REASON_SMOOTHED: _ClassVar[Reason]
    REASON_FLOOR: _ClassVar[Reason]
    REASON_CEILING: _ClassVar[Reason]
    REASON_DAILY_MOVE: _ClassVar[Reason]
    REASON_PRICE_ENDING: _ClassVar[Reason]
    REASON_STICKY: _ClassVar[Reason]
    REASON_CONTROL_ARM: _ClassVar[Reason]
    REASON_NO_MODEL: _ClassVar[Reason]
    REASON_UNKNOWN_TO_MODEL: _ClassVar[Reason]
    REASON_PUBLIC_DEAL: _ClassVar[Reason]
    REASON_UNKNOWN_SHOPPER: _ClassVar[Reason]
    REASON_EXPLORED: _ClassVar[Reason]
    REASON_FROZEN: _ClassVar[Reason]
    REASON_CORRECTED: _ClassVar[Reason]
    REASON_STOCK: _ClassVar[Reason]
LEVEL_PERSONAL: Level
LEVEL_SEGMENT: Level
LEVEL_LIST: Level
REASON_NONE: Reason
REASON_OPTIMUM: Reason
REASON_SMOOTHED: Reason
REASON_FLOOR: Reason
REASON_CEILING: Reason
REASON_DAILY_MOVE: Reason
REASON_PRICE_ENDING: Reason
REASON_STICKY: Reason
REASON_CONTROL_ARM: Reason
REASON_NO_MODEL: Reason
REASON_UNKNOWN_TO_MODEL: Reason
REASON_PUBLIC_DEAL: Reason
REASON_UNKNOWN_SHOPPER: Reason
REASON_EXPLORED: Reason
REASON_FROZEN: Reason
REASON_CORRECTED: Reason
REASON_STOCK: Reason

class CartLine(_message.Message):
    __slots__ = ("product", "quantity")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    product: str
    quantity: int
    def __init__(self, product: _Optional[str] = ..., quantity: _Optional[int] = ...) -> None: ...

class PriceRequest(_message.Message):
    __slots__ = ("tenant", "user", "currency", "lines")
    TENANT_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    tenant: str
    user: str
    currency: str
    lines: _containers.RepeatedCompositeFieldContainer[CartLine]
    def __init__(self, tenant: _Optional[str] = ..., user: _Optional[str] = ..., currency: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[CartLine, _Mapping]]] = ...) -> None: ...

class PromotionSlot(_message.Message):
    __slots__ = ("id", "unit_price", "ends_at_ms", "applied")
    ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_MS_FIELD_NUMBER: _ClassVar[int]
    APPLIED_FIELD_NUMBER: _ClassVar[int]
    id: str
    unit_price: int
    ends_at_ms: int
    applied: bool
    def __init__(self, id: _Optional[str] = ..., unit_price: _Optional[int] = ..., ends_at_ms: _Optional[int] = ..., applied: bool = ...) -> None: ...

class PricedLine(_message.Message):
    __slots__ = ("product", "quantity", "list_price", "personal_price", "unit_price", "total", "level", "reasons", "promotion")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    LIST_PRICE_FIELD_NUMBER: _ClassVar[int]
    PERSONAL_PRICE_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_FIELD_NUMBER: _ClassVar[int]
    product: str
    quantity: int
    list_price: int
    personal_price: int
    unit_price: int
    total: int
    level: Level
    reasons: _containers.RepeatedScalarFieldContainer[Reason]
    promotion: PromotionSlot
    def __init__(self, product: _Optional[str] = ..., quantity: _Optional[int] = ..., list_price: _Optional[int] = ..., personal_price: _Optional[int] = ..., unit_price: _Optional[int] = ..., total: _Optional[int] = ..., level: _Optional[_Union[Level, str]] = ..., reasons: _Optional[_Iterable[_Union[Reason, str]]] = ..., promotion: _Optional[_Union[PromotionSlot, _Mapping]] = ...) -> None: ...

class PriceReply(_message.Message):
    __slots__ = ("quote_id", "issued_at_ms", "expires_at_ms", "currency", "level", "model_version", "arm", "segment", "lines", "total", "token")
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_MS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    ARM_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    quote_id: bytes
    issued_at_ms: int
    expires_at_ms: int
    currency: str
    level: Level
    model_version: int
    arm: str
    segment: str
    lines: _containers.RepeatedCompositeFieldContainer[PricedLine]
    total: int
    token: bytes
    def __init__(self, quote_id: _Optional[bytes] = ..., issued_at_ms: _Optional[int] = ..., expires_at_ms: _Optional[int] = ..., currency: _Optional[str] = ..., level: _Optional[_Union[Level, str]] = ..., model_version: _Optional[int] = ..., arm: _Optional[str] = ..., segment: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[PricedLine, _Mapping]]] = ..., total: _Optional[int] = ..., token: _Optional[bytes] = ...) -> None: ...

class FeatureValue(_message.Message):
    __slots__ = ("name", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: float
    def __init__(self, name: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...

class PriceStep(_message.Message):
    __slots__ = ("reason", "price")
    REASON_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    reason: Reason
    price: int
    def __init__(self, reason: _Optional[_Union[Reason, str]] = ..., price: _Optional[int] = ...) -> None: ...

class LineExplanation(_message.Message):
    __slots__ = ("product", "list_price", "unit_cost", "reference_price", "intercept", "slope", "centre", "elasticity", "probability", "probability_at_list", "optimum", "steps", "features", "knots", "gradients", "ceiling", "sharpness", "lowest_choice", "highest_choice", "unit_worth")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    LIST_PRICE_FIELD_NUMBER: _ClassVar[int]
    UNIT_COST_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_PRICE_FIELD_NUMBER: _ClassVar[int]
    INTERCEPT_FIELD_NUMBER: _ClassVar[int]
    SLOPE_FIELD_NUMBER: _ClassVar[int]
    CENTRE_FIELD_NUMBER: _ClassVar[int]
    ELASTICITY_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_AT_LIST_FIELD_NUMBER: _ClassVar[int]
    OPTIMUM_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    KNOTS_FIELD_NUMBER: _ClassVar[int]
    GRADIENTS_FIELD_NUMBER: _ClassVar[int]
    CEILING_FIELD_NUMBER: _ClassVar[int]
    SHARPNESS_FIELD_NUMBER: _ClassVar[int]
    LOWEST_CHOICE_FIELD_NUMBER: _ClassVar[int]
    HIGHEST_CHOICE_FIELD_NUMBER: _ClassVar[int]
    UNIT_WORTH_FIELD_NUMBER: _ClassVar[int]
    product: str
    list_price: int
    unit_cost: int
    reference_price: float
    intercept: float
    slope: float
    centre: float
    elasticity: float
    probability: float
    probability_at_list: float
    optimum: float
    steps: _containers.RepeatedCompositeFieldContainer[PriceStep]
    features: _containers.RepeatedCompositeFieldContainer[FeatureValue]
    knots: _containers.RepeatedScalarFieldContainer[float]
    gradients: _containers.RepeatedScalarFieldContainer[float]
    ceiling: float
    sharpness: float
    lowest_choice: float
    highest_choice: float
    unit_worth: Amount
    def __init__(self, product: _Optional[str] = ..., list_price: _Optional[int] = ..., unit_cost: _Optional[int] = ..., reference_price: _Optional[float] = ..., intercept: _Optional[float] = ..., slope: _Optional[float] = ..., centre: _Optional[float] = ..., elasticity: _Optional[float] = ..., probability: _Optional[float] = ..., probability_at_list: _Optional[float] = ..., optimum: _Optional[float] = ..., steps: _Optional[_Iterable[_Union[PriceStep, _Mapping]]] = ..., features: _Optional[_Iterable[_Union[FeatureValue, _Mapping]]] = ..., knots: _Optional[_Iterable[float]] = ..., gradients: _Optional[_Iterable[float]] = ..., ceiling: _Optional[float] = ..., sharpness: _Optional[float] = ..., lowest_choice: _Optional[float] = ..., highest_choice: _Optional[float] = ..., unit_worth: _Optional[_Union[Amount, _Mapping]] = ...) -> None: ...

class ExplainReply(_message.Message):
    __slots__ = ("quote", "lines")
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    quote: PriceReply
    lines: _containers.RepeatedCompositeFieldContainer[LineExplanation]
    def __init__(self, quote: _Optional[_Union[PriceReply, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[LineExplanation, _Mapping]]] = ...) -> None: ...

class VerifyRequest(_message.Message):
    __slots__ = ("tenant", "user", "token")
    TENANT_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    tenant: str
    user: str
    token: bytes
    def __init__(self, tenant: _Optional[str] = ..., user: _Optional[str] = ..., token: _Optional[bytes] = ...) -> None: ...

class VerifyLine(_message.Message):
    __slots__ = ("product", "quantity", "unit_price")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    product: str
    quantity: int
    unit_price: int
    def __init__(self, product: _Optional[str] = ..., quantity: _Optional[int] = ..., unit_price: _Optional[int] = ...) -> None: ...

class VerifyReply(_message.Message):
    __slots__ = ("quote_id", "expires_at_ms", "currency", "model_version", "lines", "total")
    QUOTE_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_MS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    quote_id: bytes
    expires_at_ms: int
    currency: str
    model_version: int
    lines: _containers.RepeatedCompositeFieldContainer[VerifyLine]
    total: int
    def __init__(self, quote_id: _Optional[bytes] = ..., expires_at_ms: _Optional[int] = ..., currency: _Optional[str] = ..., model_version: _Optional[int] = ..., lines: _Optional[_Iterable[_Union[VerifyLine, _Mapping]]] = ..., total: _Optional[int] = ...) -> None: ...

class BasketItem(_message.Message):
    __slots__ = ("product", "quantity", "paid")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    PAID_FIELD_NUMBER: _ClassVar[int]
    product: str
    quantity: int
    paid: int
    def __init__(self, product: _Optional[str] = ..., quantity: _Optional[int] = ..., paid: _Optional[int] = ...) -> None: ...

class Basket(_message.Message):
    __slots__ = ("spend", "lines", "deal_lines", "items")
    SPEND_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    DEAL_LINES_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    spend: int
    lines: int
    deal_lines: int
    items: _containers.RepeatedCompositeFieldContainer[BasketItem]
    def __init__(self, spend: _Optional[int] = ..., lines: _Optional[int] = ..., deal_lines: _Optional[int] = ..., items: _Optional[_Iterable[_Union[BasketItem, _Mapping]]] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("event_id", "occurred_at_ms", "basket")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    BASKET_FIELD_NUMBER: _ClassVar[int]
    event_id: bytes
    occurred_at_ms: int
    basket: Basket
    def __init__(self, event_id: _Optional[bytes] = ..., occurred_at_ms: _Optional[int] = ..., basket: _Optional[_Union[Basket, _Mapping]] = ...) -> None: ...

class EventBatch(_message.Message):
    __slots__ = ("tenant", "user", "events")
    TENANT_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    tenant: str
    user: str
    events: _containers.RepeatedCompositeFieldContainer[Event]
    def __init__(self, tenant: _Optional[str] = ..., user: _Optional[str] = ..., events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ...) -> None: ...

class EventAck(_message.Message):
    __slots__ = ("partition", "index", "accepted", "duplicates")
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    partition: int
    index: int
    accepted: int
    duplicates: int
    def __init__(self, partition: _Optional[int] = ..., index: _Optional[int] = ..., accepted: _Optional[int] = ..., duplicates: _Optional[int] = ...) -> None: ...

class Amount(_message.Message):
    __slots__ = ("minor",)
    MINOR_FIELD_NUMBER: _ClassVar[int]
    minor: int
    def __init__(self, minor: _Optional[int] = ...) -> None: ...

class Deal(_message.Message):
    __slots__ = ("price", "ends_at_ms")
    PRICE_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_MS_FIELD_NUMBER: _ClassVar[int]
    price: Amount
    ends_at_ms: int
    def __init__(self, price: _Optional[_Union[Amount, _Mapping]] = ..., ends_at_ms: _Optional[int] = ...) -> None: ...

class CatalogueRow(_message.Message):
    __slots__ = ("product", "name", "category", "list_price", "unit_cost", "minimum_price", "deal", "display_share", "mailer_share", "effective_at_ms")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    LIST_PRICE_FIELD_NUMBER: _ClassVar[int]
    UNIT_COST_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_PRICE_FIELD_NUMBER: _ClassVar[int]
    DEAL_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_SHARE_FIELD_NUMBER: _ClassVar[int]
    MAILER_SHARE_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_MS_FIELD_NUMBER: _ClassVar[int]
    product: str
    name: str
    category: str
    list_price: Amount
    unit_cost: Amount
    minimum_price: Amount
    deal: Deal
    display_share: float
    mailer_share: float
    effective_at_ms: int
    def __init__(self, product: _Optional[str] = ..., name: _Optional[str] = ..., category: _Optional[str] = ..., list_price: _Optional[_Union[Amount, _Mapping]] = ..., unit_cost: _Optional[_Union[Amount, _Mapping]] = ..., minimum_price: _Optional[_Union[Amount, _Mapping]] = ..., deal: _Optional[_Union[Deal, _Mapping]] = ..., display_share: _Optional[float] = ..., mailer_share: _Optional[float] = ..., effective_at_ms: _Optional[int] = ...) -> None: ...

class CatalogueBatch(_message.Message):
    __slots__ = ("tenant", "currency", "rows")
    TENANT_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    tenant: str
    currency: str
    rows: _containers.RepeatedCompositeFieldContainer[CatalogueRow]
    def __init__(self, tenant: _Optional[str] = ..., currency: _Optional[str] = ..., rows: _Optional[_Iterable[_Union[CatalogueRow, _Mapping]]] = ...) -> None: ...

class CatalogueAck(_message.Message):
    __slots__ = ("index", "accepted")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    index: int
    accepted: int
    def __init__(self, index: _Optional[int] = ..., accepted: _Optional[int] = ...) -> None: ...

class StockValue(_message.Message):
    __slots__ = ("product", "worth", "until_ms")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    WORTH_FIELD_NUMBER: _ClassVar[int]
    UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    product: str
    worth: Amount
    until_ms: int
    def __init__(self, product: _Optional[str] = ..., worth: _Optional[_Union[Amount, _Mapping]] = ..., until_ms: _Optional[int] = ...) -> None: ...

class StockValueBatch(_message.Message):
    __slots__ = ("tenant", "currency", "values")
    TENANT_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    tenant: str
    currency: str
    values: _containers.RepeatedCompositeFieldContainer[StockValue]
    def __init__(self, tenant: _Optional[str] = ..., currency: _Optional[str] = ..., values: _Optional[_Iterable[_Union[StockValue, _Mapping]]] = ...) -> None: ...

class ActivateRequest(_message.Message):
    __slots__ = ("path", "checksum", "trial", "share_per_mille")
    PATH_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    SHARE_PER_MILLE_FIELD_NUMBER: _ClassVar[int]
    path: str
    checksum: int
    trial: bool
    share_per_mille: int
    def __init__(self, path: _Optional[str] = ..., checksum: _Optional[int] = ..., trial: bool = ..., share_per_mille: _Optional[int] = ...) -> None: ...

class ActivateReply(_message.Message):
    __slots__ = ("index", "version", "checksum")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    index: int
    version: int
    checksum: int
    def __init__(self, index: _Optional[int] = ..., version: _Optional[int] = ..., checksum: _Optional[int] = ...) -> None: ...

class FreezeRequest(_message.Message):
    __slots__ = ("tenant", "product", "until_ms", "reason")
    TENANT_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    tenant: str
    product: str
    until_ms: int
    reason: str
    def __init__(self, tenant: _Optional[str] = ..., product: _Optional[str] = ..., until_ms: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class FreezeReply(_message.Message):
    __slots__ = ("index",)
    INDEX_FIELD_NUMBER: _ClassVar[int]
    index: int
    def __init__(self, index: _Optional[int] = ...) -> None: ...

class FreezesRequest(_message.Message):
    __slots__ = ("tenant", "after")
    TENANT_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    tenant: str
    after: str
    def __init__(self, tenant: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class Freeze(_message.Message):
    __slots__ = ("product", "until_ms", "reason", "frozen_at_ms")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    UNTIL_MS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FROZEN_AT_MS_FIELD_NUMBER: _ClassVar[int]
    product: str
    until_ms: int
    reason: str
    frozen_at_ms: int
    def __init__(self, product: _Optional[str] = ..., until_ms: _Optional[int] = ..., reason: _Optional[str] = ..., frozen_at_ms: _Optional[int] = ...) -> None: ...

class FreezesReply(_message.Message):
    __slots__ = ("freezes", "more")
    FREEZES_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    freezes: _containers.RepeatedCompositeFieldContainer[Freeze]
    more: bool
    def __init__(self, freezes: _Optional[_Iterable[_Union[Freeze, _Mapping]]] = ..., more: bool = ...) -> None: ...

class StatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PartitionStatus(_message.Message):
    __slots__ = ("partition", "leader", "index", "epoch", "shoppers", "state_hash")
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    LEADER_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    SHOPPERS_FIELD_NUMBER: _ClassVar[int]
    STATE_HASH_FIELD_NUMBER: _ClassVar[int]
    partition: int
    leader: str
    index: int
    epoch: int
    shoppers: int
    state_hash: int
    def __init__(self, partition: _Optional[int] = ..., leader: _Optional[str] = ..., index: _Optional[int] = ..., epoch: _Optional[int] = ..., shoppers: _Optional[int] = ..., state_hash: _Optional[int] = ...) -> None: ...

class Trial(_message.Message):
    __slots__ = ("version", "checksum", "share_per_mille", "loaded", "lines", "lower", "higher", "moved_millionths", "serving_millionths", "trial_millionths")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    SHARE_PER_MILLE_FIELD_NUMBER: _ClassVar[int]
    LOADED_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    LOWER_FIELD_NUMBER: _ClassVar[int]
    HIGHER_FIELD_NUMBER: _ClassVar[int]
    MOVED_MILLIONTHS_FIELD_NUMBER: _ClassVar[int]
    SERVING_MILLIONTHS_FIELD_NUMBER: _ClassVar[int]
    TRIAL_MILLIONTHS_FIELD_NUMBER: _ClassVar[int]
    version: int
    checksum: int
    share_per_mille: int
    loaded: bool
    lines: int
    lower: int
    higher: int
    moved_millionths: int
    serving_millionths: int
    trial_millionths: int
    def __init__(self, version: _Optional[int] = ..., checksum: _Optional[int] = ..., share_per_mille: _Optional[int] = ..., loaded: bool = ..., lines: _Optional[int] = ..., lower: _Optional[int] = ..., higher: _Optional[int] = ..., moved_millionths: _Optional[int] = ..., serving_millionths: _Optional[int] = ..., trial_millionths: _Optional[int] = ...) -> None: ...

class Models(_message.Message):
    __slots__ = ("checksum", "previous_version", "previous_checksum", "trial")
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_VERSION_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    checksum: int
    previous_version: int
    previous_checksum: int
    trial: Trial
    def __init__(self, checksum: _Optional[int] = ..., previous_version: _Optional[int] = ..., previous_checksum: _Optional[int] = ..., trial: _Optional[_Union[Trial, _Mapping]] = ...) -> None: ...

class Replica(_message.Message):
    __slots__ = ("partition", "role", "epoch", "index", "checkpoint_index", "checkpoint_hash")
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_INDEX_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_HASH_FIELD_NUMBER: _ClassVar[int]
    partition: int
    role: int
    epoch: int
    index: int
    checkpoint_index: int
    checkpoint_hash: int
    def __init__(self, partition: _Optional[int] = ..., role: _Optional[int] = ..., epoch: _Optional[int] = ..., index: _Optional[int] = ..., checkpoint_index: _Optional[int] = ..., checkpoint_hash: _Optional[int] = ...) -> None: ...

class WorkerStatus(_message.Message):
    __slots__ = ("name", "ready", "silent_ms", "partitions", "answered", "in_flight", "model_version", "catalogue_products", "broadcast_index", "problem", "weight", "draining", "replicas", "frozen_products", "models", "busy_permille")
    NAME_FIELD_NUMBER: _ClassVar[int]
    READY_FIELD_NUMBER: _ClassVar[int]
    SILENT_MS_FIELD_NUMBER: _ClassVar[int]
    PARTITIONS_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    BROADCAST_INDEX_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    REPLICAS_FIELD_NUMBER: _ClassVar[int]
    FROZEN_PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    BUSY_PERMILLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    ready: bool
    silent_ms: int
    partitions: int
    answered: int
    in_flight: int
    model_version: int
    catalogue_products: int
    broadcast_index: int
    problem: str
    weight: int
    draining: bool
    replicas: _containers.RepeatedCompositeFieldContainer[Replica]
    frozen_products: int
    models: Models
    busy_permille: int
    def __init__(self, name: _Optional[str] = ..., ready: bool = ..., silent_ms: _Optional[int] = ..., partitions: _Optional[int] = ..., answered: _Optional[int] = ..., in_flight: _Optional[int] = ..., model_version: _Optional[int] = ..., catalogue_products: _Optional[int] = ..., broadcast_index: _Optional[int] = ..., problem: _Optional[str] = ..., weight: _Optional[int] = ..., draining: bool = ..., replicas: _Optional[_Iterable[_Union[Replica, _Mapping]]] = ..., frozen_products: _Optional[int] = ..., models: _Optional[_Union[Models, _Mapping]] = ..., busy_permille: _Optional[int] = ...) -> None: ...

class AnswerCounts(_message.Message):
    __slots__ = ("personal", "segment", "list", "refused", "other")
    PERSONAL_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    OTHER_FIELD_NUMBER: _ClassVar[int]
    personal: int
    segment: int
    list: int
    refused: int
    other: int
    def __init__(self, personal: _Optional[int] = ..., segment: _Optional[int] = ..., list: _Optional[int] = ..., refused: _Optional[int] = ..., other: _Optional[int] = ...) -> None: ...

class StatusReply(_message.Message):
    __slots__ = ("cluster", "router", "uptime_ms", "partitions", "in_flight", "answers", "workers")
    CLUSTER_FIELD_NUMBER: _ClassVar[int]
    ROUTER_FIELD_NUMBER: _ClassVar[int]
    UPTIME_MS_FIELD_NUMBER: _ClassVar[int]
    PARTITIONS_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    cluster: str
    router: str
    uptime_ms: int
    partitions: int
    in_flight: int
    answers: AnswerCounts
    workers: _containers.RepeatedCompositeFieldContainer[WorkerStatus]
    def __init__(self, cluster: _Optional[str] = ..., router: _Optional[str] = ..., uptime_ms: _Optional[int] = ..., partitions: _Optional[int] = ..., in_flight: _Optional[int] = ..., answers: _Optional[_Union[AnswerCounts, _Mapping]] = ..., workers: _Optional[_Iterable[_Union[WorkerStatus, _Mapping]]] = ...) -> None: ...

class InspectRequest(_message.Message):
    __slots__ = ("partition",)
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    partition: int
    def __init__(self, partition: _Optional[int] = ...) -> None: ...

class CheckpointRequest(_message.Message):
    __slots__ = ("partition",)
    PARTITION_FIELD_NUMBER: _ClassVar[int]
    partition: int
    def __init__(self, partition: _Optional[int] = ...) -> None: ...

class CheckpointAck(_message.Message):
    __slots__ = ("index",)
    INDEX_FIELD_NUMBER: _ClassVar[int]
    index: int
    def __init__(self, index: _Optional[int] = ...) -> None: ...

class DrainRequest(_message.Message):
    __slots__ = ("worker", "drain")
    WORKER_FIELD_NUMBER: _ClassVar[int]
    DRAIN_FIELD_NUMBER: _ClassVar[int]
    worker: str
    drain: bool
    def __init__(self, worker: _Optional[str] = ..., drain: bool = ...) -> None: ...

class DrainReply(_message.Message):
    __slots__ = ("led",)
    LED_FIELD_NUMBER: _ClassVar[int]
    led: int
    def __init__(self, led: _Optional[int] = ...) -> None: ...

class WorkerReport(_message.Message):
    __slots__ = ("name", "ready", "model_version", "catalogue_products", "broadcast_index", "answered", "problem", "weight", "draining", "replicas", "frozen_products", "models", "busy_permille")
    NAME_FIELD_NUMBER: _ClassVar[int]
    READY_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    BROADCAST_INDEX_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    REPLICAS_FIELD_NUMBER: _ClassVar[int]
    FROZEN_PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    BUSY_PERMILLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    ready: bool
    model_version: int
    catalogue_products: int
    broadcast_index: int
    answered: int
    problem: str
    weight: int
    draining: bool
    replicas: _containers.RepeatedCompositeFieldContainer[Replica]
    frozen_products: int
    models: Models
    busy_permille: int
    def __init__(self, name: _Optional[str] = ..., ready: bool = ..., model_version: _Optional[int] = ..., catalogue_products: _Optional[int] = ..., broadcast_index: _Optional[int] = ..., answered: _Optional[int] = ..., problem: _Optional[str] = ..., weight: _Optional[int] = ..., draining: bool = ..., replicas: _Optional[_Iterable[_Union[Replica, _Mapping]]] = ..., frozen_products: _Optional[int] = ..., models: _Optional[_Union[Models, _Mapping]] = ..., busy_permille: _Optional[int] = ...) -> None: ...

class Assignment(_message.Message):
    __slots__ = ("partitions",)
    PARTITIONS_FIELD_NUMBER: _ClassVar[int]
    partitions: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, partitions: _Optional[_Iterable[int]] = ...) -> None: ...

class Refusal(_message.Message):
    __slots__ = ("code", "name", "place", "value", "remedy", "retryable")
    CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    REMEDY_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    code: int
    name: str
    place: str
    value: str
    remedy: str
    retryable: bool
    def __init__(self, code: _Optional[int] = ..., name: _Optional[str] = ..., place: _Optional[str] = ..., value: _Optional[str] = ..., remedy: _Optional[str] = ..., retryable: bool = ...) -> None: ...
