"""Answers of scim2-models, a published package that parses and evaluates filters and shares no line with ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from typing import Any

from scim2_models import EnterpriseUser, ScimFilter, User
from scim2_models.exceptions import InvalidFilterException
from scim2_models.path import Comparison, FilterNode, LogicalExpr, Not, Present, ValuePath

from scim_provisioning.protocol.core_schemas import USER_TYPE
from scim_provisioning.protocol.documents import nested

PERSON = User[EnterpriseUser]


def answer(text: str, document: dict[str, Any]) -> bool | None:
    """Whether they find the User, a flat document, by the filter; None where they refuse it."""
    try:
        return ScimFilter[PERSON](text).match(_built(PERSON, nested(document, USER_TYPE)), strict=True)
    except InvalidFilterException:
        return None


def tree(text: str) -> str | None:
    """The filter as they understand it, written as ours are; None where they refuse it."""
    try:
        return _written(ScimFilter(text).ast)
    except InvalidFilterException:
        return None


def _built(model: Any, values: Mapping[str, Any]) -> Any:
    """An instance of their model, without their checks of formats: not every value in the tests is an address."""
    fields = {field.serialization_alias or name: name for name, field in model.model_fields.items()}
    built = model.model_construct(
        **{fields[key]: _value(model.get_field_root_type(fields[key]), value) for key, value in values.items()}
    )
    built.__dict__.setdefault("EnterpriseUser", None)
    return built


def _value(type: Any, value: Any) -> Any:
    match value:
        case list():
            return [_value(type, one) for one in value]
        case dict():
            return _built(type, value)
        case str() if type is datetime:
            return datetime.fromisoformat(value)
    return value


def _written(node: FilterNode) -> str:
    match node:
        case Present(path):
            return f"({path} pr)"
        case Comparison(path, operator, value):
            return f"({path} {operator.value} {json.dumps(value, ensure_ascii=False)})"
        case Not(operand):
            return f"(not {_written(operand)})"
        case LogicalExpr(operator, terms):
            return reduce(lambda left, right: f"({left} {operator.value} {right})", map(_written, terms))
        case ValuePath(path, condition):
            return f"({path}[{_written(condition)}])"
    raise TypeError(f"scim2-models has a new kind of node: {node!r}")
