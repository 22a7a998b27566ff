"""All rows of the table, each with the bar of the design and its floor from this run."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from bench import crowd, databases, live, lives, pages, spike
from bench.console import bar, say
from bench.table import GROWTH, Row, quantile

IMPORT = "bench_import"
PAGES = ("city overview", "unit screen", "staff inbox", "operator's inbox", "ticket page", "list, three filters",
         "units × fields")
API_READS = ("API: list, three filters", "API: one ticket", "API: changes")
API_WRITES = ("API: open", "API: move")
SHARED = ("city overview, shared piece", "unit screen, shared pieces")
TURNS, TURNS_QUICK = 16, 2
LIVES_TURNS, LIVES_TURNS_QUICK = 5, 1
CHANGES, CHANGES_QUICK = 20, 5
OVER_HTTP, OVER_HTTP_QUICK = 20.0, 4.0  # seconds of lives over HTTP


def measured(sizes: list[str], *, quick: bool) -> Iterator[Row]:
    """Rows at the sizes given (names of databases, the smaller first), as soon as each is known."""
    logs = Path(settings.VAR) / "log"
    biggest = sizes[-1]
    yield from _http(pages.measure(sizes, TURNS_QUICK if quick else TURNS, logs), sizes)
    say("What a page costs …")
    yield from _cpu(databases.direct(biggest, "page_cpu")["page_cpu"], biggest)
    lives = _in_turns(sizes, LIVES_TURNS_QUICK if quick else LIVES_TURNS)
    direct = {}
    for database in sizes:
        say(f"Searches and figures in {database} …")
        found = databases.direct(database, "search", "tidy", "folding", "rebuilding")
        direct[database] = found | {"lifecycles": lives[database]}
    yield from _direct_rows(direct, sizes)
    yield from _systems(sizes, OVER_HTTP_QUICK if quick else OVER_HTTP, logs)
    say("Lists as files …")
    yield from _files(databases.direct(biggest, "exporting")["exporting"], biggest)
    say("Import and look-ups …")
    databases.copy(databases.EMPTY, IMPORT)
    imported = "importing_some" if quick else "importing"
    found = databases.direct(IMPORT, imported, "lookups")
    yield from _alone(found[imported], found["lookups"])
    databases.drop(IMPORT)
    say("Two ways …")
    yield from _two_way(databases.direct(biggest, "two_way")["two_way"], biggest)
    yield from _live(live.measure(biggest, CHANGES_QUICK if quick else CHANGES, logs / "live"), biggest)
    if not quick:
        yield from _many(biggest, logs)
    databases.direct(biggest, "tidy", "rebuild_figures")


def _two_way(found: dict, database: str) -> Iterator[Row]:
    """In process, where all 3,574 recipients are open at once; 56 or 80 units."""
    place = "small" if database.endswith("10k") else "big"
    for name, what in (("leader", "board of a leader"), ("unit", "board of a unit"), ("directive", "one to all units")):
        yield Row(f"directives: {what}, p50", "ms", **{place: found["boards"][name]})
    yield Row("what exists already, of 10,500 items: slowest", "ms", **{place: found["search"]["slowest"]}, most=300,
              note=f"median {found['search']['median']:.0f} ms")
    yield Row("notices with their e-mails", "/s", **{place: found["notices"]}, least=1000)


def _many(database: str, logs: Path) -> Iterator[Row]:
    """Many at once: a crowd that asks for pages, a spike of reports, hundreds of open screens."""
    crowds = crowd.measure(database, (1, 16, 64), 15, logs / "crowd")
    for clients, found in crowds.items():
        assert not found["failed"], found["failed"][:5]
        yield Row(f"pages of a crowd of {clients}", "/s", big=found["per_second"],
                  note=f"{found['cpu']:.0f} ms of CPU a page, p50 {found['p50']:.0f} ms")
    yield Row("share of the cores that 16 put to use", "", big=crowds[16]["used"], least=0.8)
    yield Row("p95 of a crowd of 64 (floor: its p50)", "ms", big=crowds[64]["p95"], floor=crowds[64]["p50"],
              ratio_most=4)
    storm = spike.measure(database, logs / "spike")
    yield Row("reports of a spike that failed", "", big=storm["failed"], most=0, note=f"of {storm['sent']}")
    for number, rate in ((1, 25), (3, 35)):
        yield Row(f"p95 at {rate} reports a second", "ms", big=storm["p95"][number],
                  note=f"{storm['p95'][0]:.0f} at 1")
        yield Row(f"as fast as before after {rate} a second", "s", big=storm["recovered"][number // 2], most=5)
    databases.direct(database, "tidy")
    seen = live.measure(database, 8, logs / "live500", screens=500, web=2)
    yield Row("call → number on 500 screens, p95", "s", big=quantile(seen["seconds"], 0.95), most=1,
              note=f"p50 {quantile(seen['seconds'], 0.5):.2f}, {seen['cpu']:.1f} s of CPU")
    yield Row("memory of its web processes, PSS", "MB", big=seen["memory"]["web1"])


def _in_turns(sizes: list[str], turns: int) -> dict[str, dict]:
    """Lives of a ticket in every database, in turns as the pages are: the median of each and of its floor."""
    seen = {database: [] for database in sizes}
    for turn in range(turns):
        for database in sizes:
            seen[database].append(databases.direct(database, "lifecycles")["lifecycles"])
        bar("Lives of a ticket", turn + 1, turns)
    return {
        database: {name: quantile([found[name] for found in taken], 0.5) for name in ("per_second", "floor")}
        for database, taken in seen.items()
    }


def _both(sizes: list[str], of) -> dict:
    """`small` and `big` of a row; `of` gives the figure of a database."""
    return dict(zip(("small", "big"), map(of, sizes), strict=False))


def _http(probes: dict, sizes: list[str]) -> list[Row]:
    def p95(name):
        return _both(sizes, lambda database: quantile(probes[database][name].samples, 0.95))

    def note(name):
        probe = probes[sizes[-1]][name]
        return f"p50 {quantile(probe.samples, 0.5):.0f}, cold {probe.cold:.0f}"

    def row(name, floor=None, **bars):
        beside = quantile(probes[sizes[-1]][floor].samples, 0.95) if floor else None
        return Row(name, "ms", **p95(name), floor=beside, note=note(name), **bars)

    bars = {"floor": "page floor", "ratio_most": 4, "growth_most": GROWTH}
    return [
        row("page floor"),
        *(row(name, **bars) for name in PAGES),
        row("its count", "page floor"),
        *(row(name, "page floor") for name in SHARED),
        row("write floor"),
        row("operator's save", **bars | {"floor": "write floor"}),
        row("help while typing", "write floor"),
        *(row(name, **bars) for name in API_READS),
        *(row(name, **bars | {"floor": "write floor"}) for name in API_WRITES),
    ]


def _direct_rows(direct: dict, sizes: list[str]) -> list[Row]:
    def both(row, figure):
        return _both(sizes, lambda database: direct[database][row][figure])

    last = direct[sizes[-1]]
    return [
        Row("lives of a ticket", "/s", **both("lifecycles", "per_second"), floor=last["lifecycles"]["floor"],
            least=40, growth_least=0.9, note="floor: three plain inserts"),
        Row("search, p95", "ms", **both("search", "p95"), most=150, note=f"p50 {last['search']['p50']:.0f}"),
        Row("fold", "/s", **both("folding", "per_second"), least=5000, note="changes of ticket and promise"),
        Row("rebuild", "s", **both("rebuilding", "seconds"), floor=last["rebuilding"]["floor"],
            ratio_most=1.5 if len(sizes) > 1 else None, note="floor: plain GROUP BY inserts"),
    ]


def _systems(sizes: list[str], seconds: float, logs: Path) -> Iterator[Row]:
    """What other systems get: lives over HTTP, several at once, and what happens told by webhooks."""
    say("Lives over HTTP and webhooks …")
    told = _both(sizes, lambda database: databases.direct(database, "webhooks")["webhooks"]["per_second"])
    lived = _both(sizes, lambda database: lives.measure(database, seconds, logs / "lives"))
    for database in sizes:
        databases.direct(database, "tidy")
    yield Row("a whole life over HTTP", "/s", **lived, least=40, note="8 systems at once, two web processes")
    yield Row("webhooks", "/s", **told, least=500, note="event to answer, one receiver")


def _alone(imported: dict, lookups: dict) -> list[Row]:
    return [
        Row("import", "/s", imported["per_second"], floor=imported["floor"], least=3000,
            note=f"{imported['rows']:,} rows; floor: COPY of the file"),
        Row("point → unit", "/s", lookups["points"]),
        Row("deadlines", "/s", lookups["deadlines"]),
    ]


def _cpu(found: dict, database: str) -> Iterator[Row]:
    place = "small" if database == "bench_10k" else "big"
    for name, spent in found.items():
        yield Row(f"CPU of one {name}", "ms", **{place: sum(spent.values())}, most=4 if name == "page floor" else 12,
                  note=f"{spent['web']:.1f} web, {spent['database']:.1f} database")


def _files(found: dict, database: str) -> list[Row]:
    place = "small" if database == "bench_10k" else "big"
    enough = {"least": 5000} if place == "big" else {}
    return [
        Row("list as XLSX", "/s", **{place: found["per_second"]}, **enough, note=f"{found['rows']:,} rows"),
        Row("memory of that process", "MB", **{place: found["memory"]}, most=150),
        Row("list as CSV, first rows", "ms", **{place: found["first"]}, most=1000),
    ]


def _live(seen: dict, database: str) -> list[Row]:
    place = "small" if database == "bench_10k" else "big"
    late = Row("call → number on 50 screens, p95", "s", most=1, note=f"p50 {quantile(seen['seconds'], 0.5):.2f}")
    setattr(late, place, quantile(seen["seconds"], 0.95))
    memory = [Row(f"memory of {name}, PSS", "MB", **{place: size}, most=200) for name, size in seen["memory"].items()]
    return [late, *memory]
