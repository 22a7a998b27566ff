"""Every class of the style sheets dresses something: rules whose element is gone go with it."""

import ast
import re
from pathlib import Path

from django.contrib import admin

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ("hcmc_ioc/lib/**/*.py", "*/templatetags/*.py", "*/forms.py", "*/*/forms.py")  # what writes markup
COMPUTED = re.compile(
    r"c[1-6]"  # the series of a chart
    r"|[qd][1-5]"  # the classes of a map: low to high, around a target
    r"|leaflet-.+"  # put there by Leaflet
    r"|critical"  # the tone of a level of the city, which is a row
)
CLASS = r"""\bclass="((?:{%.*?%}|{{.*?}}|[^"])*)\""""
BLOCK = r"{% block (?:body|page)_class %}(.*?){% endblock %}"
QUOTED = r""""[^"\n]*"|'[^'\n]*'|`[^`]*`"""


def defined():
    """Class → the style sheets that dress it."""
    found = {}
    for file in (ROOT / "static" / "css").rglob("*.css"):
        rules = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.S)
        for selector in re.findall(r"([^{};]+){", rules):
            for name in re.findall(r"\.(-?[A-Za-z_][\w-]*)", selector):
                found.setdefault(name, set()).add(file.name)
    return found


def in_templates():
    for file in (ROOT / "templates").rglob("*.html"):
        text = file.read_text()
        yield from (re.sub("{%.*?%}|{{.*?}}", " ", found) for found in re.findall(CLASS, text))
        yield from re.findall(BLOCK, text)
        for tag in re.findall(r"{%.*?%}|{{.*?}}", text):
            yield from re.findall(QUOTED, tag)


def in_scripts():
    for file in (ROOT / "static" / "js").rglob("*.js"):
        text = re.sub(r"^\s*//[^\n]*|/\*.*?\*/", "", file.read_text(), flags=re.S | re.M)
        yield from (re.sub(r"\${.*?}", " ", found) for found in re.findall(QUOTED, text))


def in_python():
    for file in (file for pattern in PYTHON for file in ROOT.glob(pattern)):
        for node in ast.walk(ast.parse(file.read_text())):
            inside = [] if isinstance(node, ast.Expr) else ast.iter_child_nodes(node)  # not a docstring
            yield from (n.value for n in inside if isinstance(n, ast.Constant) and isinstance(n.value, str))


def in_the_admin():
    """What Django's own pages and scripts wear, which `admin.css` dresses."""
    for file in Path(admin.__file__).parent.rglob("*"):
        if file.suffix in (".html", ".js", ".py") and file.name != "jquery.js":
            yield file.read_text(encoding="utf-8")


def words(texts):
    return {word for text in texts for word in re.findall(r"[\w-]+", text)}


def unused():
    said = words([*in_templates(), *in_scripts(), *in_python()])
    known = {"admin.css": said | words(in_the_admin())}
    return {
        name: files
        for name, files in defined().items()
        if not COMPUTED.fullmatch(name) and any(name not in known.get(file, said) for file in files)
    }


def test_every_class_of_the_style_sheets_is_used():
    assert not unused(), "\n".join(f"{name} in {', '.join(sorted(files))}" for name, files in sorted(unused().items()))
