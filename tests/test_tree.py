"""The shape of the code: imports point one way, the linter is content, migrations are whole, the map is too."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["hcmc_ioc", "accounts", "districts", "live", "attachments", "feedback", "indicators", "hooks", "signals",
            "dashboards", "coordination", "reports", "notifications", "demo"]
UNNAMED = {"__init__", "apps", "urls"}  # every app has them, and they say nothing new
TOLD_ELSEWHERE = {"migrations", "management"}  # `manage.py help` lists the commands


def tool(name, *words):
    program = Path(sys.executable).parent / name
    return subprocess.run([program, *words], cwd=ROOT, capture_output=True, text=True, check=False)


def test_imports_point_one_way():
    done = tool("lint-imports", "--no-cache")
    assert done.returncode == 0, done.stdout


def test_types_fit_where_others_call():
    done = tool("mypy")
    assert done.returncode == 0, done.stdout


def test_the_import_rules_hold_every_app():
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    ours = {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()}
    assert "demo" in ours
    assert set(rules["root_packages"]) == set(PACKAGES) == ours


def test_ruff_is_content():
    done = tool("ruff", "check", "--no-cache", "--output-format", "concise", ".")
    assert done.returncode == 0, done.stdout


def test_templates_are_formatted():
    pages = [str(file) for file in (ROOT / "templates").rglob("*.html") if "for_admin" not in file.parts]
    for done in (tool("djangofmt", "--check", "--profile", "jinja", *pages),
                 tool("djangofmt", "--check", "templates/for_admin")):
        assert done.returncode == 0, done.stderr


def test_no_line_of_a_template_style_sheet_or_script_is_longer_than_120_columns():
    static, templates = ROOT / "static", (ROOT / "templates").rglob("*.html")
    long = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in [*templates, *(static / "css").rglob("*.css"), *(static / "js").rglob("*.js")]
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if len(line) > 120
    ]
    assert not long


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_map_names_every_module(package):
    section = re.search(rf"^### {package}\n(.*?)(?=^### |^## |\Z)", (ROOT / "ARCHITECTURE.md").read_text(), re.M | re.S)
    files = (file.relative_to(ROOT / package) for file in (ROOT / package).rglob("*.py"))
    found = {file.as_posix() for file in files if file.stem not in UNNAMED and not TOLD_ELSEWHERE & set(file.parts)}
    missing = {name for name in found if f"`{name}`" not in section.group(1)}
    assert not missing, f"ARCHITECTURE.md, section {package}, does not name: {sorted(missing)}"


def test_no_file_grows_beyond_reading():
    long = {
        str(file.relative_to(ROOT)): lines
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if "migrations" not in file.parts and (lines := len(file.read_text().splitlines())) > 450
    }
    assert not long
