"""What every network server shares: who may write, the life of a client's put, the put log. Knows no protocol."""
