"""`PMS.Network`: the machine's address and name."""

import _pms


def Address():
    return _pms.kit('Network').Address


def Hostname():
    return _pms.kit('Network').Hostname
