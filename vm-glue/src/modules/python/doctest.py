# Examples are found and run as Python 2 code here; reading them and comparing what they print is the machine's.
import __future__
import inspect
import linecache
import os
import re
import sys
import traceback
import unittest
from StringIO import StringIO
from collections import namedtuple
from _bridge import library as _library
_machine = _library('doctest')

TestResults = namedtuple('TestResults', 'failed attempted')
master = None
_unittest_reportflags = 0
_LINECACHE_NAME = re.compile(r'<doctest (?P<name>.+)\[(?P<examplenum>\d+)\]>$')


def _extract_future_flags(globs):
    """The compiler's flags for what a namespace has imported from __future__."""
    flags = 0
    for name in __future__.all_feature_names:
        feature = globs.get(name)
        if feature is not None and feature is getattr(__future__, name):
            flags |= feature.compiler_flag
    return flags


def _normalize_module(module, depth=2):
    """A module, given as itself, by name, or as the caller's."""
    if inspect.ismodule(module):
        return module
    if isinstance(module, (str, unicode)):
        return __import__(module, globals(), locals(), ["*"])
    if module is None:
        return sys.modules[sys._getframe(depth).f_globals['__name__']]
    raise TypeError("Expected a module, string, or None")


def _module_relative_path(module, path):
    if not inspect.ismodule(module):
        raise TypeError('Expected a module: %r' % module)
    if path.startswith('/'):
        raise ValueError('Module-relative files may not have absolute paths')
    if hasattr(module, '__file__'):
        base = os.path.split(module.__file__)[0]
    elif module.__name__ == '__main__':
        base = os.path.split(sys.argv[0])[0] if sys.argv and sys.argv[0] else os.curdir
    else:
        raise ValueError("Can't resolve paths relative to the module " + module + " (it has no __file__)")
    return os.path.join(base, *path.split('/'))


def _load_testfile(filename, package, module_relative):
    if module_relative:
        package = _normalize_module(package, 3)
        filename = _module_relative_path(package, filename)
        loader = getattr(package, '__loader__', None)
        if hasattr(loader, 'get_data'):
            return loader.get_data(filename).replace(os.linesep, '\n'), filename
    with open(filename, 'U') as source:
        return source.read(), filename


def _indent(text, indent=4):
    if isinstance(text, unicode):
        text = text.encode('utf-8', 'backslashreplace')
    return re.sub('(?m)^(?!$)', indent * ' ', text)


def _exception_traceback(exc_info):
    output = StringIO()
    traceback.print_exception(exc_info[0], exc_info[1], exc_info[2], file=output)
    return output.getvalue()


def _without_details(message):
    """The name of an exception's class, without its module and its text."""
    return message.split(':')[0].split('\n')[0].rsplit('.', 1)[-1].strip()


class _SpoofOut(object):
    """Where examples print to; the last line always ends."""

    softspace = 0
    encoding = None

    def __init__(self):
        self._parts = []

    def write(self, text):
        self._parts.append(text)

    def writelines(self, lines):
        self._parts.extend(lines)

    def flush(self):
        pass

    def isatty(self):
        return False

    def getvalue(self):
        text = ''.join(self._parts)
        self.softspace = 0
        return text + "\n" if text and not text.endswith("\n") else text

    def truncate(self, size=None):
        self._parts = [self.getvalue()[:size]] if size else []


class DocTestFinder:
    """Finds the examples in the docstrings of an object and of what it holds."""

    def __init__(self, verbose=False, parser=DocTestParser(), recurse=True, exclude_empty=True):
        self._parser = parser
        self._verbose = verbose
        self._recurse = recurse
        self._exclude_empty = exclude_empty

    def find(self, obj, name=None, module=None, globs=None, extraglobs=None):
        if name is None:
            name = getattr(obj, '__name__', None)
            if name is None:
                raise ValueError("DocTestFinder.find: name must be given when obj.__name__ doesn't exist: %r"
                                 % (type(obj),))
        if module is False:
            module = None
        elif module is None:
            module = inspect.getmodule(obj)
        try:
            file = inspect.getsourcefile(obj) or inspect.getfile(obj)
            lines = linecache.getlines(file, module.__dict__) if module is not None else linecache.getlines(file)
        except TypeError:
            lines = None
        if globs is None:
            globs = {} if module is None else module.__dict__.copy()
        else:
            globs = globs.copy()
        if extraglobs is not None:
            globs.update(extraglobs)
        globs.setdefault('__name__', '__main__')
        tests = []
        self._find(tests, obj, name, module, lines or None, globs, {})
        tests.sort()
        return tests

    def _from_module(self, module, obj):
        """Whether an object was defined in the module."""
        if module is None:
            return True
        if inspect.getmodule(obj) is not None:
            return module is inspect.getmodule(obj)
        if inspect.isfunction(obj):
            return module.__dict__ is obj.func_globals
        if inspect.isclass(obj):
            return module.__name__ == obj.__module__
        if hasattr(obj, '__module__'):
            return module.__name__ == obj.__module__
        if isinstance(obj, property):
            return True
        raise ValueError("object must be a class or function")

    def _find(self, tests, obj, name, module, lines, globs, seen):
        if self._verbose:
            print 'Finding tests in %s' % name
        if id(obj) in seen:
            return
        seen[id(obj)] = 1
        test = self._get_test(obj, name, module, globs, lines)
        if test is not None:
            tests.append(test)
        if not self._recurse:
            return
        if inspect.ismodule(obj):
            for inner, value in obj.__dict__.items():
                if (inspect.isfunction(value) or inspect.isclass(value)) and self._from_module(module, value):
                    self._find(tests, value, '%s.%s' % (name, inner), module, lines, globs, seen)
            for inner, value in getattr(obj, '__test__', {}).items():
                if not isinstance(inner, basestring):
                    raise ValueError("DocTestFinder.find: __test__ keys must be strings: %r" % (type(inner),))
                if not (inspect.isfunction(value) or inspect.isclass(value) or inspect.ismethod(value)
                        or inspect.ismodule(value) or isinstance(value, basestring)):
                    raise ValueError("DocTestFinder.find: __test__ values must be strings, functions, methods, "
                                     "classes, or modules: %r" % (type(value),))
                self._find(tests, value, '%s.__test__.%s' % (name, inner), module, lines, globs, seen)
        elif inspect.isclass(obj):
            for inner, value in obj.__dict__.items():
                if isinstance(value, staticmethod):
                    value = getattr(obj, inner)
                if isinstance(value, classmethod):
                    value = getattr(obj, inner).im_func
                if ((inspect.isfunction(value) or inspect.isclass(value) or isinstance(value, property))
                        and self._from_module(module, value)):
                    self._find(tests, value, '%s.%s' % (name, inner), module, lines, globs, seen)

    def _get_test(self, obj, name, module, globs, lines):
        if isinstance(obj, basestring):
            docstring = obj
        else:
            docstring = getattr(obj, '__doc__', None) or ''
            if not isinstance(docstring, basestring):
                docstring = str(docstring)
        if self._exclude_empty and not docstring:
            return None
        file = None
        if module is not None:
            file = getattr(module, '__file__', module.__name__)
            if file[-4:] in ('.pyc', '.pyo'):
                file = file[:-1]
        return self._parser.get_doctest(docstring, globs, name, file, self._find_lineno(obj, lines))

    def _find_lineno(self, obj, lines):
        """The line (from 0) where an object's docstring begins."""
        found = None
        if inspect.ismodule(obj):
            found = 0
        if inspect.isclass(obj):
            if lines is None:
                return None
            pattern = re.compile(r'^\s*class\s*%s\b' % getattr(obj, '__name__', '-'))
            for number, line in enumerate(lines):
                if pattern.match(line):
                    found = number
                    break
        if inspect.ismethod(obj):
            obj = obj.im_func
        if inspect.isfunction(obj):
            obj = obj.func_code
        if inspect.iscode(obj):
            found = getattr(obj, 'co_firstlineno', None) - 1
        if found is None or lines is None:
            return found
        opening = re.compile(r'(^|.*:)\s*\w*("|\')')
        for number in range(found, len(lines)):
            if opening.match(lines[number]):
                return number
        return None


class DocTestRunner:
    """Runs examples and counts those that print something else than they should."""

    DIVIDER = "*" * 70

    def __init__(self, checker=None, verbose=None, optionflags=0):
        self._checker = checker or OutputChecker()
        self._verbose = '-v' in sys.argv if verbose is None else verbose
        self.optionflags = self.original_optionflags = optionflags
        self.tries = self.failures = 0
        self._name2ft = {}
        self._fakeout = _SpoofOut()

    def report_start(self, out, test, example):
        if self._verbose:
            wanted = 'Expecting:\n' + _indent(example.want) if example.want else 'Expecting nothing\n'
            out('Trying:\n' + _indent(example.source) + wanted)

    def report_success(self, out, test, example, got):
        if self._verbose:
            out("ok\n")

    def report_failure(self, out, test, example, got):
        out(self._failure_header(test, example) + self._checker.output_difference(example, got, self.optionflags))

    def report_unexpected_exception(self, out, test, example, exc_info):
        out(self._failure_header(test, example) + 'Exception raised:\n' + _indent(_exception_traceback(exc_info)))

    def _failure_header(self, test, example):
        if test.filename:
            known = test.lineno is not None and example.lineno is not None
            line = test.lineno + example.lineno + 1 if known else '?'
            place = 'File "%s", line %s, in %s' % (test.filename, line, test.name)
        else:
            place = 'Line %s, in %s' % (example.lineno + 1, test.name)
        return '\n'.join([self.DIVIDER, place, 'Failed example:', _indent(example.source)])

    def run(self, test, compileflags=None, out=None, clear_globs=True):
        self.test = test
        if compileflags is None:
            compileflags = _extract_future_flags(test.globs)
        stdout, getlines, displayhook = sys.stdout, linecache.getlines, sys.displayhook
        if out is None:
            out = stdout.write

        def example_lines(filename, module_globals=None):
            match = _LINECACHE_NAME.match(filename)
            if match and match.group('name') == test.name:
                source = test.examples[int(match.group('examplenum'))].source
                return source.encode('ascii', 'backslashreplace').splitlines(True)
            return getlines(filename, module_globals)
        sys.stdout = self._fakeout
        linecache.getlines = example_lines
        sys.displayhook = sys.__displayhook__
        try:
            return self._run(test, compileflags, out)
        finally:
            sys.stdout, linecache.getlines, sys.displayhook = stdout, getlines, displayhook
            if clear_globs:
                test.globs.clear()

    def _run(self, test, compileflags, out):
        failures = tries = 0
        original_flags = self.optionflags
        for number, example in enumerate(test.examples):
            quiet = self.optionflags & REPORT_ONLY_FIRST_FAILURE and failures > 0
            self.optionflags = original_flags
            for flag, value in (example.options or {}).items():
                self.optionflags = self.optionflags | flag if value else self.optionflags & ~flag
            if self.optionflags & SKIP:
                continue
            tries += 1
            if not quiet:
                self.report_start(out, test, example)
            exception = self._exec(example.source, '<doctest %s[%d]>' % (test.name, number), compileflags, test.globs)
            got = self._fakeout.getvalue()
            self._fakeout.truncate(0)
            if exception is None:
                if self._checker.check_output(example.want, got, self.optionflags):
                    if not quiet:
                        self.report_success(out, test, example, got)
                else:
                    if not quiet:
                        self.report_failure(out, test, example, got)
                    failures += 1
                continue
            message = traceback.format_exception_only(*exception[:2])[-1]
            if not quiet:
                got += _exception_traceback(exception)
            if example.exc_msg is None:
                if not quiet:
                    self.report_unexpected_exception(out, test, example, exception)
                failures += 1
            elif (self._checker.check_output(example.exc_msg, message, self.optionflags)
                    or self.optionflags & IGNORE_EXCEPTION_DETAIL
                    and _without_details(example.exc_msg) == _without_details(message)):
                if not quiet:
                    self.report_success(out, test, example, got)
            else:
                if not quiet:
                    self.report_failure(out, test, example, got)
                failures += 1
        self.optionflags = original_flags
        before, before_tries = self._name2ft.get(test.name, (0, 0))
        self._name2ft[test.name] = before + failures, before_tries + tries
        self.failures += failures
        self.tries += tries
        return TestResults(failures, tries)

    def _exec(self, source, filename, flags, globs):
        """Runs an example; what it raises is returned, without the frame of this function."""
        try:
            exec compile(source, filename, "single", flags, 1) in globs
        except KeyboardInterrupt:
            raise
        except:
            kind, value, tb = sys.exc_info()
            return kind, value, tb.tb_next
        return None

    def summarize(self, verbose=None):
        """Shows how many of the examples passed."""
        verbose = self._verbose if verbose is None else verbose
        untested, passed, failed = [], [], []
        total = failures = 0
        for name, (count, tries) in self._name2ft.items():
            total += tries
            failures += count
            if not tries:
                untested.append(name)
            elif count:
                failed.append((name, (count, tries)))
            else:
                passed.append((name, tries))
        if verbose:
            if untested:
                print len(untested), "items had no tests:"
                for name in sorted(untested):
                    print "   ", name
            if passed:
                print len(passed), "items passed all tests:"
                for name, tries in sorted(passed):
                    print " %3d tests in %s" % (tries, name)
        if failed:
            print self.DIVIDER
            print len(failed), "items had failures:"
            for name, (count, tries) in sorted(failed):
                print " %3d of %3d in %s" % (count, tries, name)
        if verbose:
            print total, "tests in", len(self._name2ft), "items."
            print total - failures, "passed and", failures, "failed."
        if failures:
            print "***Test Failed***", failures, "failures."
        elif verbose:
            print "Test passed."
        return TestResults(failures, total)

    def merge(self, other):
        for name, (count, tries) in other._name2ft.items():
            before, before_tries = self._name2ft.get(name, (0, 0))
            self._name2ft[name] = before + count, before_tries + tries


class DebugRunner(DocTestRunner):
    """Raises an exception at the first example that fails."""

    def run(self, test, compileflags=None, out=None, clear_globs=True):
        result = DocTestRunner.run(self, test, compileflags, out, False)
        if clear_globs:
            test.globs.clear()
        return result

    def report_unexpected_exception(self, out, test, example, exc_info):
        raise UnexpectedException(test, example, exc_info)

    def report_failure(self, out, test, example, got):
        raise DocTestFailure(test, example, got)


def _finished(runner, report):
    global master
    if report:
        runner.summarize()
    if master is None:
        master = runner
    else:
        master.merge(runner)
    return TestResults(runner.failures, runner.tries)


def testmod(m=None, name=None, globs=None, verbose=None, report=True, optionflags=0, extraglobs=None,
            raise_on_error=False, exclude_empty=False):
    """Runs the examples in the docstrings of a module."""
    if m is None:
        m = sys.modules.get('__main__')
    if not inspect.ismodule(m):
        raise TypeError("testmod: module required; %r" % (m,))
    kind = DebugRunner if raise_on_error else DocTestRunner
    runner = kind(verbose=verbose, optionflags=optionflags)
    for test in DocTestFinder(exclude_empty=exclude_empty).find(m, name or m.__name__, globs=globs,
                                                                extraglobs=extraglobs):
        runner.run(test)
    return _finished(runner, report)


def testfile(filename, module_relative=True, name=None, package=None, globs=None, verbose=None, report=True,
             optionflags=0, extraglobs=None, raise_on_error=False, parser=DocTestParser(), encoding=None):
    """Runs the examples in a file."""
    if package and not module_relative:
        raise ValueError("Package may only be specified for module-relative paths.")
    text, filename = _load_testfile(filename, package, module_relative)
    globs = {} if globs is None else globs.copy()
    globs.update(extraglobs or {})
    globs.setdefault('__name__', '__main__')
    kind = DebugRunner if raise_on_error else DocTestRunner
    runner = kind(verbose=verbose, optionflags=optionflags)
    if encoding is not None:
        text = text.decode(encoding)
    runner.run(parser.get_doctest(text, globs, name or os.path.basename(filename), filename, 0))
    return _finished(runner, report)


def run_docstring_examples(f, globs, verbose=False, name="NoName", compileflags=None, optionflags=0):
    """Runs the examples in the docstring of one object."""
    runner = DocTestRunner(verbose=verbose, optionflags=optionflags)
    for test in DocTestFinder(verbose=verbose, recurse=False).find(f, name, globs=globs):
        runner.run(test, compileflags=compileflags)


def set_unittest_reportflags(flags):
    """Sets how the cases of DocTestSuite() report."""
    global _unittest_reportflags
    if flags & REPORTING_FLAGS != flags:
        raise ValueError("Only reporting flags allowed", flags)
    old, _unittest_reportflags = _unittest_reportflags, flags
    return old


class DocTestCase(unittest.TestCase):
    """The examples of one docstring as a test case."""

    def __init__(self, test, optionflags=0, setUp=None, tearDown=None, checker=None):
        unittest.TestCase.__init__(self)
        self._dt_optionflags = optionflags
        self._dt_checker = checker
        self._dt_test = test
        self._dt_setUp = setUp
        self._dt_tearDown = tearDown

    def setUp(self):
        if self._dt_setUp is not None:
            self._dt_setUp(self._dt_test)

    def tearDown(self):
        if self._dt_tearDown is not None:
            self._dt_tearDown(self._dt_test)
        self._dt_test.globs.clear()

    def runTest(self):
        flags = self._dt_optionflags
        if not flags & REPORTING_FLAGS:
            flags |= _unittest_reportflags
        output = StringIO()
        runner = DocTestRunner(optionflags=flags, checker=self._dt_checker, verbose=False)
        runner.DIVIDER = "-" * 70
        if runner.run(self._dt_test, out=output.write, clear_globs=False).failed:
            raise self.failureException(self.format_failure(output.getvalue()))

    def format_failure(self, err):
        test = self._dt_test
        line = 'unknown line number' if test.lineno is None else '%s' % test.lineno
        return ('Failed doctest test for %s\n  File "%s", line %s, in %s\n\n%s'
                % (test.name, test.filename, line, '.'.join(test.name.split('.')[-1:]), err))

    def debug(self):
        self.setUp()
        DebugRunner(optionflags=self._dt_optionflags, checker=self._dt_checker, verbose=False).run(
            self._dt_test, clear_globs=False)
        self.tearDown()

    def id(self):
        return self._dt_test.name

    def __repr__(self):
        name = self._dt_test.name.split('.')
        return "%s (%s)" % (name[-1], '.'.join(name[:-1]))

    __str__ = __repr__

    def shortDescription(self):
        return "Doctest: " + self._dt_test.name


class DocFileCase(DocTestCase):
    """The examples of a file as a test case."""

    def id(self):
        return '_'.join(self._dt_test.name.split('.'))

    def __repr__(self):
        return self._dt_test.filename

    __str__ = __repr__

    def format_failure(self, err):
        test = self._dt_test
        return 'Failed doctest test for %s\n  File "%s", line 0\n\n%s' % (test.name, test.filename, err)


def DocTestSuite(module=None, globs=None, extraglobs=None, test_finder=None, **options):
    """The examples of a module as a suite."""
    module = _normalize_module(module)
    tests = (test_finder or DocTestFinder()).find(module, globs=globs, extraglobs=extraglobs)
    if not tests:
        raise ValueError(module, "has no docstrings")
    suite = unittest.TestSuite()
    for test in sorted(tests):
        if test.examples:
            if not test.filename:
                test.filename = getattr(module, '__file__', module.__name__)
            suite.addTest(DocTestCase(test, **options))
    return suite


def DocFileTest(path, module_relative=True, package=None, globs=None, parser=DocTestParser(), encoding=None,
                **options):
    globs = {} if globs is None else globs.copy()
    if package and not module_relative:
        raise ValueError("Package may only be specified for module-relative paths.")
    text, path = _load_testfile(path, package, module_relative)
    globs.setdefault('__file__', path)
    if encoding is not None:
        text = text.decode(encoding)
    return DocFileCase(parser.get_doctest(text, globs, os.path.basename(path), path, 0), **options)


def DocFileSuite(*paths, **kw):
    """The examples of files as a suite."""
    suite = unittest.TestSuite()
    if kw.get('module_relative', True):
        kw['package'] = _normalize_module(kw.get('package'))
    for path in paths:
        suite.addTest(DocFileTest(path, **kw))
    return suite
