# The module simplejson over the standard json.

from json import *
from json import JSONDecoder, JSONEncoder, dump, dumps, load, loads

__version__ = '3.0.0'


class JSONDecodeError(ValueError):
    pass
