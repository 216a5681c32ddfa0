"""Channel Access: the only room that knows that protocol."""
