"""What can be said of databases and startup scripts without running users' code or opening a socket. Main thread."""
