"""Modules of the standard library that are imported when something of them is used, not at the plug-in's start."""


class Module(object):
    """Stands for a module that is imported when something of it is used."""

    def __init__(self, name):
        self.__name__ = name

    def __getattr__(self, name):
        module = __import__(self.__name__, {}, {}, ['*'], 0)
        for known in dir(module):
            if not known.startswith('__'):
                self.__dict__[known] = getattr(module, known)
        return getattr(module, name)


base64, hashlib, threading, urllib, zlib = [Module(name) for name in 'base64 hashlib threading urllib zlib'.split()]
# Plug-ins reach for these in modules of the package.
cerealizer, etree, random = [Module(name) for name in 'cerealizer lxml.etree random'.split()]
