"""What the product stands on: `python -m docs.dependencies` writes docs/licences.md; `--check` asks whether it is true,
and whether a fault is known in any of it (pip-audit), and says plainly when it could not ask.
"""

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST, PAGE = ROOT / "requirements.txt", ROOT / "docs" / "licences.md"
HEAD = """# Licences of what the product stands on

Written by `python -m docs.dependencies` from what each package says of itself; `make lint` holds it to
requirements.txt (what only some machines need is left out). All may be used by a city and passed on. LGPL (psycopg2,
django-leaflet): used as they are, beside our code; whoever changes *them* passes the change on. The embedded PostgreSQL
(PostgreSQL licence) and Valkey (BSD-3-Clause) are of local mode alone.

| package | version | licence |
|---|---|---|
"""
NAMES = {"BSD License": "BSD", "New BSD": "BSD", "MIT License": "MIT", "Apache Software License": "Apache-2.0"}
SECONDS = 60


def pinned() -> list[tuple[str, str]]:
    """(package, version) of requirements.txt, without what only other machines need."""
    found = []
    for line in LIST.read_text(encoding="utf-8").splitlines():
        requirement, _semicolon, marker = line.partition(";")
        if requirement.strip() and not marker:
            name, _equals, version = requirement.strip().partition("==")
            found.append((name.partition("[")[0], version))
    return found


def licence(name: str) -> str:
    about = importlib.metadata.metadata(name)
    classified = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier") or [] if "License ::" in each]
    said = about.get("License") or ""
    told = about.get("License-Expression") or (said if said and len(said) < 40 and "\n" not in said else "")
    told = told if told.strip() and told != "Dual License" else " or ".join(map(_short, classified))
    return _short(told.strip()) or "not said"


def _short(name: str) -> str:
    return NAMES.get(name, name)


def page() -> str:
    rows = [f"| {name} | {version} | {licence(name)} |\n" for name, version in pinned()]
    return HEAD + "".join(rows)


def faults() -> tuple[list[str], str]:
    """Known faults, and why it is not known where it could not be asked."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pip_audit", "-r", LIST, "--disable-pip", "--no-deps", "--format", "json"],
            capture_output=True, text=True, check=False, timeout=SECONDS,
        )
        asked = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError) as error:
        return [], f"the list of known faults could not be asked ({type(error).__name__})"
    known = [f"{each['name']} {each['version']}: {fault['id']}" for each in asked for fault in each.get("vulns", ())]
    passed_over = [each["name"] for each in asked if "skip_reason" in each]
    if len(passed_over) == len(asked):
        return known, "the list of known faults could not be asked"
    return known, f"nothing could be learnt of {', '.join(passed_over)}" if passed_over else ""


def main() -> int:
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") != page():
        print("docs/licences.md is not of today: python -m docs.dependencies", file=sys.stderr)
        return 1
    known, unknown = faults()
    for line in [*known, *filter(None, [unknown])]:
        print(line, file=sys.stderr)
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main())
