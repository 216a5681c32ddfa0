"""JSON links, {"const": 5}: one file per kind, found by its name."""
