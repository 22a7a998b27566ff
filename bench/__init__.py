"""`make bench`: every row of the table of speed and size, each beside its floor from the same run (docs/bench.md)."""
