"""User, enterprise User and Group as data (RFC 7643 §4, §8.7.1), as the errata leave them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .constants import ENTERPRISE_USER, GROUP, USER
from .schemas import Attribute, ResourceType, Schema


def text(name: str, description: str) -> Attribute:
    """A string without further characteristics."""
    return Attribute(name, description=description)


def identifier(name: str, description: str) -> Attribute:
    """A string that is compared with case, as ids are (RFC 7643 §3.1, erratum 8472)."""
    return Attribute(name, description=description, case_exact=True)


def reference(name: str, description: str, *types: str) -> Attribute:
    """A URI; references are compared with case (RFC 7643 §2.3.7, erratum 6001)."""
    return Attribute(name, "reference", description=description, case_exact=True, reference_types=types)


def compound(name: str, description: str, *subs: Attribute, multi_valued: bool = False) -> Attribute:
    """A complex attribute (RFC 7643 §2.3.8)."""
    return Attribute(name, "complex", multi_valued, description, sub_attributes=subs)


def throughout(mutability: str, attribute: Attribute) -> Attribute:
    """The attribute with the same mutability down to its sub-attributes."""
    subs = tuple(throughout(mutability, sub) for sub in attribute.sub_attributes)
    return replace(attribute, mutability=mutability, sub_attributes=subs)


def _multi(name: str, description: str, value: Attribute, *types: str) -> Attribute:
    """A multi-valued attribute with the sub-attributes of RFC 7643 §2.4: value, display, type and primary."""
    display = text("display", "A name for this value that is only shown.")
    return compound(name, description, value, display, _type(*types), _PRIMARY, multi_valued=True)


def _type(*values: str) -> Attribute:
    return Attribute("type", description="What this value is for.", canonical_values=values)


_PRIMARY = Attribute("primary", "boolean", description="Whether this is the value to prefer; true at most once.")

COMMON: Final = (
    Attribute(
        "schemas",
        "reference",
        multi_valued=True,
        description="The URIs of the schemas that the resource has attributes of.",
        required=True,
        case_exact=True,
        returned="always",
        reference_types=("uri",),
    ),
    Attribute(
        "id",
        description="The identifier that the service provider has given to the resource.",
        required=True,
        case_exact=True,
        mutability="readOnly",
        returned="always",
        uniqueness="server",
    ),
    identifier("externalId", "The identifier by which the client knows the resource."),
    throughout(
        "readOnly",
        compound(
            "meta",
            "What the service provider records about the resource.",
            identifier("resourceType", "The name of the resource's type."),
            Attribute("created", "dateTime", description="When the resource came to be."),
            Attribute("lastModified", "dateTime", description="When the resource last changed."),
            reference("location", "The URI of the resource.", "uri"),
            identifier("version", "The version of the resource, as in the ETag header."),
        ),
    ),
)
"""The attributes of every resource (RFC 7643 §3.1); published schemas do not list them."""

USER_SCHEMA: Final = Schema(
    USER,
    "User",
    "A person's account.",
    (
        Attribute(
            "userName",
            description="The name under which the user logs in.",
            required=True,
            uniqueness="server",
        ),
        compound(
            "name",
            "The parts of the user's real name.",
            text("formatted", "The full name, ready to be shown."),
            text("familyName", "The last name."),
            text("givenName", "The first name."),
            text("middleName", "Names between the first and the last."),
            text("honorificPrefix", "A title before the name, such as Dr."),
            text("honorificSuffix", "A title behind the name, such as III."),
        ),
        text("displayName", "The name under which others see the user."),
        text("nickName", "How the user is called in everyday life."),
        reference("profileUrl", "A page about the user.", "external"),
        text("title", "The user's position, such as Vice President."),
        text("userType", "How the user belongs to the organization, such as Employee or Contractor."),
        text("preferredLanguage", "The languages the user reads, in the form of the Accept-Language header."),
        text("locale", "How dates, numbers and currency are written for the user, such as en-US."),
        text("timezone", "The user's time zone by its IANA name, such as Europe/Oslo."),
        Attribute("active", "boolean", description="Whether the user may log in."),
        Attribute("password", description="A new password in clear text.", mutability="writeOnly", returned="never"),
        _multi("emails", "E-mail addresses.", text("value", "The address."), "work", "home", "other"),
        _multi(
            "phoneNumbers",
            "Telephone numbers.",
            text("value", "The number, best as a tel: URI of RFC 3966."),
            *("work", "home", "mobile", "fax", "pager", "other"),
        ),
        _multi(
            "ims",
            "Addresses for instant messages.",
            text("value", "The address."),
            *("aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo", "other"),
        ),
        _multi(
            "photos",
            "Pictures of the user.",
            reference("value", "The URI of an image file.", "external"),
            *("photo", "thumbnail"),
        ),
        compound(
            "addresses",
            "Postal addresses.",
            text("formatted", "The address as on an envelope, with line breaks."),
            text("streetAddress", "Street, number, apartment, post office box."),
            text("locality", "The city."),
            text("region", "The state or region."),
            text("postalCode", "The postal code."),
            text("country", "The country by its two letters of ISO 3166-1."),
            _type("work", "home", "other"),
            _PRIMARY,
            multi_valued=True,
        ),
        throughout(
            "readOnly",
            compound(
                "groups",
                "The Groups that the user belongs to; they are changed through the Groups.",
                identifier("value", "The id of the Group."),
                reference("$ref", "The URI of the Group.", "Group"),
                text("display", "The name of the Group."),
                Attribute(
                    "type",
                    description="Whether the user is a member itself or by way of another Group.",
                    canonical_values=("direct", "indirect"),
                ),
                multi_valued=True,
            ),
        ),
        _multi("entitlements", "Things that the user has a right to.", text("value", "The entitlement.")),
        _multi("roles", "What the user is to the organization or the product.", text("value", "The role.")),
        _multi(
            "x509Certificates",
            "Certificates of the user.",
            Attribute("value", "binary", description="One certificate, DER in base64.", case_exact=True),
        ),
    ),
)

ENTERPRISE_USER_SCHEMA: Final = Schema(
    ENTERPRISE_USER,
    "EnterpriseUser",
    "What an employer knows about a user.",
    (
        text("employeeNumber", "The number that the organization has given to the person."),
        text("costCenter", "The cost center."),
        text("organization", "The organization."),
        text("division", "The division."),
        text("department", "The department."),
        compound(
            "manager",
            "The User to whom the user reports.",
            identifier("value", "The id of the manager."),
            reference("$ref", "The URI of the manager.", "User"),
            Attribute("displayName", description="The name of the manager.", mutability="readOnly"),
        ),
    ),
)

GROUP_SCHEMA: Final = Schema(
    GROUP,
    "Group",
    "A set of users, to give them something in common.",
    (
        Attribute("displayName", description="The name of the Group.", required=True),
        # Members come and go, but one that is there does not change (RFC 7643 §4.2). The display is the member's own
        # name, so a client cannot set it, and what is published says so (RFC 7643 §7).
        compound(
            "members",
            "The members of the Group.",
            throughout("immutable", identifier("value", "The id of the member.")),
            throughout("immutable", reference("$ref", "The URI of the member.", "User", "Group")),
            throughout("immutable", Attribute("type", description="What it is.", canonical_values=("User", "Group"))),
            throughout("readOnly", text("display", "The name of the member.")),
            multi_valued=True,
        ),
    ),
)

USER_TYPE: Final = ResourceType(
    "User", "/Users", "The accounts of the product.", USER_SCHEMA, (ENTERPRISE_USER_SCHEMA,), COMMON
)
GROUP_TYPE: Final = ResourceType("Group", "/Groups", "What users can be given access to.", GROUP_SCHEMA, (), COMMON)
