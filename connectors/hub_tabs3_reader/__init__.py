"""Reads tables of Tabs3 through its ODBC driver, for a hub that cannot load the driver itself.

The driver is 32-bit and a program of 64 bits cannot load it. This package is therefore a program
of its own, which needs nothing but the standard library and pyodbc, and runs in a 32-bit Python
beside the hub. It selects; it never writes. What it prints is described in ``reading``.
"""

__version__ = "0.1.0"
