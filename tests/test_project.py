"""The project keeps its own promises."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import scim_provisioning

PACKAGE = Path(scim_provisioning.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))


def test_the_version_is_one_that_indexes_take() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", scim_provisioning.__version__)


def test_the_changelog_begins_with_what_is_unreleased_or_with_this_version() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (PACKAGE.parent / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] in ("Unreleased", scim_provisioning.__version__)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_every_module_says_what_it_is_for(module: Path) -> None:
    tree = ast.parse(module.read_text("utf-8"))
    # Django writes the migrations; where there is nothing, there is nothing to explain.
    assert ast.get_docstring(tree) or "migrations" in module.parts or not tree.body


def test_the_package_tells_type_checkers_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()
