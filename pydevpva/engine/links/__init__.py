"""What a link field leads to, one file per way, and the choice between them."""
