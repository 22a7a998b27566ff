"""Working time: spans."""


def parse_spans(text: str) -> tuple[tuple[int, int], ...]:
    """`"07:30-11:30, 13:00-17:00"` as minutes of the day, in order; `ValueError` says what is wrong."""
    spans = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        try:
            start, end = (
                int(h) * 60 + int(m) for h, m in (side.strip().split(":") for side in part.split("-"))
            )
        except ValueError:
            raise ValueError(f"“{part}” không đúng dạng 07:30-11:30") from None
        if not 0 <= start < end <= 24 * 60:
            raise ValueError(f"“{part}”: giờ kết thúc phải sau giờ bắt đầu")
        spans.append((start, end))
    spans.sort()
    for (_, end), (start, _) in zip(spans, spans[1:], strict=False):
        if start < end:
            raise ValueError(f"các khoảng giờ chồng lên nhau: {text}")
    return tuple(spans)
