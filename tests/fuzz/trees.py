"""Mutations of documents: what is whole as XML or JSON, and not the callback that was expected."""

from collections.abc import Callable
from random import Random
from typing import Final

from gateway.core.model import Value
from tests.fuzz.corpus import Holder, any_name, any_value, places
from tests.fuzz.oddities import NAMES, odd_leaf

MOST: Final = 6
"""Changes of one document."""
Key = str | int
Change = Callable[[Random, Holder, Key], None]
"""Changes what stands in the holder under the key, and nothing above it."""


def _drop(_random: Random, holder: Holder, key: Key) -> None:
    del holder[key]


def _replace(new: Callable[[Random, Value], Value]) -> Change:
    def change(random: Random, holder: Holder, key: Key) -> None:
        holder[key] = new(random, holder[key])

    return change


def _rename(name: Callable[[Random, str], str]) -> Change:
    def change(random: Random, holder: Holder, key: Key) -> None:
        if isinstance(holder, dict):
            holder[name(random, str(key))] = holder.pop(key)

    return change


def _insert(random: Random, holder: Holder, _key: Key) -> None:
    value = odd_leaf(random) if random.random() < 0.5 else any_value(random)
    if isinstance(holder, dict):
        holder[random.choice(NAMES) if random.random() < 0.3 else any_name(random)] = value
    else:
        holder.insert(random.randrange(len(holder) + 1), value)


def _shuffle(random: Random, holder: Holder, _key: Key) -> None:
    if isinstance(holder, dict):
        members = list(holder.items())
        random.shuffle(members)
        holder.clear()
        holder.update(members)
    else:
        random.shuffle(holder)


def _exchange(random: Random, holder: Holder, key: Key) -> None:
    other = random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    holder[key], holder[other] = holder[other], holder[key]


def _unnested(_random: Random, value: Value) -> Value:
    children = list(value.values()) if isinstance(value, dict) else value
    return children[0] if isinstance(children, list) and children else value


def _turned(_random: Random, value: Value) -> Value:
    """An object as a list of its values, a list as an object, a leaf in a list."""
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list):
        return {str(index): one for index, one in enumerate(value)}
    return [value]


def _other_type(_random: Random, value: Value) -> Value:
    """A text bare, as a number or word would stand; anything else as text."""
    return f"§{value}§" if isinstance(value, str) else repr(value)[:200]


def _many(random: Random, value: Value) -> Value:
    """Forty of a leaf, but no forty of forty."""
    return [value] * (2 if isinstance(value, dict | list) else random.choice((10, 40)))


def _attributed(random: Random, value: Value) -> Value:
    inner = value if isinstance(value, dict) else {"#text": value}
    return {f"@{random.choice(('a', 'type', 'xmlns', 'JobId'))}": "1"} | inner


CHANGES: Final[dict[str, Change]] = {
    "drop": _drop,
    "insert": _insert,
    "repeat": _replace(lambda _, value: [value, value]),
    "repeat many": _replace(_many),
    "repeat differing": _replace(lambda random, value: [value, odd_leaf(random)]),
    "rename": _rename(lambda random, _: any_name(random)),
    "rename oddly": _rename(lambda random, _: random.choice(NAMES)),
    "other case": _rename(lambda random, name: random.choice((name.lower(), name.upper()))),
    "nest": _replace(lambda random, value: {any_name(random): value}),
    "nest in itself": _replace(lambda _, value: {"Response": {"Response": value}}),
    "unnest": _replace(_unnested),
    "list": _replace(lambda _, value: [value]),
    "list of list": _replace(lambda _, value: [[value]]),
    "turn": _replace(_turned),
    "other type": _replace(_other_type),
    "odd": _replace(lambda random, _: odd_leaf(random)),
    "empty": _replace(lambda random, _: random.choice((None, "", " ", {}, []))),
    "graft": _replace(lambda random, _: any_value(random)),
    "attribute": _replace(_attributed),
    "shuffle": _shuffle,
    "exchange": _exchange,
}
_ALL = list(CHANGES.values())
_ROOTS: Final[tuple[Callable[[Value], Value], ...]] = (
    lambda root: {"Response": root},
    lambda root: {"Response": [root, root]},
    lambda root: {"Response": root, "JobsDetail": {"JobId": "j1"}, "beside": ["1", "2"]},
    lambda root: [root],
    lambda root: [root, root],
    lambda root: {"JobsDetail": root},
    lambda root: {"data": root, "code": 0, "message": "success"},
    lambda root: {"EventName": "TaskFinish"} | (root if isinstance(root, dict) else {}),
    lambda root: root.get("Response", root) if isinstance(root, dict) else root,
)


def changed(random: Random, document: Value) -> Value:
    """`document` with up to `MOST` changes anywhere in it, and perhaps another root."""
    for _ in range(random.randint(1, MOST)):
        found = places(document)
        if found:
            random.choice(_ALL)(random, *random.choice(found))
    return random.choice(_ROOTS)(document) if random.random() < 0.2 else document
