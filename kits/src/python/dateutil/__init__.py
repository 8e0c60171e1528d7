# The package dateutil, as far as plug-ins use it.

__version__ = '1.5'
