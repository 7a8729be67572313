"""The pictures in the documents: `tox run -e screenshots` takes them anew, of each scene.

Taken again on the same machine, they are the same to the byte.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from tests.admin.browser.window import Window

FOLDER = os.environ.get("SCIM_PICTURES")

SCALE = 1.5 if FOLDER else 1  # sharp on most screens

PAGE: Final = {"width": 900, "height": 200}
PHONE: Final = {"width": 390, "height": 200}

ON_A_PHONE = ("never-enabled", "just-enabled", "healthy", "failing", "events")
"""Scenes of which there is a second picture: on a phone, in the dark."""

BARE = """
    document.querySelectorAll('#nav-sidebar, #toggle-nav-sidebar').forEach(it => it.remove());
    scrollTo(0, 0);
"""
"""Without the admin's navigation, from the top."""

COLOURS = 40


def names(scene: str) -> list[str]:
    """The pictures that there are of a scene."""
    return [scene, f"{scene}-phone"] if scene in ON_A_PHONE else [scene]


def take(window: Window, scene: str) -> None:
    """Take the pictures of the scene that the window shows, if they are asked for."""
    if not FOLDER:
        return
    for name, size, scheme in zip(names(scene), (PAGE, PHONE), ("light", "dark"), strict=False):
        window.look(size, scheme)
        window.settle()
        window.page.evaluate(BARE)
        keep(window.page.screenshot(full_page=True, animations="disabled"), Path(FOLDER, f"{name}.png"))


def keep(picture: bytes, path: Path) -> None:
    """Where letters are smooth, any of the page's colours will do: a picture with a palette is a third of the size."""
    from PIL import Image

    page = Image.open(BytesIO(picture)).convert("RGB")
    alike: dict[Any, Any] = {}  # Pillow tells colours apart by six bits each
    for _, colour in sorted(page.getcolors(page.width * page.height), reverse=True):
        alike.setdefault(tuple(value >> 2 for value in colour), colour)
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in list(alike.values())[:COLOURS] for value in colour])
    page.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)
