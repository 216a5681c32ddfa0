"""Who wrote what: clients' puts as lines for people, log servers and files."""
