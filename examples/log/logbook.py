"""A log book: notes with time and origin, printed and kept."""

from datetime import datetime

import pydev

notes = []


def note(origin, text):
    """Print and keep a note. Returns nothing, so the record that calls it keeps its value."""
    line = f"{datetime.now():%H:%M:%S} {origin}: {text}"
    notes.append(line)
    print(line)
    pydev.iointr("newest note", line)


if __name__ == "__main__":
    note("by hand", "logbook.py runs without an IOC too")
