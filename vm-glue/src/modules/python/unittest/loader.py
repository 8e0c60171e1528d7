"""Finds the tests in classes, modules, names and folders."""
import os
import re
import sys
import traceback
import types
from fnmatch import fnmatch
from functools import cmp_to_key as _CmpToKey
from . import case, suite

__unittest = True
VALID_MODULE_NAME = re.compile(r'[_a-z]\w*\.py$', re.IGNORECASE)


def _make_failed_import_test(name, suiteClass):
    return _make_failed_test('ModuleImportFailure', name, ImportError(
        'Failed to import test module: %s\n%s' % (name, traceback.format_exc())), suiteClass)


def _make_failed_load_tests(name, exception, suiteClass):
    return _make_failed_test('LoadTestsFailure', name, exception, suiteClass)


def _make_failed_test(classname, methodname, exception, suiteClass):
    def testFailure(self):
        raise exception
    failing = type(classname, (case.TestCase,), {methodname: testFailure})
    return suiteClass((failing(methodname),))


class TestLoader(object):
    """Loads tests according to various criteria and returns them wrapped in a TestSuite."""

    testMethodPrefix = 'test'
    sortTestMethodsUsing = cmp
    suiteClass = suite.TestSuite
    _top_level_dir = None

    def loadTestsFromTestCase(self, testCaseClass):
        """Return a suite of all test cases contained in testCaseClass"""
        if issubclass(testCaseClass, suite.TestSuite):
            raise TypeError("Test cases should not be derived from TestSuite. Maybe you meant to derive from TestCase?")
        names = self.getTestCaseNames(testCaseClass)
        if not names and hasattr(testCaseClass, 'runTest'):
            names = ['runTest']
        return self.suiteClass(map(testCaseClass, names))

    def loadTestsFromModule(self, module, use_load_tests=True):
        """Return a suite of all test cases contained in the given module"""
        tests = []
        for name in dir(module):
            value = getattr(module, name)
            if isinstance(value, type) and issubclass(value, case.TestCase):
                tests.append(self.loadTestsFromTestCase(value))
        tests = self.suiteClass(tests)
        load_tests = getattr(module, 'load_tests', None)
        if use_load_tests and load_tests is not None:
            try:
                return load_tests(self, tests, None)
            except Exception as e:
                return _make_failed_load_tests(module.__name__, e, self.suiteClass)
        return tests

    def loadTestsFromName(self, name, module=None):
        """Return a suite of all test cases given a string specifier: a module, a class, a method or a callable."""
        parts = name.split('.')
        if module is None:
            packages = parts[:]
            while packages:
                try:
                    module = __import__('.'.join(packages))
                    break
                except ImportError:
                    del packages[-1]
                    if not packages:
                        raise
            parts = parts[1:]
        found = module
        for part in parts:
            parent, found = found, getattr(found, part)
        if isinstance(found, types.ModuleType):
            return self.loadTestsFromModule(found)
        if isinstance(found, type) and issubclass(found, case.TestCase):
            return self.loadTestsFromTestCase(found)
        if (isinstance(found, types.UnboundMethodType) and isinstance(parent, type)
                and issubclass(parent, case.TestCase)):
            return self.suiteClass([parent(parts[-1])])
        if isinstance(found, suite.TestSuite):
            return found
        if hasattr(found, '__call__'):
            test = found()
            if isinstance(test, suite.TestSuite):
                return test
            if isinstance(test, case.TestCase):
                return self.suiteClass([test])
            raise TypeError("calling %s returned %s, not a test" % (found, test))
        raise TypeError("don't know how to make test from: %s" % found)

    def loadTestsFromNames(self, names, module=None):
        """Return a suite of all test cases found using the given sequence of string specifiers."""
        return self.suiteClass([self.loadTestsFromName(name, module) for name in names])

    def getTestCaseNames(self, testCaseClass):
        """Return a sorted sequence of method names found within testCaseClass"""
        prefix = self.testMethodPrefix
        names = [name for name in dir(testCaseClass)
                 if name.startswith(prefix) and hasattr(getattr(testCaseClass, name), '__call__')]
        if self.sortTestMethodsUsing:
            names.sort(key=_CmpToKey(self.sortTestMethodsUsing))
        return names

    # ---- discovery ----

    def discover(self, start_dir, pattern='test*.py', top_level_dir=None):
        """Find and return all test modules from the specified start directory, recursing into subdirectories."""
        set_top = top_level_dir is None and self._top_level_dir is None
        if top_level_dir is None:
            top_level_dir = start_dir if self._top_level_dir is None else self._top_level_dir
        top_level_dir = os.path.abspath(top_level_dir)
        if top_level_dir not in sys.path:
            sys.path.insert(0, top_level_dir)
        self._top_level_dir = top_level_dir
        importable = True
        if os.path.isdir(os.path.abspath(start_dir)):
            start_dir = os.path.abspath(start_dir)
            if start_dir != top_level_dir:
                importable = os.path.isfile(os.path.join(start_dir, '__init__.py'))
        else:
            try:
                __import__(start_dir)
            except ImportError:
                importable = False
            else:
                package = sys.modules[start_dir]
                first = start_dir.split('.')[0]
                start_dir = os.path.abspath(os.path.dirname(package.__file__))
                if set_top:
                    self._top_level_dir = self._get_directory_containing_module(first)
                    sys.path.remove(top_level_dir)
        if not importable:
            raise ImportError('Start directory is not importable: %r' % start_dir)
        return self.suiteClass(list(self._find_tests(start_dir, pattern)))

    def _get_directory_containing_module(self, module_name):
        path = os.path.realpath(sys.modules[module_name].__file__)
        folder = os.path.dirname(path)
        return os.path.dirname(folder) if os.path.basename(path).lower().startswith('__init__.py') else folder

    def _get_name_from_path(self, path):
        path = os.path.splitext(os.path.normpath(path))[0]
        relative = os.path.relpath(path, self._top_level_dir)
        assert not os.path.isabs(relative), "Path must be within the project"
        assert not relative.startswith('..'), "Path must be within the project"
        return relative.replace(os.path.sep, '.')

    def _get_module_from_name(self, name):
        __import__(name)
        return sys.modules[name]

    def _match_path(self, path, full_path, pattern):
        return fnmatch(path, pattern)

    def _find_tests(self, start_dir, pattern):
        """The suites of the test modules in a folder and in the packages beneath."""
        for path in os.listdir(start_dir):
            full_path = os.path.join(start_dir, path)
            if os.path.isfile(full_path):
                if not VALID_MODULE_NAME.match(path) or not self._match_path(path, full_path, pattern):
                    continue
                name = self._get_name_from_path(full_path)
                try:
                    module = self._get_module_from_name(name)
                except:
                    yield _make_failed_import_test(name, self.suiteClass)
                    continue
                self._check_place(module, name, full_path, start_dir)
                yield self.loadTestsFromModule(module)
            elif os.path.isdir(full_path):
                if not os.path.isfile(os.path.join(full_path, '__init__.py')):
                    continue
                load_tests = tests = None
                if fnmatch(path, pattern):
                    package = self._get_module_from_name(self._get_name_from_path(full_path))
                    load_tests = getattr(package, 'load_tests', None)
                    tests = self.loadTestsFromModule(package, use_load_tests=False)
                if load_tests is None:
                    if tests is not None:
                        yield tests
                    for test in self._find_tests(full_path, pattern):
                        yield test
                else:
                    try:
                        yield load_tests(self, tests, pattern)
                    except Exception as e:
                        yield _make_failed_load_tests(package.__name__, e, self.suiteClass)

    def _check_place(self, module, name, full_path, start_dir):
        """The module must be the one in this folder, not one of the same name from elsewhere."""
        file = os.path.abspath(getattr(module, '__file__', full_path))
        real = os.path.splitext(os.path.realpath(file))[0]
        if real.lower() != os.path.splitext(os.path.realpath(full_path))[0].lower():
            wanted = os.path.splitext(os.path.basename(full_path))[0]
            raise ImportError("%r module incorrectly imported from %r. Expected %r. Is this module globally installed?"
                              % (wanted, os.path.dirname(file), start_dir))


defaultTestLoader = TestLoader()


def _makeLoader(prefix, sortUsing, suiteClass=None):
    loader = TestLoader()
    loader.sortTestMethodsUsing = sortUsing
    loader.testMethodPrefix = prefix
    if suiteClass:
        loader.suiteClass = suiteClass
    return loader


def getTestCaseNames(testCaseClass, prefix, sortUsing=cmp):
    return _makeLoader(prefix, sortUsing).getTestCaseNames(testCaseClass)


def makeSuite(testCaseClass, prefix='test', sortUsing=cmp, suiteClass=suite.TestSuite):
    return _makeLoader(prefix, sortUsing, suiteClass).loadTestsFromTestCase(testCaseClass)


def findTestCases(module, prefix='test', sortUsing=cmp, suiteClass=suite.TestSuite):
    return _makeLoader(prefix, sortUsing, suiteClass).loadTestsFromModule(module)
