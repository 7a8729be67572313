"""The bodies of POST, PUT and PATCH as one list of operations on leaves.

Types, names, cases and tolerances are settled here, once: what comes out names leaves in the schema's own spelling and
holds values of the right type. Nothing here looks at the resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from .binding import Bound, bind_condition
from .constants import PATCH_OP
from .dialects import Leniency
from .documents import is_required
from .envelopes import check_schemas, members, message
from .errors import InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget, ScimError, TooLarge
from .expressions import PatchPath
from .parser import parse_attribute_path, parse_path
from .schemas import Attribute, ResourceType, Schema, Target
from .sets import Named
from .values import coerced, is_nothing, one, says_nothing, single

SETS: Final = frozenset({"members", "groups"})
"""Attributes that are sets of references, changed without being loaded."""

PUT_KEEPS: Final = frozenset({"active", "password", "groups"})
"""What a POST or PUT that leaves it out, or sends nothing for it, leaves as it was."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One change of one leaf. `value` is None for removal; of a set, the ids.

    `where` picks elements of a multi-valued attribute, `sub` one of their sub-attributes. Beside add, replace and
    remove there is echo: the value of a readOnly attribute, which has to be what it is.
    """

    op: str
    key: str
    value: Any = None
    where: Bound | None = None
    sub: str | None = None


class Reader:
    """Reads bodies for one resource type."""

    def __init__(self, resource_type: ResourceType, leniency: Leniency, max_operations: int = 1000) -> None:
        self.resource_type = resource_type
        self.leniency = leniency
        self.max_operations = max_operations

    def post(self, body: Any) -> list[Operation]:
        """The operations that make a new resource of nothing."""
        sent = {leaf: value for leaf, value in self._sent(body).items() if value is not None}
        return [Operation("replace", leaf.key, value) for leaf, value in sent.items() if not _is_kept(leaf, value)]

    def put(self, body: Any) -> list[Operation]:
        """Replace every leaf that is sent, remove every writable one that is not, but for those that PUT keeps."""
        sent = {leaf.key: value for leaf, value in self._sent(body).items()}
        operations = []
        for key, leaf in self.resource_type.leaves.items():
            if not _writable(leaf):
                continue
            value = sent.get(key)
            if _is_kept(leaf, value):
                continue
            if value is not None:
                operations.append(Operation("replace", key, value))
            elif not leaf.is_immutable:
                operations.append(Operation("remove", key))
        return operations

    def patch(self, body: Any) -> list[Operation]:
        """The operations of a PatchOp message (RFC 7644 §3.5.2)."""
        found = message(body, "The body", {"schemas", "operations"}, self.leniency)
        check_schemas(found.get("schemas"), PATCH_OP, frozenset(), self.leniency)
        listed = found.get("operations")
        if isinstance(listed, dict) and listed and self.leniency.forgives("one-for-list"):
            listed = [listed]
        if not isinstance(listed, list) or not (listed or self.leniency.forgives("empty-operations")):
            raise InvalidSyntax("A PATCH body has `Operations`: one object or more with `op`, `path` and `value`.")
        if len(listed) > self.max_operations:
            raise TooLarge(f"A PATCH may hold {self.max_operations} operations; this one has {len(listed)}.")
        operations: list[Operation] = []
        for number, operation in enumerate(listed):
            try:
                operations.extend(self._operation(operation))
            except ScimError as error:
                error.detail = f"Operations[{number}]: {error.detail}"
                raise
        return operations

    # Bodies of resources

    def _sent(self, body: Any) -> dict[Target, Any]:
        """Leaves and values of a resource's body; what is readOnly is passed over (RFC 7644 §3.3)."""
        found = members(body)
        extensions = {extension.id for extension in self.resource_type.extensions}
        used = {urn for urn in extensions if urn.lower() in found}
        check_schemas(found.get("schemas"), self.resource_type.schema.id, extensions, self.leniency, used)
        sent: dict[Target, Any] = {}
        for leaf, value in self._leaves(body):
            known = sent.get(leaf)
            if known is not None and value is not None and known != value:
                raise InvalidValue(f"{leaf.key} is there more than once, with different values.")
            if _writable(leaf):
                sent[leaf] = known if value is None else value
        return sent

    def _leaves(self, value: Mapping[str, Any]) -> Iterator[tuple[Target, Any]]:
        """Leaves and values of an object whose keys name attributes; of what is readOnly the value is not looked at."""
        for key, inner in value.items():
            extension = self.resource_type.extension(key)
            if self._is_core(key, inner):
                yield from self._leaves(inner)
            elif extension is None:
                yield from self._values(self._named(key), inner, key)
            elif isinstance(inner, dict):
                for name, nested in inner.items():
                    yield from self._values(self._named(name, f"{extension.id}:"), nested, f"{extension.id}:{name}")
            elif says_nothing(inner, extension.id, self.leniency, dict):
                yield from ((leaf, None) for leaf in self._of_extension(extension))
            else:
                raise InvalidValue(f"The value for {extension.id} is an object with its attributes.")

    def _is_core(self, key: str, value: Any) -> bool:
        """Whether the core schema's attributes stand under its URN, as an extension's do (a tolerance)."""
        named = isinstance(value, dict) and key.lower() == self.resource_type.schema.id.lower()
        return named and self.leniency.forgives("urn-key")

    def _named(self, key: str, prefix: str = "") -> Target | None:
        """What a key names, below that URN; a dotted, qualified or too short key by a tolerance."""
        try:
            path = parse_attribute_path(prefix + key)
        except ScimError:
            return None
        target = self.resource_type.resolve(path)
        if target is None:
            return None
        qualified = path.urn is not None and not prefix
        deviations = {
            "urn-key": qualified,
            "dotted-key": path.sub is not None and not qualified,
            "unqualified-key": target.prefix and path.urn is None,
        }
        return target if all(self.leniency.forgives(name) for name, is_so in deviations.items() if is_so) else None

    def _of_extension(self, extension: Schema) -> Iterator[Target]:
        return (leaf for leaf in self.resource_type.leaves.values() if leaf.prefix == f"{extension.id}:")

    def _values(self, target: Target | None, value: Any, key: str) -> Iterator[tuple[Target, Any]]:
        if target is None:
            if not self.leniency.forgives("unknown-attribute"):
                raise InvalidSyntax(f"There is no attribute {key!r}.")
        elif not _writable(target):
            yield from ((leaf, None) for leaf in target.leaves)
        elif target.sub is not None and target.attribute.multi_valued:
            raise InvalidValue(f"{key} stands for one element of many; say which by a path.")
        elif target.leaves == (target,):
            yield target, self._value(target, value)
        else:
            yield from self._parts(target, value)

    def _parts(self, target: Target, value: Any) -> Iterator[tuple[Target, Any]]:
        """The leaves of a single-valued complex attribute that the value says something of."""
        if value != {} and says_nothing(value, target.key, self.leniency):
            yield from ((leaf, None) for leaf in target.leaves)
            return
        value = single(target.attribute, value, self.leniency)
        parts = one(target.attribute, value, target.key, self.leniency)
        sent = {name.lower() for name in value} if isinstance(value, dict) else {"value"}
        for leaf in target.leaves:
            if leaf.leaf.name.lower() in sent:
                yield leaf, parts.get(leaf.leaf.name)

    def _value(self, target: Target, value: Any) -> Any:
        """The value of a leaf; of a set, the ids."""
        if target.key not in SETS:
            return coerced(target.leaf, value, target.key, self.leniency)
        if says_nothing(value, target.key, self.leniency, list):
            return frozenset()
        names = _naming(target.attribute)
        if not all(_says_which(element, names) for element in (value if isinstance(value, list) else [value])):
            needed = " or a ".join(f"`{name}`" for name in names)
            raise InvalidValue(f"Each element of {target.key} needs a {needed} to say which resource it means.")
        elements = coerced(target.attribute, value, target.key, self.leniency) or []
        return frozenset(element.get("value") or Named(element["display"]) for element in elements)

    # PATCH

    def _operation(self, operation: Any) -> Iterator[Operation]:
        found = message(operation, "An operation", {"op", "path", "value"}, self.leniency)
        op = found.get("op")
        if not isinstance(op, str) or op.lower() not in ("add", "replace", "remove"):
            raise InvalidSyntax(f"`op` is add, replace or remove, not {op!r}.")
        if op != op.lower() and not self.leniency.forgives("op-case"):
            raise InvalidSyntax(f"`op` is add, replace or remove in lower case, not {op!r}.")
        op = op.lower()
        path, value = found.get("path"), found.get("value")
        if op != "remove" and "value" not in found:
            raise InvalidValue(f"An operation {op} needs a `value`.")
        if path is None or (path == "" and self.leniency.forgives("empty-path")):
            return self._path_less(op, value)
        if not isinstance(path, str):
            raise InvalidPath("`path` is a string.")
        return self._at(op, path, value)

    def _path_less(self, op: str, value: Any) -> Iterator[Operation]:
        if op == "remove":
            raise NoTarget("An operation remove needs a `path`.")
        if not isinstance(value, dict):
            raise InvalidValue("Without a `path` the `value` is an object whose keys name attributes.")
        for key, inner in value.items():
            if "[" in key and self.leniency.forgives("value-path-key"):
                yield from self._at(op, key, inner)
                continue
            target = self._named(key)
            if target is not None and not _writable(target):
                if not self.leniency.forgives("read-only-attribute"):
                    yield from _echoes(op, target, inner)
                continue
            for leaf, known in self._leaves({key: inner}):
                if _writable(leaf):
                    yield from self._leaf_operation(op, leaf, known)

    def _at(self, op: str, text: str, value: Any) -> Iterator[Operation]:
        extension = self.resource_type.extension(text)
        if extension is not None:
            self._check_value(op, value)
            yield from self._on_extension(op, extension, value)
            return
        path = parse_path(text)
        target = self.resource_type.resolve(path.path)
        if target is None:
            raise InvalidPath(f"There is no attribute {str(path.path)!r}.")
        value = self._unwrapped(target, value)
        if not _writable(target):
            yield from _echoes(op, target, value)
            return
        self._check_value(op, value)
        if path.condition is not None:
            yield from self._on_elements(op, path, target, value)
        elif target.sub is not None and target.attribute.multi_valued:
            yield from self._on_elements(op, path, Target(target.prefix, target.attribute), value, sub=target.sub)
        elif op == "remove":
            yield from self._removal(target, value)
        else:
            yield from self._leaf_operations(op, self._values(target, value, target.key))

    def _check_value(self, op: str, value: Any) -> None:
        if op == "remove" and value is not None and not self.leniency.forgives("remove-with-value"):
            raise InvalidValue("An operation remove has no `value`; elements are picked by a filter in the path.")

    def _unwrapped(self, target: Target, value: Any) -> Any:
        """The value of what the path names; of an object that names it once more, what is in there (a tolerance)."""
        wraps = isinstance(value, dict) and [key.lower() for key in value] == [target.attribute_key.lower()]
        return next(iter(value.values())) if wraps and self.leniency.forgives("wrapped-value") else value

    def _on_extension(self, op: str, extension: Schema, value: Any) -> Iterator[Operation]:
        if op == "remove":
            return (Operation("remove", leaf.key) for leaf in self._of_extension(extension) if _writable(leaf))
        return self._leaf_operations(op, self._leaves({extension.id: value}))

    def _removal(self, target: Target, value: Any) -> Iterator[Operation]:
        """Removal of an attribute; of a multi-valued one with a value, just of those elements (a tolerance).

        An empty list names nobody: a client's mistake must not empty a group.
        """
        if target.attribute.multi_valued and value not in (None, ""):
            yield Operation("remove", target.key, self._value(target, value) or [])
            return
        for leaf in target.leaves:
            if leaf.key == "active":
                raise Mutability(
                    "active cannot be removed: an account is active or not. Replace it with true or false."
                )
            if is_required(leaf):
                raise Mutability(f"{leaf.key} is required: it cannot be removed, only replaced.")
            if _writable(leaf):
                yield Operation("remove", leaf.key)

    def _on_elements(
        self, op: str, path: PatchPath, target: Target, value: Any, sub: Attribute | None = None
    ) -> Iterator[Operation]:
        """An operation on the elements that a filter picks, or on a sub-attribute of all."""
        where = known = None
        if path.condition is not None:
            if target.sub is not None or not target.attribute.multi_valued or not target.attribute.is_complex:
                raise InvalidPath(f"{target.key} has no elements that a filter could pick.")
            where = bind_condition(path.condition, target, self.leniency)
            if path.sub is not None:
                sub = target.attribute.sub(path.sub)
                if sub is None:
                    raise InvalidPath(f"{target.key} has no sub-attribute {path.sub!r}.")
        if target.key in SETS and (sub is not None or op != "remove"):
            raise Mutability(f"An element of {target.key} is immutable: remove it and add another.")
        if op == "remove":
            pass
        elif sub is not None:
            known = coerced(sub, value, f"{target.key}.{sub.name}", self.leniency)
        elif not says_nothing(value, target.key, self.leniency, dict):
            known = one(target.attribute, single(target.attribute, value, self.leniency), target.key, self.leniency)
        yield from self._changed(Operation(op, target.key, known, where, sub.name if sub else None))

    def _leaf_operations(self, op: str, leaves: Iterable[tuple[Target, Any]]) -> Iterator[Operation]:
        for leaf, value in leaves:
            if _writable(leaf):
                yield from self._leaf_operation(op, leaf, value)

    def _leaf_operation(self, op: str, leaf: Target, value: Any) -> Iterator[Operation]:
        if op == "replace" and leaf.key == "active" and value is None:
            raise InvalidValue("active is a boolean: true or false is due, not null.")
        return self._changed(Operation(op, leaf.key, value))

    def _changed(self, operation: Operation) -> Iterator[Operation]:
        """The operation, where it has something to do: replacing by nothing is removing, adding nothing is nothing."""
        if operation.op == "remove" or not is_nothing(operation.value):
            yield operation
        elif operation.op == "replace":
            yield replace(operation, op="remove", value=None)


def _echoes(op: str, target: Target, value: Any) -> Iterator[Operation]:
    """Operations on what is readOnly: no change if they say what is there anyhow (RFC 7644 §3.5.2)."""
    if len(target.leaves) > 1 and isinstance(value, dict):
        sent = {name.lower(): part for name, part in value.items()}
        parts = {leaf: sent[leaf.leaf.name.lower()] for leaf in target.leaves if leaf.leaf.name.lower() in sent}
    else:
        parts = {target: value}
    for leaf, part in parts.items():
        if op == "remove" or leaf.attribute.multi_valued or leaf.leaf.is_complex or is_nothing(part):
            raise Mutability(f"{leaf.key} is readOnly: it cannot be changed by a client.")
        yield Operation("echo", leaf.key, part)


def _writable(target: Target) -> bool:
    return "readOnly" not in (target.leaf.mutability, target.attribute.mutability) and target.attribute_key != "schemas"


def _is_kept(leaf: Target, value: Any) -> bool:
    return leaf.attribute_key in PUT_KEEPS and is_nothing(value)


def _naming(attribute: Attribute) -> list[str]:
    """The sub-attributes that say which resource an element of a set means: its id, and its name where that serves."""
    subs = (attribute.sub("value"), attribute.sub("display"))
    return [sub.name for sub in subs if sub is not None and sub.mutability != "readOnly"]


def _says_which(element: Any, names: list[str]) -> bool:
    """Whether an element of a set says whom it means. One that does not is no element less: a client went wrong."""
    if isinstance(element, dict):
        return any(name.lower() in names and not is_nothing(inner) for name, inner in element.items())
    return not is_nothing(element)
