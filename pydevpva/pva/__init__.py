"""PVAccess: server, channels, normative types, groups, links. The only room of an IOC that imports p4p."""
