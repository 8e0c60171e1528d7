# What Python 2.7's unittest has and the machine's has not: the old names of assertions, the functions that make suites.
import types
from _bridge import library

_machine = library('unittest')


def _added():
    def assertDictContainsSubset(self, expected, actual, msg=None):
        """The expected items are among the actual ones."""
        missing = [key for key in expected if key not in actual]
        wrong = ['%r, expected: %r, actual: %r' % (key, expected[key], actual[key])
                 for key in expected if key in actual and expected[key] != actual[key]]
        parts = []
        if missing:
            parts.append('Missing: ' + ','.join(repr(key) for key in missing))
        if wrong:
            parts.append('Mismatched values: ' + ','.join(wrong))
        if parts:
            self.fail(msg or '; '.join(parts))

    def assert_(self, expr, msg=None):
        self.assertTrue(expr, msg)

    def failIf(self, expr, msg=None):
        self.assertFalse(expr, msg)

    return assertDictContainsSubset, assert_, failIf


# Old name: the name of the method that does it.
_ALIASES = {
    'assertEquals': 'assertEqual', 'assertNotEquals': 'assertNotEqual', 'assertAlmostEquals': 'assertAlmostEqual',
    'assertNotAlmostEquals': 'assertNotAlmostEqual', 'assertItemsEqual': 'assertCountEqual',
    'assertRegexpMatches': 'assertRegex', 'assertNotRegexpMatches': 'assertNotRegex',
    'assertRaisesRegexp': 'assertRaisesRegex', 'failUnless': 'assertTrue', 'failUnlessEqual': 'assertEqual',
    'failIfEqual': 'assertNotEqual', 'failUnlessAlmostEqual': 'assertAlmostEqual',
    'failIfAlmostEqual': 'assertNotAlmostEqual', 'failUnlessRaises': 'assertRaises',
}


def _alias(target):
    def method(self, *args, **kwargs):
        return getattr(self, target)(*args, **kwargs)
    return method


for _old in _ALIASES:
    setattr(_machine.TestCase, _old, _alias(_ALIASES[_old]))
for _function in _added():
    setattr(_machine.TestCase, _function.__name__, _function)
_TextTestResult = _machine.TextTestResult


def _loader(prefix, sortUsing, suiteClass=None):
    loader = _machine.TestLoader()
    loader.sortTestMethodsUsing = sortUsing
    loader.testMethodPrefix = prefix
    if suiteClass:
        loader.suiteClass = suiteClass
    return loader


def getTestCaseNames(testCaseClass, prefix, sortUsing=cmp):
    """The names of a class's test methods."""
    return _loader(prefix, sortUsing).getTestCaseNames(testCaseClass)


def makeSuite(testCaseClass, prefix='test', sortUsing=cmp, suiteClass=_machine.TestSuite):
    """A suite of a class's test methods."""
    return _loader(prefix, sortUsing, suiteClass).loadTestsFromTestCase(testCaseClass)


def findTestCases(module, prefix='test', sortUsing=cmp, suiteClass=_machine.TestSuite):
    """A suite of a module's test methods."""
    return _loader(prefix, sortUsing, suiteClass).loadTestsFromModule(module)
