"""The iocsh language: words, macros, redirections, and the registry of commands."""
