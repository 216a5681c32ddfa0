"""What the record sscan is made of: parameters, names and links, a run, arrays, what is looked for afterwards."""
