"""Moves data between records: the database thread, scanning, links, processing rules, event times."""
