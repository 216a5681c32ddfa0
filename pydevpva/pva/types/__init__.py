"""Normative types and the structure of what is sent and received."""
