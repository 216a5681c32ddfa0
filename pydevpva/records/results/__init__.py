"""What a Python result becomes in a field, an array, a table, an image."""
