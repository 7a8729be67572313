"""Authentication tokens: made here, shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets

from django.views.decorators.debug import sensitive_variables

PREFIX = "scim_"
HINT_LENGTH = 4


@sensitive_variables("token")
def mint() -> str:
    """A new token of 256 random bits; the prefix lets secret scanners recognise it."""
    token = PREFIX + secrets.token_urlsafe(32)
    return token  # noqa: RET504 (the name is what keeps it out of error reports)


@sensitive_variables("token")
def digest(token: str) -> str:
    """The SHA-256 of a token, in hexadecimal: what is stored and looked up. A random secret needs no slow hash."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()  # whatever a client sent has a digest


@sensitive_variables("token")
def hint(token: str) -> str:
    """The last characters of a token, by which a person tells it from another."""
    return token[-HINT_LENGTH:]
