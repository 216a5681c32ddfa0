"""python -m pydevpva: the command pydevpva."""

from pydevpva.cli import main

main()
