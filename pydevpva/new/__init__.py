"""What pydevpva --new writes: a small working IOC to begin with; and the examples that are installed. Main thread."""
