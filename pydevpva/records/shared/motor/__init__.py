"""The parts of the motor record (EPICS: motorRecord.cc of motor), each a few functions of a record.

    what is under way and what the motor tells    bits.py, readback.py
    positions, resolution, speeds, travel         coordinates.py, resolution.py, speeds.py, limits.py
    what is wanted                                stop.py, buttons.py, move.py
    what follows when it stands                   stopped.py, backlash.py, retry.py
    what clients are told                         marks.py, alarms.py
    what the device is told                       commands.py

Database thread.
"""
