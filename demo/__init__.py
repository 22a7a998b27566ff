"""A city that lives without its citizens: believable callers, words and offices for demos, tests and benchmarks."""
