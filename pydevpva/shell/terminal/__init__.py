"""A person at a terminal: line editor, completion, colours."""
