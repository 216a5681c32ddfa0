"""What a record is: its fields, values, alarms, links as it sees them, and the factory of its class."""
