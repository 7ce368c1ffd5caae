"""The one shape that commands, reports and events share: frozen, compact, canonical bytes."""

import msgspec


class Fact(msgspec.Struct, frozen=True, gc=False, array_like=True, tag_field="kind"):
    """Frozen; encoded as an array behind its tag: a new field goes to the end, with a default."""
