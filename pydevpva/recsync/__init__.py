"""Records told to a RecCeiver, for a ChannelFinder. The only room that knows that protocol."""
