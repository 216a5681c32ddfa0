"""The iocsh language and its commands; the only room that prints."""
