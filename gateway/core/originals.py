"""Drafts → drafts with the originals of texts that a check has opened.

A signed text is published as what was signed. Only a `Proof` names an original, so nothing is
published in place of a text that no check has verified.
"""

from collections.abc import Mapping, Sequence

from msgspec import structs

from gateway.core.model import Proof, Value
from gateway.core.provider import Draft


def restored(drafts: list[Draft], proofs: Sequence[Proof]) -> list[Draft]:
    """The drafts, with every text that a proof has an original of replaced by that."""
    originals = {signed: original for proof in proofs for signed, original in proof.originals}
    if not originals:
        return drafts
    return [structs.replace(draft, data=_members(draft.data, originals)) for draft in drafts]


def _members(node: dict[str, Value], originals: Mapping[str, str]) -> dict[str, Value]:
    return {name: _value(value, originals) for name, value in node.items()}


def _value(value: Value, originals: Mapping[str, str]) -> Value:
    if isinstance(value, str):
        return originals.get(value, value)
    if isinstance(value, dict):
        return _members(value, originals)
    return [_value(one, originals) for one in value] if isinstance(value, list) else value
