"""The fields of sscan in groups, and its menus as numbers. No thread.

A name such as "P1" or "D07" stands for one positioner, readback, detector or trigger: its fields are P1PV, P1NV...
"""

from __future__ import annotations

POSITIONERS = tuple(f"P{n}" for n in range(1, 5))
READBACKS = tuple(f"R{n}" for n in range(1, 5))
DETECTORS = tuple(f"D{n:02}" for n in range(1, 71))
TRIGGERS = tuple(f"T{n}" for n in range(1, 5))
ARRAYS_READY, BEFORE, AFTER = "A1", "BS", "AS"
INPUTS = (*READBACKS, *DETECTORS)
OUTPUTS = (*TRIGGERS, ARRAYS_READY, BEFORE, AFTER)
NAMED = (*POSITIONERS, *INPUTS, *OUTPUTS)
NAMES = {f"{name}PV": name for name in NAMED}  # by the field that holds the PV's name

PV_OK, NO_PV, NO_READ, NO_WRITE, PV_BAD = 0, 1, 2, 4, 6  # sscanP1NV, of bits but for NO_PV
LINEAR, TABLE, FLY = range(3)  # sscanP1SM
WAIT_FOR_IT = 0  # sscanLINKWAIT
NORMAL, ACCUMULATE, ADD_TO_PREVIOUS = range(3)  # sscanACQM
ONE_BY_ONE, WHOLE_ARRAYS = range(2)  # sscanACQT
STAY, TO_START, TO_PRIOR, TO_PEAK, TO_VALLEY, TO_RISING, TO_FALLING, TO_CENTRE = range(8)  # sscanPASM

(
    IDLE, INIT_SCAN, BEFORE_SCAN, BEFORE_SCAN_WAIT, MOVE_MOTORS, CHECK_MOTORS, TRIG_DETCTRS, READ_DETCTRS,
    RETRACE_MOVE, RETRACE_WAIT, AFTER_SCAN_DO, AFTER_SCAN_WAIT, SCAN_DONE, SCAN_PENDING, PREVIEW, RECORD_SCALAR_DATA,
) = range(16)  # sscanFAZE  # fmt: skip
(
    UNPACKED, TRIG_ARRAY_READ, ARRAY_READ_WAIT, ARRAY_GET_WAIT, RECORD_ARRAY_DATA, SAVE_DATA_WAIT, PACKED, POSTED,
) = range(8)  # sscanDSTATE  # fmt: skip
