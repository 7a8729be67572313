"""Ending a user's API tokens, of the token apps that the product has installed, when the account is deactivated."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from django.apps import apps
from django.db import IntegrityError, router, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from . import log
from .locks import is_deadlock

Rows = QuerySet[Any]


class Kind(NamedTuple):
    """One kind of tokens."""

    app: str
    model: str  # in the app's models: the model, or the function that gives it, as a product may have put its own there
    end: Callable[[Rows], object]


def _delete(rows: Rows) -> None:
    rows.delete()


def _revoke(rows: Rows) -> None:
    """Revoke refresh tokens, whose rows tell that somebody tries to use them again."""
    live = rows.filter(revoked=None)
    try:
        with transaction.atomic(using=rows.db):
            live.update(revoked=timezone.now())
    except IntegrityError:
        live.delete()  # the same token in two rows, which cannot be revoked at the same moment


def _expire(rows: Rows) -> None:
    """End tokens in one statement: whatever depends on their rows would have to be looked up before a deletion."""
    rows.update(expires=timezone.now())


def _expire_access(rows: Rows) -> None:
    """The same, and a refresh token that was used up is not forgiven a repetition (REFRESH_TOKEN_GRACE_PERIOD…)."""
    rows.update(expires=timezone.now(), source_refresh_token=None)


OAUTH = "oauth2_provider"

KINDS = (
    Kind("rest_framework.authtoken", "Token", _delete),
    Kind("knox", "get_token_model", _delete),
    # In the order in which the toolkit itself locks them.
    Kind(OAUTH, "get_refresh_token_model", _revoke),
    Kind(OAUTH, "get_access_token_model", _expire_access),
    Kind(OAUTH, "get_id_token_model", _expire),
    Kind(OAUTH, "get_grant_model", _delete),
    Kind(OAUTH, "get_device_grant_model", _delete),
)


def end_tokens(user: Any) -> None:
    """End the user's tokens. Called in the transaction that deactivates, which no other app's fault may stop."""
    for kind in KINDS:
        if apps.is_installed(kind.app):
            try:
                _end(kind, user.pk)
            except Exception as error:
                if is_deadlock(error):
                    raise  # the whole operation runs again
                log.missed(f"Tokens of {kind.app} of somebody who was deactivated are not ended", error)


def _end(kind: Kind, user: Any) -> None:
    """End all tokens of one kind, in as many statements whether there are few or many."""
    named = getattr(import_module(f"{kind.app}.models"), kind.model, None)
    if named is None:
        return  # an earlier version of the app, which has no such tokens
    model: type[Model] = named if isinstance(named, type) else named()
    using = router.db_for_write(model)
    with transaction.atomic(using=using):
        kind.end(model._base_manager.using(using).filter(user=user))
