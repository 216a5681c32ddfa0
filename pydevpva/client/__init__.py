"""What pydevpva-client does: values of any PVAccess or Channel Access server, for people and for scripts."""
