"""For tests of users' IOCs: a pytest plugin with the fixture `ioc`. plugin.py alone imports pytest."""
