"""Rows of the table: what was asked, how it did at both sizes, its floor from the same run, and the verdict."""

from dataclasses import asdict, dataclass

GROWTH = 1.2  # what a hundred times more tickets may cost


def quantile(samples: list[float], share: float) -> float:
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@dataclass
class Row:
    """`small` and `big` are the figures at 10 k and 1 M tickets, `floor` what cannot be beaten, in the same unit.

    `least` is a bar that a rate must reach, `most` one that a time or size must not exceed, `ratio_most` one for the
    figure over its floor, `growth_most` one for big over small (`growth_least` for rates).
    """

    what: str
    unit: str
    small: float | None = None
    big: float | None = None
    floor: float | None = None
    least: float | None = None
    most: float | None = None
    ratio_most: float | None = None
    growth_most: float | None = None
    growth_least: float | None = None
    note: str = ""

    @property
    def value(self) -> float | None:
        return self.small if self.big is None else self.big

    @property
    def growth(self) -> float | None:
        return self.big / self.small if self.big and self.small else None

    @property
    def ratio(self) -> float | None:
        """How many times worse than the floor: slower, or of a rate the other way round."""
        if not (self.floor and self.value):
            return None
        return self.floor / self.value if self.unit.endswith("/s") else self.value / self.floor

    @property
    def bar(self) -> str:
        said = []
        if self.least is not None:
            said.append(f"≥ {number(self.least)} {self.unit}")
        if self.most is not None:
            said.append(f"≤ {number(self.most)} {self.unit}")
        if self.ratio_most is not None:
            said.append(f"≤ {number(self.ratio_most)} × floor")
        if self.growth_most is not None:
            said.append(f"growth ≤ {number(self.growth_most)}")
        if self.growth_least is not None:
            said.append(f"≥ {number(self.growth_least)} of 10 k")
        return ", ".join(said)

    @property
    def ok(self) -> bool | None:
        """None where nothing was promised or nothing was measured."""
        checks = [
            (self.value, self.least, True), (self.value, self.most, False), (self.ratio, self.ratio_most, False),
            (self.growth, self.growth_most, False), (self.growth, self.growth_least, True),
        ]
        held = [
            figure >= bar if at_least else figure <= bar
            for figure, bar, at_least in checks
            if figure is not None and bar is not None
        ]
        return all(held) if held else None

    def as_dict(self) -> dict:
        return asdict(self) | {"growth": self.growth, "ratio": self.ratio, "bar": self.bar, "ok": self.ok}


def number(value: float | None) -> str:
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}".rstrip("0").rstrip(".")


def printed(rows: list[Row], sizes: tuple[str, str] = ("10 k", "1 M")) -> str:
    """The rows as an aligned Markdown table."""
    head = ["what", "bar", *sizes, "growth", "floor", "ratio", "ok"]
    lines = [head] + [
        [
            f"{row.what} ({row.note})" if row.note else row.what, row.bar,
            *(f"{number(v)} {row.unit}" if v is not None else "" for v in (row.small, row.big)),
            number(row.growth), f"{number(row.floor)} {row.unit}" if row.floor else "", number(row.ratio),
            {True: "ok", False: "NOT", None: ""}[row.ok],
        ]
        for row in rows
    ]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(w.ljust(n) for w, n in zip(line, widths, strict=True)) + " |" for line in lines)
