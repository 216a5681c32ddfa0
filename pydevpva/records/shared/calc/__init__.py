"""The expression languages of synApps' calc: sCalc (texts: scalcout, transform) and aCalc (arrays: acalcout).

A text is parsed once (tokens, parse), made a program (program), and run as often as its record processes. Nothing here
knows a record. What EPICS base's calc and calcout compute is libcom's, see shared/expression.py.
"""
