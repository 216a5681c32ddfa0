"""Channel Access: server and links. The only room that knows that protocol."""
