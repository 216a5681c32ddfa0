"""What several record types share."""
