"""DTYP: how a record gets or gives its value."""
