"""A test case, and what marks tests as skipped or expected to fail."""
import collections
import difflib
import functools
import pprint
import re
import sys
import types
import warnings
from .result import TestResult
from .util import (safe_repr, strclass, _count_diff_all_purpose, _count_diff_hashable)

__unittest = True
DIFF_OMITTED = '\nDiff is %s characters long. Set self.maxDiff to None to see it.'


class SkipTest(Exception):
    """Raise this exception in a test to skip it."""


class _ExpectedFailure(Exception):
    """A test failed as it was expected to."""

    def __init__(self, exc_info):
        super(_ExpectedFailure, self).__init__()
        self.exc_info = exc_info


class _UnexpectedSuccess(Exception):
    """The test was supposed to fail, but it didn't!"""


def _id(obj):
    return obj


def skip(reason):
    """Unconditionally skip a test."""
    def decorator(test_item):
        if not isinstance(test_item, (type, types.ClassType)):
            @functools.wraps(test_item)
            def skip_wrapper(*args, **kwargs):
                raise SkipTest(reason)
            test_item = skip_wrapper
        test_item.__unittest_skip__ = True
        test_item.__unittest_skip_why__ = reason
        return test_item
    return decorator


def skipIf(condition, reason):
    """Skip a test if the condition is true."""
    return skip(reason) if condition else _id


def skipUnless(condition, reason):
    """Skip a test unless the condition is true."""
    return _id if condition else skip(reason)


def expectedFailure(func):
    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        try:
            func(*args, **kwargs)
        except Exception:
            raise _ExpectedFailure(sys.exc_info())
        raise _UnexpectedSuccess
    return wrapper


class _AssertRaisesContext(object):
    """`with self.assertRaises(...)`."""

    def __init__(self, expected, test_case, expected_regexp=None):
        self.expected = expected
        self.failureException = test_case.failureException
        self.expected_regexp = expected_regexp

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, tb):
        if exc_type is None:
            name = getattr(self.expected, '__name__', None) or str(self.expected)
            raise self.failureException("{0} not raised".format(name))
        if not issubclass(exc_type, self.expected):
            return False
        self.exception = exc_value
        if self.expected_regexp is None:
            return True
        pattern = self.expected_regexp
        if not pattern.search(str(exc_value)):
            raise self.failureException('"%s" does not match "%s"' % (pattern.pattern, str(exc_value)))
        return True


class TestCase(object):
    """A class whose instances are single test cases."""

    failureException = AssertionError
    longMessage = False
    maxDiff = 80 * 8
    _diffThreshold = 2 ** 16
    _classSetupFailed = False

    def __init__(self, methodName='runTest'):
        self._testMethodName = methodName
        self._resultForDoCleanups = None
        try:
            method = getattr(self, methodName)
        except AttributeError:
            raise ValueError("no such test method in %s: %s" % (self.__class__, methodName))
        self._testMethodDoc = method.__doc__
        self._cleanups = []
        self._type_equality_funcs = {}
        for kind, function in ((dict, 'assertDictEqual'), (list, 'assertListEqual'), (tuple, 'assertTupleEqual'),
                               (set, 'assertSetEqual'), (frozenset, 'assertSetEqual'),
                               (unicode, 'assertMultiLineEqual')):
            self.addTypeEqualityFunc(kind, function)

    def addTypeEqualityFunc(self, typeobj, function):
        """Add a type specific assertEqual style function to compare a type."""
        self._type_equality_funcs[typeobj] = function

    def addCleanup(self, function, *args, **kwargs):
        """Add a function, with arguments, to be called when the test is completed."""
        self._cleanups.append((function, args, kwargs))

    def setUp(self):
        """Hook method for setting up the test fixture before exercising it."""

    def tearDown(self):
        """Hook method for deconstructing the test fixture after testing it."""

    @classmethod
    def setUpClass(cls):
        """Hook method for setting up class fixture before running tests in the class."""

    @classmethod
    def tearDownClass(cls):
        """Hook method for deconstructing the class fixture after running all tests in the class."""

    def countTestCases(self):
        return 1

    def defaultTestResult(self):
        return TestResult()

    def shortDescription(self):
        """The first line of the test method's docstring."""
        doc = self._testMethodDoc
        return doc.split("\n")[0].strip() if doc else None

    def id(self):
        return "%s.%s" % (strclass(self.__class__), self._testMethodName)

    def __eq__(self, other):
        if type(self) is not type(other):
            return NotImplemented
        return self._testMethodName == other._testMethodName

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash((type(self), self._testMethodName))

    def __str__(self):
        return "%s (%s)" % (self._testMethodName, strclass(self.__class__))

    def __repr__(self):
        return "<%s testMethod=%s>" % (strclass(self.__class__), self._testMethodName)

    def _addSkip(self, result, reason):
        add = getattr(result, 'addSkip', None)
        if add is not None:
            add(self, reason)
        else:
            warnings.warn("TestResult has no addSkip method, skips not reported", RuntimeWarning, 2)
            result.addSuccess(self)

    def run(self, result=None):
        own_result = result is None
        if own_result:
            result = self.defaultTestResult()
            start = getattr(result, 'startTestRun', None)
            if start is not None:
                start()
        self._resultForDoCleanups = result
        result.startTest(self)
        method = getattr(self, self._testMethodName)
        if getattr(self.__class__, "__unittest_skip__", False) or getattr(method, "__unittest_skip__", False):
            try:
                why = getattr(self.__class__, '__unittest_skip_why__', '')
                self._addSkip(result, why or getattr(method, '__unittest_skip_why__', ''))
            finally:
                result.stopTest(self)
            return
        try:
            success = False
            try:
                self.setUp()
            except SkipTest as e:
                self._addSkip(result, str(e))
            except KeyboardInterrupt:
                raise
            except:
                result.addError(self, sys.exc_info())
            else:
                success = self._run_method(method, result)
                try:
                    self.tearDown()
                except KeyboardInterrupt:
                    raise
                except:
                    result.addError(self, sys.exc_info())
                    success = False
            if not self.doCleanups():
                success = False
            if success:
                result.addSuccess(self)
        finally:
            result.stopTest(self)
            if own_result:
                stop = getattr(result, 'stopTestRun', None)
                if stop is not None:
                    stop()

    def _run_method(self, method, result):
        """Runs the test itself and tells whether all was well."""
        try:
            method()
        except KeyboardInterrupt:
            raise
        except self.failureException:
            result.addFailure(self, sys.exc_info())
        except _ExpectedFailure as e:
            add = getattr(result, 'addExpectedFailure', None)
            if add is not None:
                add(self, e.exc_info)
            else:
                warnings.warn("TestResult has no addExpectedFailure method, reporting as passes", RuntimeWarning)
                result.addSuccess(self)
        except _UnexpectedSuccess:
            add = getattr(result, 'addUnexpectedSuccess', None)
            if add is not None:
                add(self)
            else:
                warnings.warn("TestResult has no addUnexpectedSuccess method, reporting as failures", RuntimeWarning)
                result.addFailure(self, sys.exc_info())
        except SkipTest as e:
            self._addSkip(result, str(e))
        except:
            result.addError(self, sys.exc_info())
        else:
            return True
        return False

    def doCleanups(self):
        """Execute all cleanup functions, the last one first."""
        result = self._resultForDoCleanups
        fine = True
        while self._cleanups:
            function, args, kwargs = self._cleanups.pop(-1)
            try:
                function(*args, **kwargs)
            except KeyboardInterrupt:
                raise
            except:
                fine = False
                result.addError(self, sys.exc_info())
        return fine

    def __call__(self, *args, **kwds):
        return self.run(*args, **kwds)

    def debug(self):
        """Run the test without collecting errors in a TestResult"""
        self.setUp()
        getattr(self, self._testMethodName)()
        self.tearDown()
        while self._cleanups:
            function, args, kwargs = self._cleanups.pop(-1)
            function(*args, **kwargs)

    def skipTest(self, reason):
        """Skip this test."""
        raise SkipTest(reason)

    def fail(self, msg=None):
        """Fail immediately, with the given message."""
        raise self.failureException(msg)

    def _formatMessage(self, msg, standardMsg):
        if not self.longMessage:
            return msg or standardMsg
        if msg is None:
            return standardMsg
        try:
            return '%s : %s' % (standardMsg, msg)
        except UnicodeDecodeError:
            return '%s : %s' % (safe_repr(standardMsg), safe_repr(msg))

    def _truncateMessage(self, message, diff):
        if self.maxDiff is None or len(diff) <= self.maxDiff:
            return message + diff
        return message + (DIFF_OMITTED % len(diff))

    # ---- truth and equality ----

    def assertFalse(self, expr, msg=None):
        """Check that the expression is false."""
        if expr:
            raise self.failureException(self._formatMessage(msg, "%s is not false" % safe_repr(expr)))

    def assertTrue(self, expr, msg=None):
        """Check that the expression is true."""
        if not expr:
            raise self.failureException(self._formatMessage(msg, "%s is not true" % safe_repr(expr)))

    def _getAssertEqualityFunc(self, first, second):
        if type(first) is type(second):
            function = self._type_equality_funcs.get(type(first))
            if function is not None:
                return getattr(self, function) if isinstance(function, basestring) else function
        return self._baseAssertEqual

    def _baseAssertEqual(self, first, second, msg=None):
        if not first == second:
            raise self.failureException(
                self._formatMessage(msg, '%s != %s' % (safe_repr(first), safe_repr(second))))

    def assertEqual(self, first, second, msg=None):
        """Fail if the two objects are unequal as determined by the '==' operator."""
        self._getAssertEqualityFunc(first, second)(first, second, msg=msg)

    def assertNotEqual(self, first, second, msg=None):
        """Fail if the two objects are equal as determined by the '!=' operator."""
        if not first != second:
            raise self.failureException(
                self._formatMessage(msg, '%s == %s' % (safe_repr(first), safe_repr(second))))

    def assertAlmostEqual(self, first, second, places=None, msg=None, delta=None):
        """Fail if the objects differ after rounding to a number of places (7), or by more than the delta."""
        if first == second:
            return
        self._check_places(places, delta)
        shown = (safe_repr(first), safe_repr(second))
        if delta is not None:
            if abs(first - second) <= delta:
                return
            text = '%s != %s within %s delta' % (shown + (safe_repr(delta),))
        else:
            places = 7 if places is None else places
            if round(abs(second - first), places) == 0:
                return
            text = '%s != %s within %r places' % (shown + (places,))
        raise self.failureException(self._formatMessage(msg, text))

    def assertNotAlmostEqual(self, first, second, places=None, msg=None, delta=None):
        """Fail if the objects are equal after rounding to a number of places (7), or differ by less than the delta."""
        self._check_places(places, delta)
        shown = (safe_repr(first), safe_repr(second))
        if delta is not None:
            if not first == second and abs(first - second) > delta:
                return
            text = '%s == %s within %s delta' % (shown + (safe_repr(delta),))
        else:
            places = 7 if places is None else places
            if not first == second and round(abs(second - first), places) != 0:
                return
            text = '%s == %s within %r places' % (shown + (places,))
        raise self.failureException(self._formatMessage(msg, text))

    def _check_places(self, places, delta):
        if delta is not None and places is not None:
            raise TypeError("specify delta or places not both")

    # ---- exceptions ----

    def assertRaises(self, excClass, callableObj=None, *args, **kwargs):
        """Fail unless an exception of class excClass is raised by callableObj; a context manager without it."""
        context = _AssertRaisesContext(excClass, self)
        if callableObj is None:
            return context
        with context:
            callableObj(*args, **kwargs)

    def assertRaisesRegexp(self, expected_exception, expected_regexp, callable_obj=None, *args, **kwargs):
        """Asserts that the message in a raised exception matches a regexp."""
        if expected_regexp is not None:
            expected_regexp = re.compile(expected_regexp)
        context = _AssertRaisesContext(expected_exception, self, expected_regexp)
        if callable_obj is None:
            return context
        with context:
            callable_obj(*args, **kwargs)

    # ---- containers ----

    def assertSequenceEqual(self, seq1, seq2, msg=None, seq_type=None):
        """An equality assertion for ordered sequences (like lists and tuples)."""
        if seq_type is not None:
            name = seq_type.__name__
            for place, sequence in (('First', seq1), ('Second', seq2)):
                if not isinstance(sequence, seq_type):
                    raise self.failureException('%s sequence is not a %s: %s' % (place, name, safe_repr(sequence)))
        else:
            name = "sequence"
        lengths = [None, None]
        text = None
        for index, (place, sequence) in enumerate((('First', seq1), ('Second', seq2))):
            if text is None:
                try:
                    lengths[index] = len(sequence)
                except (TypeError, NotImplementedError):
                    text = '%s %s has no length.    Non-sequence?' % (place, name)
        if text is None:
            if seq1 == seq2:
                return
            difference = self._first_difference(seq1, seq2, lengths, name)
            if not difference and seq_type is None and type(seq1) != type(seq2):
                # Of different types, with the same items.
                return
            text = '%ss differ: %s != %s\n' % (
                (name.capitalize(),) + tuple([safe_repr(sequence, short=True) for sequence in (seq1, seq2)]))
            text += difference
        diff = '\n' + '\n'.join(difflib.ndiff(pprint.pformat(seq1).splitlines(), pprint.pformat(seq2).splitlines()))
        self.fail(self._formatMessage(msg, self._truncateMessage(text, diff)))

    def _first_difference(self, seq1, seq2, lengths, name):
        """Where two sequences begin to differ, and which has more."""
        len1, len2 = lengths
        text = ''
        for i in xrange(min(len1, len2)):
            try:
                item1 = seq1[i]
            except (TypeError, IndexError, NotImplementedError):
                return text + '\nUnable to index element %d of first %s\n' % (i, name)
            try:
                item2 = seq2[i]
            except (TypeError, IndexError, NotImplementedError):
                return text + '\nUnable to index element %d of second %s\n' % (i, name)
            if item1 != item2:
                text += '\nFirst differing element %d:\n%s\n%s\n' % (i, safe_repr(item1), safe_repr(item2))
                break
        if len1 != len2:
            place, longer, at = ('First', seq1, len2) if len1 > len2 else ('Second', seq2, len1)
            text += '\n%s %s contains %d additional elements.\n' % (place, name, abs(len1 - len2))
            try:
                text += 'First extra element %d:\n%s\n' % (at, safe_repr(longer[at]))
            except (TypeError, IndexError, NotImplementedError):
                text += 'Unable to index element %d of %s %s\n' % (at, place.lower(), name)
        return text

    def assertListEqual(self, list1, list2, msg=None):
        """A list-specific equality assertion."""
        self.assertSequenceEqual(list1, list2, msg, seq_type=list)

    def assertTupleEqual(self, tuple1, tuple2, msg=None):
        """A tuple-specific equality assertion."""
        self.assertSequenceEqual(tuple1, tuple2, msg, seq_type=tuple)

    def assertSetEqual(self, set1, set2, msg=None):
        """A set-specific equality assertion."""
        differences = []
        for place, one, other in (('first', set1, set2), ('second', set2, set1)):
            try:
                differences.append(one.difference(other))
            except TypeError, e:
                self.fail('invalid type when attempting set difference: %s' % e)
            except AttributeError, e:
                self.fail('%s argument does not support set difference: %s' % (place, e))
        if not differences[0] and not differences[1]:
            return
        lines = []
        for place, difference in zip(('first', 'second'), differences):
            if difference:
                lines.append('Items in the %s set but not the %s:'
                             % (place, 'second' if place == 'first' else 'first'))
                lines.extend([repr(item) for item in difference])
        self.fail(self._formatMessage(msg, '\n'.join(lines)))

    def assertIn(self, member, container, msg=None):
        """Just like self.assertTrue(a in b), but with a nicer default message."""
        if member not in container:
            text = '%s not found in %s' % (safe_repr(member), safe_repr(container))
            self.fail(self._formatMessage(msg, text))

    def assertNotIn(self, member, container, msg=None):
        """Just like self.assertTrue(a not in b), but with a nicer default message."""
        if member in container:
            text = '%s unexpectedly found in %s' % (safe_repr(member), safe_repr(container))
            self.fail(self._formatMessage(msg, text))

    def assertIs(self, expr1, expr2, msg=None):
        """Just like self.assertTrue(a is b), but with a nicer default message."""
        if expr1 is not expr2:
            self.fail(self._formatMessage(msg, '%s is not %s' % (safe_repr(expr1), safe_repr(expr2))))

    def assertIsNot(self, expr1, expr2, msg=None):
        """Just like self.assertTrue(a is not b), but with a nicer default message."""
        if expr1 is expr2:
            self.fail(self._formatMessage(msg, 'unexpectedly identical: %s' % (safe_repr(expr1),)))

    def assertDictEqual(self, d1, d2, msg=None):
        self.assertIsInstance(d1, dict, 'First argument is not a dictionary')
        self.assertIsInstance(d2, dict, 'Second argument is not a dictionary')
        if d1 != d2:
            text = '%s != %s' % (safe_repr(d1, True), safe_repr(d2, True))
            diff = '\n' + '\n'.join(difflib.ndiff(pprint.pformat(d1).splitlines(), pprint.pformat(d2).splitlines()))
            self.fail(self._formatMessage(msg, self._truncateMessage(text, diff)))

    def assertDictContainsSubset(self, expected, actual, msg=None):
        """Checks whether actual is a superset of expected."""
        missing, mismatched = [], []
        for key, value in expected.iteritems():
            if key not in actual:
                missing.append(key)
            elif value != actual[key]:
                mismatched.append('%s, expected: %s, actual: %s'
                                  % (safe_repr(key), safe_repr(value), safe_repr(actual[key])))
        parts = []
        if missing:
            parts.append('Missing: %s' % ','.join([safe_repr(key) for key in missing]))
        if mismatched:
            parts.append('Mismatched values: %s' % ','.join(mismatched))
        if parts:
            self.fail(self._formatMessage(msg, '; '.join(parts)))

    def assertItemsEqual(self, expected_seq, actual_seq, msg=None):
        """The same items the same number of times, in whatever order."""
        first, second = list(expected_seq), list(actual_seq)
        with warnings.catch_warnings():
            if sys.py3kwarning:
                warnings.simplefilter('ignore', DeprecationWarning)
            try:
                first_counts, second_counts = collections.Counter(first), collections.Counter(second)
            except TypeError:
                differences = _count_diff_all_purpose(first, second)
            else:
                if first_counts == second_counts:
                    return
                differences = _count_diff_hashable(first, second)
        if differences:
            lines = ['First has %d, Second has %d:  %r' % difference for difference in differences]
            text = self._truncateMessage('Element counts were not equal:\n', '\n'.join(lines))
            self.fail(self._formatMessage(msg, text))

    def assertMultiLineEqual(self, first, second, msg=None):
        """Assert that two multi-line strings are equal."""
        self.assertIsInstance(first, basestring, 'First argument is not a string')
        self.assertIsInstance(second, basestring, 'Second argument is not a string')
        if first == second:
            return
        if len(first) > self._diffThreshold or len(second) > self._diffThreshold:
            self._baseAssertEqual(first, second, msg)
        lines1, lines2 = first.splitlines(True), second.splitlines(True)
        if len(lines1) == 1 and first.strip('\r\n') == first:
            lines1, lines2 = [first + '\n'], [second + '\n']
        text = '%s != %s' % (safe_repr(first, True), safe_repr(second, True))
        diff = '\n' + ''.join(difflib.ndiff(lines1, lines2))
        self.fail(self._formatMessage(msg, self._truncateMessage(text, diff)))

    # ---- order, kinds, patterns ----

    def assertLess(self, a, b, msg=None):
        """Just like self.assertTrue(a < b), but with a nicer default message."""
        if not a < b:
            self.fail(self._formatMessage(msg, '%s not less than %s' % (safe_repr(a), safe_repr(b))))

    def assertLessEqual(self, a, b, msg=None):
        """Just like self.assertTrue(a <= b), but with a nicer default message."""
        if not a <= b:
            self.fail(self._formatMessage(msg, '%s not less than or equal to %s' % (safe_repr(a), safe_repr(b))))

    def assertGreater(self, a, b, msg=None):
        """Just like self.assertTrue(a > b), but with a nicer default message."""
        if not a > b:
            self.fail(self._formatMessage(msg, '%s not greater than %s' % (safe_repr(a), safe_repr(b))))

    def assertGreaterEqual(self, a, b, msg=None):
        """Just like self.assertTrue(a >= b), but with a nicer default message."""
        if not a >= b:
            self.fail(self._formatMessage(msg, '%s not greater than or equal to %s' % (safe_repr(a), safe_repr(b))))

    def assertIsNone(self, obj, msg=None):
        """Same as self.assertTrue(obj is None), with a nicer default message."""
        if obj is not None:
            self.fail(self._formatMessage(msg, '%s is not None' % (safe_repr(obj),)))

    def assertIsNotNone(self, obj, msg=None):
        """Included for symmetry with assertIsNone."""
        if obj is None:
            self.fail(self._formatMessage(msg, 'unexpectedly None'))

    def assertIsInstance(self, obj, cls, msg=None):
        """Same as self.assertTrue(isinstance(obj, cls)), with a nicer default message."""
        if not isinstance(obj, cls):
            self.fail(self._formatMessage(msg, '%s is not an instance of %r' % (safe_repr(obj), cls)))

    def assertNotIsInstance(self, obj, cls, msg=None):
        """Included for symmetry with assertIsInstance."""
        if isinstance(obj, cls):
            self.fail(self._formatMessage(msg, '%s is an instance of %r' % (safe_repr(obj), cls)))

    def assertRegexpMatches(self, text, expected_regexp, msg=None):
        """Fail the test unless the text matches the regular expression."""
        if isinstance(expected_regexp, basestring):
            expected_regexp = re.compile(expected_regexp)
        if not expected_regexp.search(text):
            raise self.failureException(
                '%s: %r not found in %r' % (msg or "Regexp didn't match", expected_regexp.pattern, text))

    def assertNotRegexpMatches(self, text, unexpected_regexp, msg=None):
        """Fail the test if the text matches the regular expression."""
        if isinstance(unexpected_regexp, basestring):
            unexpected_regexp = re.compile(unexpected_regexp)
        match = unexpected_regexp.search(text)
        if match:
            raise self.failureException('%s: %r matches %r in %r' % (
                msg or "Regexp matched", text[match.start():match.end()], unexpected_regexp.pattern, text))

    # ---- old names ----

    assertEquals = assertEqual
    assertNotEquals = assertNotEqual
    assertAlmostEquals = assertAlmostEqual
    assertNotAlmostEquals = assertNotAlmostEqual
    assert_ = assertTrue

    def _deprecate(original_func):
        def deprecated_func(*args, **kwargs):
            warnings.warn('Please use {0} instead.'.format(original_func.__name__), PendingDeprecationWarning, 2)
            return original_func(*args, **kwargs)
        return deprecated_func

    failUnlessEqual = _deprecate(assertEqual)
    failIfEqual = _deprecate(assertNotEqual)
    failUnlessAlmostEqual = _deprecate(assertAlmostEqual)
    failIfAlmostEqual = _deprecate(assertNotAlmostEqual)
    failUnless = _deprecate(assertTrue)
    failUnlessRaises = _deprecate(assertRaises)
    failIf = _deprecate(assertFalse)
    del _deprecate


class FunctionTestCase(TestCase):
    """A test case that wraps a test function."""

    def __init__(self, testFunc, setUp=None, tearDown=None, description=None):
        super(FunctionTestCase, self).__init__()
        self._setUpFunc = setUp
        self._tearDownFunc = tearDown
        self._testFunc = testFunc
        self._description = description

    def setUp(self):
        if self._setUpFunc is not None:
            self._setUpFunc()

    def tearDown(self):
        if self._tearDownFunc is not None:
            self._tearDownFunc()

    def runTest(self):
        self._testFunc()

    def id(self):
        return self._testFunc.__name__

    def _parts(self):
        return self._setUpFunc, self._tearDownFunc, self._testFunc, self._description

    def __eq__(self, other):
        return self._parts() == other._parts() if isinstance(other, self.__class__) else NotImplemented

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash((type(self),) + self._parts())

    def __str__(self):
        return "%s (%s)" % (strclass(self.__class__), self._testFunc.__name__)

    def __repr__(self):
        return "<%s tec=%s>" % (strclass(self.__class__), self._testFunc)

    def shortDescription(self):
        if self._description is not None:
            return self._description
        doc = self._testFunc.__doc__
        return doc.split("\n")[0].strip() if doc else None
