"""Checks that a wheel has what the app needs in a product, and nothing else: `check_wheel.py FOLDER`."""

import sys
from pathlib import Path
from zipfile import ZipFile

PACKAGE = "scim_provisioning"
CATALOGUES = tuple(f"locale/{language}/LC_MESSAGES/django.{kind}" for language in ("en", "fr") for kind in ("mo", "po"))
NEEDED = ("py.typed", "migrations/", "templates/", "static/", *CATALOGUES)


def main(folder: Path) -> str | None:
    """Return what is wrong with the one wheel in the folder, in words."""
    (wheel,) = folder.glob("*.whl")
    shipped = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    here = {path.as_posix() for path in Path(PACKAGE).rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    lacking = [part for part in NEEDED if not any(name.startswith(f"{PACKAGE}/{part}") for name in shipped)]
    faults = {
        "left out": sorted(here - shipped),
        "not ours to install": sorted(shipped - here),
        "nothing in it of": lacking,
    }
    return "\n".join(f"{wheel.name}: {fault} {', '.join(names)}" for fault, names in faults.items() if names) or None


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
