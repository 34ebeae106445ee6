"""YAML text → plain values with the place of each, and the mistakes of its writing.

The rule: a place for everything, so that whoever finds a mistake later can point at it. Sequences
become tuples, keys are always text, and what YAML would guess to be a date stays text. An empty
value, a repeated key, a tag and a loop of aliases are mistakes here, because no model sees them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_TAG = "tag:yaml.org,2002:"
Step = str | int
Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in the file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a path. `place` only where the path alone would point elsewhere."""

    path: Path
    message: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The values, where each key and value stands, and what was wrong on the way."""

    value: Any = None
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def known(self, path: Path) -> Path:
        """The longest beginning of `path` that stands in the file."""
        while path not in self.values and path:
            path = path[:-1]
        return path


_constructor = SafeConstructor()
_SCALARS: dict[str, Callable[[ScalarNode], object]] = {
    "str": lambda node: node.value,
    "timestamp": lambda node: node.value,
    "int": _constructor.construct_yaml_int,
    "float": _constructor.construct_yaml_float,
    "bool": _constructor.construct_yaml_bool,
}


def read(text: str) -> Document:
    """Compose the one document in `text`. Never raises: see `faults`."""
    document = Document()
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if not isinstance(root, MappingNode):
            return _unreadable("must be a mapping of keys", Place(1, 1))
        value = _Walk(document, frozenset()).value(root, ())
    except yaml.MarkedYAMLError as error:
        place = _place(error.problem_mark) if error.problem_mark else Place(1, 1)
        return _unreadable(f"not YAML: {error.problem or error.context}", place)
    except (yaml.YAMLError, RecursionError) as error:
        return _unreadable(f"not YAML: {str(error).splitlines()[0]}", Place(1, 1))
    return replace(document, value=value)


def _unreadable(message: str, place: Place) -> Document:
    return Document(faults=[Fault((), message, place)])


def _place(mark: yaml.Mark) -> Place:
    return Place(mark.line + 1, mark.column + 1)


@dataclass(frozen=True, slots=True)
class _Walk:
    """One step down the tree: the document being filled, and the nodes that are still open."""

    document: Document
    ancestors: frozenset[int]

    def value(self, node: Node, path: Path) -> object:
        self.document.values[path] = _place(node.start_mark)
        below = _Walk(self.document, self.ancestors | {id(node)})
        if id(node) in self.ancestors:
            return self.fault(path, "an alias inside its own anchor")
        if isinstance(node, MappingNode):
            return dict(below.entries(node, path))
        if isinstance(node, SequenceNode):
            return tuple(below.value(item, (*path, n)) for n, item in enumerate(node.value))
        return self.scalar(node, path)

    def entries(self, node: MappingNode, path: Path) -> Iterator[tuple[str, object]]:
        seen: set[str] = set()
        for key, item in node.value:
            place = _place(key.start_mark)
            if not isinstance(key, ScalarNode):
                self.document.faults.append(Fault(path, "a key must be text", place))
            elif key.value in seen:
                here = (*path, key.value)
                self.document.faults.append(Fault(here, "the key stands here twice", place))
            else:
                seen.add(key.value)
                self.document.keys[(*path, key.value)] = place
                yield key.value, self.value(item, (*path, key.value))

    def scalar(self, node: Node, path: Path) -> object:
        kind = node.tag.removeprefix(_TAG)
        if kind == "null":
            return self.fault(path, "is empty: give a value or remove the key")
        if not isinstance(node, ScalarNode) or kind not in _SCALARS:
            return self.fault(path, f"the tag {node.tag} means nothing here")
        try:
            return _SCALARS[kind](node)
        except ValueError:
            return self.fault(path, f"is no {kind}")

    def fault(self, path: Path, message: str) -> object:
        """Note it; None stands where the value should."""
        self.document.faults.append(Fault(path, message))
        return None


def spell(path: Path) -> str:
    """`("sources", "media", "verify", 0)` → `sources.media.verify[0]`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")
