"""What reports are made of: how values, records and code are shown."""
