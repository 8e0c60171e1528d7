"""`PMS.Database`: an SQLite database."""

import os
import _pms
from PMS import _Files
from PMS._Log import exception

_connection = None


def _open():
    """The connection; a new file is filled by the bundle's statements and the plug-in's function."""
    global _connection
    if _connection is None:
        new = not os.path.exists(_pms.database_file)
        _connection = _pms.database(_pms.database_file)
        if new:
            _create()
    return _connection


def _create():
    from PMS import _Dispatch
    path = _Files.contents('DefaultDatabase.sql')
    if os.path.exists(path):
        try:
            _connection.executescript(_Files.read(path))
        except:
            exception('Unable to run DefaultDatabase.sql')
    _Dispatch.call_optional('CreateDatabase')
    _connection.commit()


def _commit_changes():
    """After each call from outside: what has changed is kept."""
    if _connection is not None:
        _connection.commit()


def Exec(sql, values=[]):
    """Runs a statement; gives a cursor, or None if it fails."""
    try:
        return _open().execute(sql, values)
    except:
        exception('Unable to run %s' % sql)
        return None


def Commit():
    _open().commit()


def Rollback():
    _open().rollback()


def Reset():
    """Removes everything and starts anew."""
    global _connection
    _open()
    _connection = None
    os.unlink(_pms.database_file)
    _open()
