"""Different kinds of SAX Exceptions"""


class SAXException(Exception):
    """An error or warning of a parser or a program. It may carry another exception."""

    def __init__(self, msg, exception=None):
        self._msg = msg
        self._exception = exception
        Exception.__init__(self, msg)

    def getMessage(self):
        return self._msg

    def getException(self):
        return self._exception

    def __str__(self):
        return self._msg

    def __getitem__(self, ix):
        raise AttributeError("__getitem__")


class SAXParseException(SAXException):
    """An error in a document, with its place."""

    def __init__(self, msg, exception, locator):
        SAXException.__init__(self, msg, exception)
        self._locator = locator
        # The locator moves on: what matters is where it is now.
        self._systemId = locator.getSystemId()
        self._colnum = locator.getColumnNumber()
        self._linenum = locator.getLineNumber()

    def getColumnNumber(self):
        return self._colnum

    def getLineNumber(self):
        return self._linenum

    def getPublicId(self):
        return self._locator.getPublicId()

    def getSystemId(self):
        return self._systemId

    def __str__(self):
        system = self.getSystemId()
        line = self.getLineNumber()
        column = self.getColumnNumber()
        return "%s:%s:%s: %s" % ("<unknown>" if system is None else system, "?" if line is None else line,
                                 "?" if column is None else column, self._msg)


class SAXNotRecognizedException(SAXException):
    """A feature or property that is not known."""


class SAXNotSupportedException(SAXException):
    """A feature or property that cannot be set so."""


class SAXReaderNotAvailable(SAXNotSupportedException):
    """No parser could be made."""
