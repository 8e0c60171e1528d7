"""Runs tests and writes what became of them as text."""
import sys
import time
from . import result
from .signals import registerResult

__unittest = True


class _WritelnDecorator(object):
    """A file-like object with a 'writeln' method."""

    def __init__(self, stream):
        self.stream = stream

    def __getattr__(self, attr):
        if attr in ('stream', '__getstate__'):
            raise AttributeError(attr)
        return getattr(self.stream, attr)

    def writeln(self, arg=None):
        if arg:
            self.write(arg)
        self.write('\n')


class TextTestResult(result.TestResult):
    """A test result class that can print formatted text results to a stream."""

    separator1 = '=' * 70
    separator2 = '-' * 70

    def __init__(self, stream, descriptions, verbosity):
        super(TextTestResult, self).__init__(stream, descriptions, verbosity)
        self.stream = stream
        self.showAll = verbosity > 1
        self.dots = verbosity == 1
        self.descriptions = descriptions

    def getDescription(self, test):
        first_line = test.shortDescription()
        if self.descriptions and first_line:
            return '\n'.join((str(test), first_line))
        return str(test)

    def startTest(self, test):
        super(TextTestResult, self).startTest(test)
        if self.showAll:
            self.stream.write(self.getDescription(test))
            self.stream.write(" ... ")
            self.stream.flush()

    def _show(self, long_text, short_text):
        if self.showAll:
            self.stream.writeln(long_text)
        elif self.dots:
            self.stream.write(short_text)
            self.stream.flush()

    def addSuccess(self, test):
        super(TextTestResult, self).addSuccess(test)
        self._show("ok", '.')

    def addError(self, test, err):
        super(TextTestResult, self).addError(test, err)
        self._show("ERROR", 'E')

    def addFailure(self, test, err):
        super(TextTestResult, self).addFailure(test, err)
        self._show("FAIL", 'F')

    def addSkip(self, test, reason):
        super(TextTestResult, self).addSkip(test, reason)
        self._show("skipped {0!r}".format(reason), 's')

    def addExpectedFailure(self, test, err):
        super(TextTestResult, self).addExpectedFailure(test, err)
        self._show("expected failure", 'x')

    def addUnexpectedSuccess(self, test):
        super(TextTestResult, self).addUnexpectedSuccess(test)
        self._show("unexpected success", 'u')

    def printErrors(self):
        if self.dots or self.showAll:
            self.stream.writeln()
        self.printErrorList('ERROR', self.errors)
        self.printErrorList('FAIL', self.failures)

    def printErrorList(self, flavour, errors):
        for test, err in errors:
            self.stream.writeln(self.separator1)
            self.stream.writeln("%s: %s" % (flavour, self.getDescription(test)))
            self.stream.writeln(self.separator2)
            self.stream.writeln("%s" % err)


class TextTestRunner(object):
    """A test runner class that displays results in textual form."""

    resultclass = TextTestResult

    def __init__(self, stream=sys.stderr, descriptions=True, verbosity=1, failfast=False, buffer=False,
                 resultclass=None):
        self.stream = _WritelnDecorator(stream)
        self.descriptions = descriptions
        self.verbosity = verbosity
        self.failfast = failfast
        self.buffer = buffer
        if resultclass is not None:
            self.resultclass = resultclass

    def _makeResult(self):
        return self.resultclass(self.stream, self.descriptions, self.verbosity)

    def run(self, test):
        """Run the given test case or test suite."""
        outcome = self._makeResult()
        registerResult(outcome)
        outcome.failfast = self.failfast
        outcome.buffer = self.buffer
        began = time.time()
        start = getattr(outcome, 'startTestRun', None)
        if start is not None:
            start()
        try:
            test(outcome)
        finally:
            stop = getattr(outcome, 'stopTestRun', None)
            if stop is not None:
                stop()
        taken = time.time() - began
        outcome.printErrors()
        stream = self.stream
        if hasattr(outcome, 'separator2'):
            stream.writeln(outcome.separator2)
        count = outcome.testsRun
        stream.writeln("Ran %d test%s in %.3fs" % (count, "" if count == 1 else "s", taken))
        stream.writeln()
        numbers = []
        if outcome.wasSuccessful():
            stream.write("OK")
        else:
            stream.write("FAILED")
            numbers.extend([(name, len(getattr(outcome, name))) for name in ('failures', 'errors')])
        for name, shown in (('skipped', 'skipped'), ('expectedFailures', 'expected failures'),
                            ('unexpectedSuccesses', 'unexpected successes')):
            # A result of one's own may not know these.
            numbers.append((shown, len(getattr(outcome, name, ()))))
        shown = ['%s=%d' % (name, number) for name, number in numbers if number]
        stream.writeln(" (%s)" % ", ".join(shown) if shown else "")
        return outcome
