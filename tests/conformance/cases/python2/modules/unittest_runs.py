# Cases, suites, results and what they write; times are left out.
import re, sys, unittest
from StringIO import StringIO

class Fixture(unittest.TestCase):
    @classmethod
    def setUpClass(cls): print 'class up'
    @classmethod
    def tearDownClass(cls): print 'class down'
    def setUp(self):
        print 'up', self.id()
        self.addCleanup(sys.stdout.write, 'cleaned\n')
    def tearDown(self): print 'down'
    def test_fine(self): 'What it does.\n\nMore.'; self.assertEqual(1, 1)
    def test_list(self): self.assertEqual([1, 2, 3], [1, 3])
    def test_dict(self): self.assertEqual({'a': 1}, {'a': 2})
    def test_text(self): self.assertEqual(u'one\ntwo\n', u'one\n2\n')
    def test_set(self): self.assertEqual(set([1]), set([1, 2]))
    def test_items(self): self.assertItemsEqual([1, 1, 2], [2, 2, 1])
    def test_error(self): raise KeyError('gone')
    def test_in(self): self.assertIn(3, [1], 'my words')
    def test_raises(self):
        with self.assertRaises(ValueError) as context: int('x')
        print context.exception
        self.assertRaisesRegexp(ValueError, 'nope', int, 'y')
    @unittest.skip('not now')
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    @unittest.expectedFailure
    def test_unexpected(self): pass
    @unittest.skipIf(sys.version_info < (3,), 'old')
    def test_if(self): pass
    def test_almost(self): self.assertAlmostEqual(1.0, 1.01, places=1); self.assertAlmostEqual(1, 2, delta=0.5)
    def test_long(self): self.longMessage = True; self.assertTrue(False, 'why')

class Texts(unittest.TestCase):
    def runTest(self):
        for function, args in [
                (self.assertFalse, (1,)), (self.assertIs, (1, 2)), (self.assertIsNot, (None, None)), (self.assertIsNone, (0,)),
                (self.assertIsNotNone, (None,)), (self.assertNotIn, (1, [1])), (self.assertIsInstance, (1, str)),
                (self.assertNotIsInstance, (1, int)), (self.assertGreater, (1, 2)), (self.assertLess, (2, 1)),
                (self.assertGreaterEqual, (1, 2)), (self.assertLessEqual, (2, 1)), (self.assertNotEqual, (1, 1)),
                (self.assertRegexpMatches, ('abc', 'x')), (self.assertNotRegexpMatches, ('abc', 'b')),
                (self.assertDictContainsSubset, ({'a': 1, 'b': 2}, {'b': 3})), (self.assertTupleEqual, ((1,), (2,))),
                (self.assertSequenceEqual, ([1], (2,))), (self.assertListEqual, ([], ())), (self.assertRaises, (ValueError, len, [])),
                (self.assertMultiLineEqual, ('a', 'b')), (self.failUnless, (0,)), (self.failIfEqual, (1, 1)),
                (self.assertNotAlmostEqual, (1.0, 1.0)), (self.skipTest, ('skip me',))]:
            try: function(*args)
            except BaseException as error: print function.__name__, type(error).__name__, error

def lines(stream):
    text = re.sub(r'in \d+\.\d+s', 'in Xs', stream.getvalue())
    return re.sub(r'File ".*", line', 'File "F", line', text)

for verbosity in 0, 1, 2:
    stream = StringIO()
    loader = unittest.TestLoader()
    result = unittest.TextTestRunner(stream, verbosity=verbosity).run(loader.loadTestsFromTestCase(Fixture))
    print result, result.testsRun, len(result.failures), len(result.errors), len(result.skipped), result.wasSuccessful()
    print lines(stream)
Texts().debug()
stream = StringIO()
unittest.TextTestRunner(stream, failfast=True, buffer=True).run(unittest.TestSuite([Fixture('test_error'), Fixture('test_fine')]))
print lines(stream)
print unittest.TestLoader().loadTestsFromName('Texts', sys.modules['__main__'])
print unittest.defaultTestLoader.getTestCaseNames(Fixture)[:3], unittest.makeSuite(Fixture, 'test_l').countTestCases()
for name in 'nope', 'Fixture.nope', 'sys':
    try: print unittest.defaultTestLoader.loadTestsFromName(name, sys.modules['__main__'])
    except Exception as error: print type(error).__name__, error
def plain(): print 'plain'
case = unittest.FunctionTestCase(plain, description='words'); print case.shortDescription(), case.id(); case.debug()
sys.argv = ['prog', '-q', 'Texts']; sys.stderr = StringIO()
try: unittest.main()
except SystemExit as error: print 'exit', error.code, lines(sys.stderr)
try: unittest.main(argv=['prog', '--nope'])
except SystemExit as error: print 'exit', error.code
