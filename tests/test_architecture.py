"""The shape of the house: sizes, and what a start may load."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "mpgov"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
HEAVY = {"duckdb", "flask", "jinja2", "keyring", "openpyxl", "pandas", "requests", "rich", "yaml"}


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(PACKAGE)))
def test_a_module_is_short_enough_to_read(module: Path) -> None:
    assert module.read_text("utf-8").count("\n") <= LONGEST_MODULE


def test_a_function_is_short_enough_to_read() -> None:
    found = [
        f"{module.relative_to(PACKAGE)}:{node.lineno} {node.name}"
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and _body_length(node) > LONGEST_FUNCTION
    ]
    assert found == []


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, mpgov.cli.main; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stdout.split()) == set()


def test_check_talks_to_nobody() -> None:
    """The hot path of CI: a plan is judged without loading what Mixpanel needs."""
    code = "import sys, mpgov.cli.check; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (HEAVY - {"yaml"}) & set(done.stdout.split()) == set()


def _body_length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
