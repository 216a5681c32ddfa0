"""Links to PVs of Channel Access servers."""
