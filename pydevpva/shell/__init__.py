"""The iocsh language and its commands; the only room of an IOC that prints."""
