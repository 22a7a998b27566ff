"""What a report says in words, made from figures by rule, in official Vietnamese: so với kỳ trước, so với cùng kỳ."""

from decimal import Decimal

from hcmc_ioc.lib.stats import change
from hcmc_ioc.lib.words import number, percent

FEW = 20  # cases; of fewer no change in per cent is told
SAME = 0.005  # a smaller change is "bằng"

Number = float | int | Decimal | None


def moved(now: Number, then: Number, than: str) -> str:
    """“tăng 8,2% so với kỳ trước”; of few cases “kỳ trước là 12”; "" where there is nothing to compare with."""
    if now is None or then is None:
        return ""
    if min(now, then) < FEW:
        return f"{than} là {number(then)}"
    moved_by = change(float(now), float(then))
    if moved_by is None or abs(moved_by) < SAME:
        return f"bằng {than}"
    return f"{'tăng' if moved_by > 0 else 'giảm'} {percent(abs(moved_by), 1)} so với {than}"


def points(now: Number, then: Number, than: str) -> str:
    """“cao hơn kỳ trước 1,2 điểm phần trăm” of two shares (0–1)."""
    if now is None or then is None:
        return ""
    moved_by = round(float(now) * 100, 1) - round(float(then) * 100, 1)  # of the printed digits
    if abs(moved_by) < 0.05:
        return f"bằng {than}"
    return f"{'cao hơn' if moved_by > 0 else 'thấp hơn'} {than} {number(abs(moved_by), 1)} điểm phần trăm"


def compared(*said: str) -> str:
    """“, tăng 8% so với kỳ trước và giảm 3% so với cùng kỳ năm trước”; "" for nothing."""
    told = [one for one in said if one]
    return f", {' và '.join(told)}" if told else ""


def signed(value: Decimal, decimals: int, unit: str) -> str:
    """“+3,4%”, “−0,8 điểm”; what rounds to nothing is “0”."""
    rounded = round(value, decimals)
    return f"{'+' if rounded > 0 else ''}{number(rounded, decimals)}{unit}"


def listed(names: list[str]) -> str:
    """“A, B và C”."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} và {names[-1]}" if names else ""
