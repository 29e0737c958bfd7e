"""Secrets show in no `repr`, so in no error, and are compared in constant time."""

import ast
import re
from collections.abc import Iterator

from tests.house import Module, production

SECRET = re.compile(
    r"(^|_)(secret|password|verifier|nonce|operator_key|refresh_token|code|state)$"
)
SEALED_OR_NAMES = {
    "services/consent/states.py ConsentState.verifier": "sealed",
    "services/organizations/organization.py Google.secret": "a name in the vault",
}
COMPARED = re.compile(r"(signature|\bmac\b|secret|digest|verifier|nonce|api_key)$")
TOLD_BY_TYPE = {"str", "bytes", "str | None", "bytes | None"}


def ours() -> list[Module]:
    """Return what runs for people; the stand-in for Google keeps no real secret."""
    return [file for file in production() if not file.name.startswith("local/google")]


def shown(file: Module) -> Iterator[str]:
    """Yield the fields of dataclasses that hold a secret and would show it."""
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.ClassDef):
            continue
        if not any("dataclass" in ast.unparse(one) for one in node.decorator_list):
            continue
        for each in node.body:
            if isinstance(each, ast.AnnAssign) and _would_show(each):
                yield f"{file.name} {node.name}.{ast.unparse(each.target)}"


def _would_show(field: ast.AnnAssign) -> bool:
    told = ast.unparse(field.annotation) in TOLD_BY_TYPE
    named = SECRET.search(ast.unparse(field.target)) is not None
    hidden = field.value is not None and "repr=False" in ast.unparse(field.value)
    return told and named and not hidden


def test_no_record_shows_the_secret_that_it_carries() -> None:
    found = {field for file in ours() for field in shown(file)}

    assert found == SEALED_OR_NAMES.keys()


def test_no_secret_is_compared_letter_by_letter() -> None:
    """`==` ends at the first letter that differs: the time tells how far it came."""
    found = [
        f"{file.name}:{node.lineno} {ast.unparse(node)}"
        for file in ours()
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Compare)
        and any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops)
        and any(
            COMPARED.search(ast.unparse(one)) and not isinstance(one, ast.Constant)
            for one in (node.left, *node.comparators)
        )
    ]

    assert found == []
