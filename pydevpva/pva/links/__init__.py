"""Links to PVs of other servers."""
