"""What clients see of one name while at least one of them is connected; one file per kind."""
