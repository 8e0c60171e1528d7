"""`PMS.DB`: an SQLite database."""

import os
import _pms

_connection = None


def _open():
    """The connection; a new file is filled by the plug-in's `CreateTables`."""
    global _connection
    if _connection is None:
        new = not os.path.exists(_pms.database_file)
        _connection = _pms.database(_pms.database_file)
        if new:
            from PMS import _Dispatch
            _Dispatch.code().CreateTables()
            _connection.commit()
    return _connection


def Exec(sql, values=[]):
    """Runs a statement; gives a cursor."""
    return _open().execute(sql, values)


def ExecMany(sql, many_values=[]):
    """Runs a statement once for each set of values."""
    return _open().executemany(sql, many_values)


def Commit():
    _open().commit()


def Rollback():
    _open().rollback()


def Reset():
    """Raises an error, as it always did."""
    raise NameError("global name 'Reset' is not defined")


def _close():
    """At the end: what has changed is kept."""
    if _connection is not None:
        _connection.commit()
