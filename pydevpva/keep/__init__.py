"""Values that outlive the process: autosave's files and commands."""
