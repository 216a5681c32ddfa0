"""Channel Access: server and links. The only room of an IOC that knows that protocol."""
