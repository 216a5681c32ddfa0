"""The commands, one module for each family; importing a module registers its commands."""
