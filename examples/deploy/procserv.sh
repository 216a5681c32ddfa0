#!/bin/sh
# The same IOC under procServ: a console at a TCP port of this machine, telnet localhost 20000.
# Ctrl-T Ctrl-X there end it: with --killsig 15 that stops the pump, which SIGKILL, procServ's own choice, would not.
cd "${PUMP:-/opt/pump}" || exit
exec procServ --foreground --name pump --killsig 15 --ignore '^D^C' --logfile "${LOG:-/var/log/pump.log}" \
    "${PORT:-20000}" "${PYDEVPVA:-venv/bin/pydevpva}" pump.cmd
