"""The examples' displays in Phoebus: `python -m tests.displays PHOEBUS`, by `make displays`."""
