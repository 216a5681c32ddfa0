"""The life of the process: command line to running IOC, log, end."""
