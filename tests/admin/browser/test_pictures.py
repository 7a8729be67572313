"""The documents have a picture of each scene, small enough to be sent to somebody on the road."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.admin.browser import pictures
from tests.admin.browser.scenes import SCENES

pytestmark = pytest.mark.once

DOCS = Path(settings.BASE_DIR) / "docs"
NAMES = [name for scene in SCENES for name in pictures.names(scene.name)]
HINT = "Run `tox run -e screenshots`, and look at what has changed."


def test_there_is_a_picture_of_each_scene_and_none_else() -> None:
    assert {path.name for path in (DOCS / "images").iterdir()} == {f"{name}.png" for name in NAMES}, HINT


@pytest.mark.parametrize("name", NAMES)
def test_each_is_small(name: str) -> None:
    assert (DOCS / "images" / f"{name}.png").stat().st_size <= 80_000


def test_each_is_shown_and_told_in_words() -> None:
    text = "".join((DOCS / name).read_text("utf-8") for name in ("states.md", "settings-page.md"))
    assert sorted(re.findall(r"!\[\w[^\]]+\]\(images/(\S+)\.png\)", text)) == sorted(NAMES)
