"""List the words that people read in Vietnamese and that locale/en does not translate yet.

Vietnamese is the message id: it is what most people read and can never be missing.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

import polib
from django.conf import settings
from django.core.management.base import BaseCommand
from django.template import engines
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
APPS = ("hcmc_ioc", "accounts", "districts", "live", "attachments", "feedback", "indicators", "hooks", "signals",
        "dashboards", "coordination", "reports", "notifications", "demo")
MARKS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}
STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
IN_DJANGOS = re.compile(rf"\b_?n?(?:gettext|_)\(\s*({STRING})(?:\s*,\s*({STRING}))?")


class Command(BaseCommand):
    help = "List the Vietnamese words that locale/en lacks, as entries to paste there."

    def handle(self, **options):
        found = missing()
        for word, places in sorted(found.items(), key=lambda item: item[1]):
            entry = polib.POEntry(msgid=word, comment=", ".join(sorted(places)))
            self.stdout.write(str(entry))
        self.stderr.write(f"{len(found)} of {len(used())} words lack an English translation.")


def used() -> dict[str, set[str]]:
    """Every message id in our Python and templates → the files that use it."""
    words = defaultdict(set)
    for app in APPS:
        for file in (ROOT / app).rglob("*.py"):
            for word in in_python(file.read_text(encoding="utf-8")):
                words[word].add(str(file.relative_to(ROOT)))
    for file in (ROOT / "templates").rglob("*.html"):
        read = in_djangos if "for_admin" in file.parts else in_template
        for word in read(file.read_text(encoding="utf-8")):
            words[word].add(str(file.relative_to(ROOT)))
    return words


def in_python(source: str) -> set[str]:
    words = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = node.args[: MARKS.get(node.func.id, 0)]
            words |= {arg.value for arg in given if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}
    return words


def in_template(source: str) -> set[str]:
    words = set()
    for _line, _function, message in engines["jinja2"].env.extract_translations(source):
        words |= {message} if isinstance(message, str) else {each for each in message if each}
    return words


def in_djangos(source: str) -> set[str]:
    """The words of a template in Django's own language: those of its admin."""
    found = [text for pair in IN_DJANGOS.findall(templatize(source)) for text in pair if text]
    return {ast.literal_eval(text) for text in found} - {""}


def missing(language: str = "en") -> dict[str, set[str]]:
    """The words used that the catalogue of `language` does not translate → the files that use them."""
    file = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
    catalogue = polib.pofile(str(file)) if file.is_file() else []
    known = {entry.msgid for entry in catalogue if entry.translated()}
    return {word: places for word, places in used().items() if word not in known}
