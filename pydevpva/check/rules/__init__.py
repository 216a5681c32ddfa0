"""What is looked for, a module for each kind. A rule is a function with @rule, or a row of reading.py."""
