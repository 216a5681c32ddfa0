"""The database room: text to definitions. Knows no behaviour, no thread, no network."""
