"""Channel filters: what may follow a field's name in brackets or braces."""
