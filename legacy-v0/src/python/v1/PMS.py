"""The package `PMS` of framework 1 (spec/legacy-v1.md section 4)."""

import _pms

FrameworkVersion = '1.1b5'
FrameworkCompatibilityVersion = '1.0.0'


class PlatformInfo(object):
    """What the plug-in runs on."""
    OS = _pms.os
    CPU = _pms.cpu
    HasSilverlight = False

    def __getattr__(self, name):
        raise AttributeError('No attribute named %s' % name)


Platform = PlatformInfo()

from PMS._Answer import Error
from PMS._Log import Log, LogChildren, LogSelfAndChildren, LogSelfAndDescendants
from PMS.Constants import *
import Request, Plugin, Datetime, RSS, Client, Data, Database, Dict, Hash, Helper, HTTP, JSON, Locale
import Network, Prefs, Resource, String, Thread, XML, YAML, Plist
from PMS.Routes import route, Route
from PMS.Shortcuts import *
from PMS import Objects as _Objects
from PMS.Objects import *
from PMS.Decorators import *
from PMS import Decorators as _Decorators, Constants as _Constants, Shortcuts as _Shortcuts

__all__ = [
    'Request', 'Plugin', 'Datetime', 'RSS', 'Client', 'Data', 'Database', 'Dict', 'Hash', 'Helper', 'HTTP', 'JSON',
    'Locale', 'Network', 'Prefs', 'Resource', 'String', 'Thread', 'XML', 'YAML', 'Plist', 'Platform', 'route', 'Route',
    'Error', 'Log', 'LogChildren', 'LogSelfAndChildren', 'LogSelfAndDescendants', 'FrameworkVersion',
    'FrameworkCompatibilityVersion',
] + _Objects.CLASSES + _Decorators.__all__ + _Constants.__all__ + _Shortcuts.__all__
