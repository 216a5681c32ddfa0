"""The bits of MIP, what is under way, and of MSTA, what the motor tells (EPICS: motorRecord.cc, motor.h). No thread."""

from __future__ import annotations

DONE = 0  # nothing is under way
JOGF, JOGR = 0x1, 0x2  # it runs forwards or backwards
JOG_BL1 = 0x4  # it has run, and makes the first part of its backlash
HOMF, HOMR = 0x8, 0x10  # it looks for home
MOVE = 0x20
RETRY = 0x40
LOAD_P = 0x80  # its position is set anew
MOVE_BL = 0x100  # the move is over, backlash is taken up
STOP = 0x200  # it is stopped; with a jog or home bit, that is next
DELAY_REQ, DELAY_ACK = 0x400, 0x800  # DLY runs; it has run out
JOG_REQ = 0x1000  # it is to run
JOG_STOP = 0x2000  # it is to run no more
JOG_BL2 = 0x4000  # the second part of a run's backlash
EXTERNAL = 0x8000  # others have moved it
JOGS = JOGF | JOGR | JOG_BL1 | JOG_BL2
HOMES = HOMF | HOMR
DELAYS = DELAY_REQ | DELAY_ACK

RA_DIRECTION, RA_DONE, RA_PLUS_LS, RA_HOME = 0x1, 0x2, 0x4, 0x8
EA_SLIP_STALL, EA_HOME, EA_PRESENT, RA_PROBLEM = 0x40, 0x80, 0x100, 0x200
CNTRL_COMM_ERR, RA_MINUS_LS = 0x1000, 0x2000

POSITIVE = 0  # motorDIR
YES = 1  # motorUEIP, menuYesNo
USE_ACCS = 1  # motorACCU
SPMG_STOP, SPMG_PAUSE, SPMG_MOVE, SPMG_GO = range(4)  # motorSPMG
STUP_OFF, STUP_ON, STUP_BUSY = range(3)  # motorSTUP
LINEAR, ARITHMETIC, GEOMETRIC, IN_POSITION = range(4)  # motorRMOD
