"""The only room that imports p4p: providers, channels, normative types, puts."""
