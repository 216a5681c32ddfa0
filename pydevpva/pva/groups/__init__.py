"""Groups: several fields as one structure."""
