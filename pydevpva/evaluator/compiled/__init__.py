"""The Python of links: their text, compiled once into functions of the fields that it names."""
