"""ServiceProviderConfig, ResourceType and Schema as data (RFC 7643 §5–§7, §8.7.2; RFC 9865 §4; errata)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .constants import RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG
from .core_schemas import compound, identifier, reference, text, throughout
from .schemas import Attribute, Schema


def _schema(urn: str, name: str, description: str, *attributes: Attribute) -> Schema:
    """A schema that clients can only read."""
    return Schema(urn, name, description, tuple(throughout("readOnly", attribute) for attribute in attributes))


def _required(attribute: Attribute) -> Attribute:
    return replace(attribute, required=True)


def _boolean(name: str, description: str) -> Attribute:
    return Attribute(name, "boolean", description=description)


def _integer(name: str, description: str) -> Attribute:
    return Attribute(name, "integer", description=description)


def _one_of(name: str, description: str, *values: str, case_exact: bool = False) -> Attribute:
    return Attribute(name, description=description, canonical_values=values, case_exact=case_exact)


def _feature(name: str, description: str, *details: Attribute) -> Attribute:
    """A part of the protocol that is there or not (RFC 7643 §5)."""
    supported = _required(_boolean("supported", "Whether this is offered."))
    return _required(compound(name, description, supported, *(_required(detail) for detail in details)))


SERVICE_PROVIDER_CONFIG_SCHEMA: Final = _schema(
    SERVICE_PROVIDER_CONFIG,
    "Service Provider Configuration",
    "What the service provider offers of the protocol.",
    reference("documentationUri", "Where people read how to use the service.", "external"),
    _feature("patch", "Changing parts of a resource."),
    _feature(
        "bulk",
        "Several operations in one request.",
        _integer("maxOperations", "The most operations in one request."),
        _integer("maxPayloadSize", "The largest request, in bytes."),
    ),
    _feature("filter", "Selecting resources.", _integer("maxResults", "The most resources in one answer.")),
    _feature("changePassword", "Setting passwords."),
    _feature("sort", "Ordering resources."),
    _feature("etag", "Versions of resources."),
    _required(
        compound(
            "authenticationSchemes",
            "The ways in which a client can prove who it is.",
            _required(text("name", "The name of the scheme.")),
            _required(text("description", "What the scheme is.")),
            reference("specUri", "The specification of the scheme.", "external"),
            reference("documentationUri", "Where people read how to use the scheme.", "external"),
            _required(
                _one_of(
                    "type",
                    "The kind of scheme.",
                    *("oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"),
                )
            ),
            _boolean("primary", "Whether this is the scheme to prefer."),
            multi_valued=True,
        )
    ),
    compound(
        "pagination",
        "How long lists are divided into pages.",
        _required(_boolean("cursor", "Whether pages can be followed by cursor.")),
        _required(_boolean("index", "Whether pages can be asked for by startIndex.")),
        _one_of("defaultPaginationMethod", "What is used where the client does not choose.", "cursor", "index"),
        _integer("defaultPageSize", "The resources on a page where the client does not say."),
        _integer("maxPageSize", "The most resources on a page."),
        _integer("cursorTimeout", "The seconds for which a cursor is good."),
    ),
    compound(
        "securityEvents",
        "Events about resources that are sent to receivers.",
        _one_of("asyncRequest", "Whether requests can be answered later by an event.", "none", "long", "request"),
        Attribute("eventUris", multi_valued=True, description="The kinds of events that are sent.", case_exact=True),
    ),
)

RESOURCE_TYPE_SCHEMA: Final = _schema(
    RESOURCE_TYPE,
    "ResourceType",
    "A kind of resource: where it is served and which schemas it has.",
    identifier("id", "The identifier of the resource type; its name."),
    Attribute(
        "name",
        description="The name, as meta.resourceType of the resources gives it.",
        required=True,
        case_exact=True,
        uniqueness="server",
    ),
    text("description", "What resources of this type are."),
    replace(
        reference("endpoint", "Where the resources are served, relative to the base URL.", "uri"),
        required=True,
        uniqueness="server",
    ),
    _required(reference("schema", "The URI of the schema that all resources of the type have.", "uri")),
    compound(
        "schemaExtensions",
        "The schemas that extend it.",
        _required(reference("schema", "The URI of the extension.", "uri")),
        _required(_boolean("required", "Whether every resource must have the extension.")),
        multi_valued=True,
    ),
)

_TYPES = ("boolean", "decimal", "integer", "dateTime", "reference", "binary")


def _characteristics(types: tuple[str, ...], *subs: Attribute) -> tuple[Attribute, ...]:
    """What a schema says of an attribute and, with one exception each way, of a sub-attribute (RFC 7643 §7)."""
    return (
        _required(identifier("name", "The name of the attribute.")),
        _required(_one_of("type", "The data type of its values.", *types)),
        _required(_boolean("multiValued", "Whether there can be several values.")),
        identifier("description", "What the attribute is for."),
        _boolean("required", "Whether a resource must have it."),
        Attribute("canonicalValues", multi_valued=True, description="Usual values.", case_exact=True),
        _boolean("caseExact", "Whether upper and lower case differ."),
        _one_of(
            "mutability",
            "Whether and when clients may change it.",
            *("readOnly", "readWrite", "immutable", "writeOnly"),
            case_exact=True,
        ),
        _one_of("returned", "When answers have it.", *("always", "never", "default", "request"), case_exact=True),
        _one_of("uniqueness", "Among which resources a value is unique.", "none", "server", "global", case_exact=True),
        Attribute("referenceTypes", multi_valued=True, description="What it may refer to.", case_exact=True),
        *subs,
    )


SCHEMA_SCHEMA: Final = _schema(
    SCHEMA,
    "Schema",
    "A set of attributes and their characteristics.",
    Attribute("id", description="The URI of the schema.", required=True, case_exact=True, returned="always"),
    _required(text("name", "The name of the schema.")),
    text("description", "What the schema is for."),
    _required(
        compound(
            "attributes",
            "The attributes of the schema.",
            *_characteristics(
                ("string", "complex", *_TYPES),
                compound(
                    "subAttributes",
                    "The attributes that a complex attribute consists of.",
                    *_characteristics(("string", *_TYPES)),
                    multi_valued=True,
                ),
            ),
            multi_valued=True,
        )
    ),
)

ALL: Final = (SERVICE_PROVIDER_CONFIG_SCHEMA, RESOURCE_TYPE_SCHEMA, SCHEMA_SCHEMA)
