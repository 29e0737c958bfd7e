"""The table of problem types is what clients code against, so it has to be whole."""

import ast
from collections.abc import Iterator

from functions.problems import TYPES
from services import refusals
from services.refusals import Refusal
from tests.house import modules

REFUSALS = {
    name
    for name, kind in vars(refusals).items()
    if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal
}


def kinds_in_code() -> Iterator[str]:
    """Yield each kind that a refusal is raised with."""
    for file in modules("services", "functions"):
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in REFUSALS:
                yield from (
                    ast.literal_eval(given.value)
                    for given in node.keywords
                    if given.arg == "kind" and isinstance(given.value, ast.Constant)
                )


def test_every_problem_that_we_answer_with_is_in_the_table() -> None:
    answered = {*kinds_in_code(), *(vars(refusals)[name].kind for name in REFUSALS)}

    assert answered <= TYPES.keys(), answered - TYPES.keys()
