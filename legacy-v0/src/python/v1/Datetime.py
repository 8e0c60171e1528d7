"""`PMS.Datetime`."""

import _pms


def Now():
    return _pms.kit('Datetime').Now()


def ParseDate(date):
    """A date in nearly any form."""
    return _pms.kit('Datetime').ParseDate(date)


def Delta(**kwargs):
    """A timedelta of the given days, hours and so on"""
    import datetime
    return datetime.timedelta(**kwargs)
