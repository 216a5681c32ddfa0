"""@pydev.in_process: functions of users that run in worker processes."""
