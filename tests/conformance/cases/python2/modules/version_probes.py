# How libraries written for both Pythons tell them apart, and what they lean on in Python 2.
import datetime
import inspect
import pkgutil
import re
import sys
import unittest
import urllib

LATER = ['isidentifier', 'casefold', 'format_map', 'isascii', 'isprintable', 'removeprefix', 'to_bytes', 'bit_count',
         'fold', 'timestamp', 'fromisoformat', '__qualname__', '__kwdefaults__', '__annotations__', '__traceback__',
         '__cause__', 'with_traceback', '__prepare__']


class Thing(object):
    def __getattr__(self, name):
        return 'got ' + name


class Text(unicode):
    def __getattr__(self, name):
        return 'text ' + name


class Own(int):
    to_bytes = 'own'


for value in ('', u'', 1, 1.5, datetime.datetime(2018, 1, 2), datetime.time(1), lambda: 1, Thing, len, ValueError('x')):
    print type(value).__name__, [name for name in LATER if hasattr(value, name)]
print Thing().fold, Thing().isidentifier, Text(u'x').casefold, Own(3).to_bytes
print u'1'.isdecimal(), u'1'.isnumeric(), hasattr('1', 'isdecimal')
for read in (lambda: str.isidentifier, lambda: (1).to_bytes, lambda: Thing.__qualname__, lambda: ''.casefold()):
    try:
        print read()
    except AttributeError, error:
        print error
error = ValueError('x')
error.__cause__ = KeyError('y')
print repr(error.__cause__), hasattr(error, '__context__')

for name in ('importlib.resources', 'importlib.util', 'concurrent.futures', 'http.client', 'urllib.parse', 'queue',
             'html.parser', 'collections.abc', 'email.policy', 'xml.etree.nothing', '_thread', 'tomllib'):
    try:
        __import__(name)
        print name, 'is there'
    except ImportError:
        print name, 'is not there'
for name in ('logging.handlers', 'email.mime.text', 'xml.sax.handler', 'importlib', 'json.decoder', 'unittest.case'):
    __import__(name)
    print name, 'is there'

# Packages.
print pkgutil.find_loader('no_such_module')
print sorted(name for _, name, package in pkgutil.iter_modules(['.']) if name == 'version_probes')
print inspect.getargspec(re.compile), inspect.getargspec(re.sub)
print {(lambda text: text[1:3]).func_code: 1}.values(), len(set([(lambda: 1).func_code]))


class Meta(type):
    """A class of classes."""


Classed = Meta('Classed', (object,), {'__doc__': 'first'})
Classed.__doc__ += ' second'
print Classed.__doc__
try:
    Thing.__doc__ = 'x'
except AttributeError, error:
    print error


class Case(unittest.TestCase):
    def test_names(self):
        self.assertEquals(1, 1)
        self.assert_(True)
        self.failUnless(True)
        self.failIf(False)
        self.assertItemsEqual([1, 2], [2, 1])
        self.assertRegexpMatches('abc', 'b')
        self.assertDictContainsSubset({'a': 1}, {'a': 1, 'b': 2})
        self.failUnlessRaises(ValueError, int, 'x')

    def test_failure(self):
        self.assertEquals(1, 2)


result = unittest.TestResult()
unittest.makeSuite(Case).run(result)
print result.testsRun, len(result.failures), len(result.errors)
print unittest.getTestCaseNames(Case, 'test'), issubclass(unittest._TextTestResult, unittest.TestResult)
print urllib.ftpwrapper.__name__, urllib.addclosehook.__name__

# SAX.
import xml.sax
from StringIO import StringIO


class Handler(xml.sax.handler.ContentHandler):
    def startDocument(self):
        print 'document'

    def startElement(self, name, attributes):
        print 'start', repr(name), sorted(attributes.items())

    def endElement(self, name):
        print 'end', name

    def startElementNS(self, name, qname, attributes):
        print 'start', name, qname, sorted(attributes.items()), [attributes.getQNameByName(n) for n in attributes.getNames()]

    def startPrefixMapping(self, prefix, uri):
        print 'prefix', prefix, uri

    def characters(self, text):
        print repr(text)


xml.sax.parseString('<a b="1">x &amp; <c/>\xc3\xa9</a>', Handler())
parser = xml.sax.make_parser(['drv_nothing'])
parser.setFeature(xml.sax.handler.feature_namespaces, 1)
parser.setContentHandler(Handler())
parser.parse(StringIO('<f xmlns="urn:f" xmlns:m="urn:m"><m:t m:b="2">x</m:t></f>'))
try:
    xml.sax.parseString('<a><b></a>', xml.sax.handler.ContentHandler())
except xml.sax.SAXParseException, error:
    print error.getMessage(), error.getLineNumber(), error.getColumnNumber()
