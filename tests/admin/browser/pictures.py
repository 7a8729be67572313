"""The pictures in the documents: `tox run -e screenshots` takes them anew, of each scene.

Taken again on the same machine, they are the same to the byte.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Final

from tests.admin.browser.window import Window

FOLDER = os.environ.get("SCIM_PICTURES")

SCALE = 1.5 if FOLDER else 1  # sharp on most screens

PAGE: Final = {"width": 900, "height": 200}
PHONE: Final = {"width": 390, "height": 200}

ON_A_PHONE = ("never-enabled", "just-enabled", "healthy", "failing")
"""Scenes of which there is a second picture: on a phone, in the dark."""

NO_NAVIGATION = "document.getElementById('main').classList.remove('shifted')"

COLOURS = 32


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
        window.page.evaluate(NO_NAVIGATION)
        keep(window.page.screenshot(full_page=True, animations="disabled"), Path(FOLDER, f"{name}.png"))


def keep(picture: bytes, path: Path) -> None:
    """Where letters are smooth, any of the page's colours will do: a picture with a palette is a third of the size."""
    from PIL import Image

    page = Image.open(BytesIO(picture)).convert("RGB")
    palette = Image.new("P", (1, 1))
    most = sorted(page.getcolors(page.width * page.height), reverse=True)[:COLOURS]
    palette.putpalette([value for _, colour in most for value in colour])
    page.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)
