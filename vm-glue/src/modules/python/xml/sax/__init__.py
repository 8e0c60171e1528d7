# xml.sax over our own reader: documents and texts of handlers are those of Python 2.
from xml.sax._exceptions import SAXException, SAXNotRecognizedException, SAXParseException
from xml.sax._exceptions import SAXNotSupportedException, SAXReaderNotAvailable
from xml.sax.handler import ContentHandler, ErrorHandler
from xml.sax.xmlreader import InputSource

default_parser_list = ['xml.sax.expatreader']


def make_parser(parser_list=[]):
    """A parser of the first module of a list that can be imported, else the usual one."""
    for name in list(parser_list) + default_parser_list:
        try:
            module = __import__(name, {}, {}, ['create_parser'])
        except ImportError:
            continue
        if hasattr(module, 'create_parser'):
            return module.create_parser()
    raise SAXReaderNotAvailable('No parsers found', None)


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
    source = InputSource()
    source.setByteStream(StringIO(string.encode('utf-8') if isinstance(string, unicode) else string))
    parse(source, handler, errorHandler)
