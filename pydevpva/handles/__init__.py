"""Records as users' Python reads and writes them: pydev.record("NAME"), from any thread."""
