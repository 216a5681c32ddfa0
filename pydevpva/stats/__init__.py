"""What an IOC can say of itself: figures of its process and its machine, and counters of its own."""
