"""What every network server shares: who may write, and the life of a client's put. Knows no protocol."""
