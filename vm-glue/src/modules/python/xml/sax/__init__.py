"""Simple API for XML (SAX) implementation for Python."""

from xmlreader import InputSource
from handler import ContentHandler, ErrorHandler
from _exceptions import (SAXException, SAXNotRecognizedException, SAXParseException, SAXNotSupportedException,
                         SAXReaderNotAvailable)

default_parser_list = ["xml.sax.expatreader"]


def parse(source, handler, errorHandler=ErrorHandler()):
    """Reads a file, a URL or an InputSource."""
    parser = make_parser()
    parser.setContentHandler(handler)
    parser.setErrorHandler(errorHandler)
    parser.parse(source)


def parseString(string, handler, errorHandler=ErrorHandler()):
    """Reads a document from a string."""
    from cStringIO import StringIO
    if errorHandler is None:
        errorHandler = ErrorHandler()
    parser = make_parser()
    parser.setContentHandler(handler)
    parser.setErrorHandler(errorHandler)
    source = InputSource()
    source.setByteStream(StringIO(string))
    parser.parse(source)


def make_parser(parser_list=[]):
    """A parser of the first module of a list that can be imported, else the usual one."""
    import sys
    for name in list(parser_list) + default_parser_list:
        try:
            return _create_parser(name)
        except ImportError:
            if name in sys.modules:
                raise
        except SAXReaderNotAvailable:
            pass
    raise SAXReaderNotAvailable("No parsers found", None)


def _create_parser(parser_name):
    return __import__(parser_name, {}, {}, ['create_parser']).create_parser()
