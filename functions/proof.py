"""Who may call `/tasks/*`: Google's queue and scheduler, or this machine's queue."""

from collections.abc import Collection
from functools import cache, partial
from typing import Protocol

from flask import Request

from functions.bootstrap import now, settings, world
from functions.http import Problem, Refused
from functions.setting_forms import TasksAccount, TasksProof
from functions.task_doors import audience_of
from services.secrets.task_proof import HEADER, is_our_task


class Tokens(Protocol):
    """What checks a token of Google's."""

    def is_from(
        self, emails: Collection[str], token: str, *, audience: str
    ) -> bool: ...


def require_proof(request: Request) -> None:
    """Refuse a task that neither Google's account nor our own queue vouches for."""
    account = settings().tasks_account
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if account is not None and scheme.lower() == "bearer":
        proved = _is_from(account, token.strip(), path=request.path)
    else:
        proved = settings().on_one_machine and _is_signed(request)
    if not proved:
        headers = {"WWW-Authenticate": "Bearer"}
        detail = "Tasks are taken from our own queue and scheduler only."
        raise Refused(Problem(status=401, detail=detail, headers=headers))


def _is_from(account: TasksAccount, token: str, *, path: str) -> bool:
    audience = audience_of(settings(), path.rstrip("/"))
    return _tokens().is_from(account.emails, token, audience=audience)


@cache
def _tokens() -> Tokens:
    from infra.google.http import transport_to
    from infra.google.signing_keys import listed_keys
    from infra.oidc import CheckedTokens
    from infra.oidc import Tokens as GoogleTokens

    if settings().tasks_proof is TasksProof.CLOUD_RUN:
        return CheckedTokens(clock=world().clock)
    transport = transport_to(settings().google_url or "")
    return GoogleTokens(partial(listed_keys, transport), clock=world().clock)


def _is_signed(request: Request) -> bool:
    return is_our_task(
        world().signer,
        path=request.path,
        body=request.get_data(),
        signature=request.headers.get(HEADER, ""),
        now=now(),
    )
