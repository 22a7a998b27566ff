"""Lives as plain tables, one module per kind of thing: pure."""
