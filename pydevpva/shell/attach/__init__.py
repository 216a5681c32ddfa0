"""Consoles of people who attach to a running IOC."""
