"""The test program: its command line, and what `unittest.main()` does."""
import os
import sys
import types
from . import loader, runner
from .signals import installHandler

__unittest = True
FAILFAST = "  -f, --failfast   Stop on first failure\n"
CATCHBREAK = "  -c, --catch      Catch control-C and display results\n"
BUFFEROUTPUT = "  -b, --buffer     Buffer stdout and stderr during test runs\n"
_OPTIONS = """\
Usage: %(progName)s [options] {0}

Options:
  -h, --help       Show this message
  -v, --verbose    Verbose output
  -q, --quiet      Minimal output
%(failfast)s%(catchbreak)s%(buffer)s
"""
USAGE_AS_MAIN = _OPTIONS.format('[tests]') + """\
Examples:
  %(progName)s test_module               - run tests from test_module
  %(progName)s module.TestClass          - run tests from module.TestClass
  %(progName)s module.Class.test_method  - run specified test method

[tests] can be a list of any number of test modules, classes and test
methods.

Alternative Usage: %(progName)s discover [options]

Options:
  -v, --verbose    Verbose output
%(failfast)s%(catchbreak)s%(buffer)s  -s directory     Directory to start discovery ('.' default)
  -p pattern       Pattern to match test files ('test*.py' default)
  -t directory     Top level directory of project (default to
                   start directory)

For test discovery all test modules must be importable from the top
level directory of the project.
"""
USAGE_FROM_MODULE = _OPTIONS.format('[test] [...]') + """\
Examples:
  %(progName)s                               - run default set of tests
  %(progName)s MyTestSuite                   - run suite 'MyTestSuite'
  %(progName)s MyTestCase.testSomething      - run MyTestCase.testSomething
  %(progName)s MyTestCase                    - run all 'test*' test methods
                                               in MyTestCase
"""


class TestProgram(object):
    """A command-line program that runs a set of tests."""

    USAGE = USAGE_FROM_MODULE
    failfast = catchbreak = buffer = progName = None

    def __init__(self, module='__main__', defaultTest=None, argv=None, testRunner=None,
                 testLoader=loader.defaultTestLoader, exit=True, verbosity=1, failfast=None, catchbreak=None,
                 buffer=None):
        if isinstance(module, basestring):
            self.module = __import__(module)
            for part in module.split('.')[1:]:
                self.module = getattr(self.module, part)
        else:
            self.module = module
        argv = sys.argv if argv is None else argv
        self.exit = exit
        self.failfast = failfast
        self.catchbreak = catchbreak
        self.verbosity = verbosity
        self.buffer = buffer
        self.defaultTest = defaultTest
        self.testRunner = testRunner
        self.testLoader = testLoader
        self.progName = os.path.basename(argv[0])
        self.parseArgs(argv)
        self.runTests()

    def usageExit(self, msg=None):
        if msg:
            print msg
        usage = {'progName': self.progName}
        for name, text in (('failfast', FAILFAST), ('catchbreak', CATCHBREAK), ('buffer', BUFFEROUTPUT)):
            usage[name] = text if getattr(self, name) is not False else ''
        print self.USAGE % usage
        sys.exit(2)

    def parseArgs(self, argv):
        if len(argv) > 1 and argv[1].lower() == 'discover':
            self._do_discovery(argv[2:])
            return
        import getopt
        names = ['help', 'verbose', 'quiet', 'failfast', 'catch', 'buffer']
        try:
            options, args = getopt.getopt(argv[1:], 'hHvqfcb', names)
            for option, _value in options:
                if option in ('-h', '-H', '--help'):
                    self.usageExit()
                if option in ('-q', '--quiet'):
                    self.verbosity = 0
                if option in ('-v', '--verbose'):
                    self.verbosity = 2
                for letters, name in ((('-f', '--failfast'), 'failfast'), (('-c', '--catch'), 'catchbreak'),
                                      (('-b', '--buffer'), 'buffer')):
                    # False says that the option is not to be had.
                    if option in letters and getattr(self, name) is None:
                        setattr(self, name, True)
            if not args and self.defaultTest is None:
                # All of the module's tests.
                self.testNames = None
            elif args:
                self.testNames = args
                if __name__ == '__main__':
                    self.module = None
            elif isinstance(self.defaultTest, basestring):
                self.testNames = (self.defaultTest,)
            else:
                self.testNames = tuple(self.defaultTest)
            self.createTests()
        except getopt.error, msg:
            self.usageExit(msg)

    def createTests(self):
        if self.testNames is None:
            self.test = self.testLoader.loadTestsFromModule(self.module)
        else:
            self.test = self.testLoader.loadTestsFromNames(self.testNames, self.module)

    def _do_discovery(self, argv, Loader=None):
        if Loader is None:
            Loader = lambda: self.testLoader
        import optparse
        parser = optparse.OptionParser()
        parser.prog = self.progName
        parser.add_option('-v', '--verbose', dest='verbose', default=False, help='Verbose output', action='store_true')
        for letter, name, dest, text in (('-f', '--failfast', 'failfast', 'Stop on first fail or error'),
                                         ('-c', '--catch', 'catchbreak', 'Catch Ctrl-C and display results so far'),
                                         ('-b', '--buffer', 'buffer', 'Buffer stdout and stderr during tests')):
            if getattr(self, dest) is not False:
                parser.add_option(letter, name, dest=dest, default=False, help=text, action='store_true')
        parser.add_option('-s', '--start-directory', dest='start', default='.',
                          help="Directory to start discovery ('.' default)")
        parser.add_option('-p', '--pattern', dest='pattern', default='test*.py',
                          help="Pattern to match tests ('test*.py' default)")
        parser.add_option('-t', '--top-level-directory', dest='top', default=None,
                          help='Top level directory of project (defaults to start directory)')
        options, args = parser.parse_args(argv)
        if len(args) > 3:
            self.usageExit()
        for name, value in zip(('start', 'pattern', 'top'), args):
            setattr(options, name, value)
        for name in ('failfast', 'catchbreak', 'buffer'):
            if getattr(self, name) is None:
                setattr(self, name, getattr(options, name))
        if options.verbose:
            self.verbosity = 2
        self.test = Loader().discover(options.start, options.pattern, options.top)

    def runTests(self):
        if self.catchbreak:
            installHandler()
        if self.testRunner is None:
            self.testRunner = runner.TextTestRunner
        if isinstance(self.testRunner, (type, types.ClassType)):
            try:
                test_runner = self.testRunner(verbosity=self.verbosity, failfast=self.failfast, buffer=self.buffer)
            except TypeError:
                # A runner that does not take these.
                test_runner = self.testRunner()
        else:
            test_runner = self.testRunner
        self.result = test_runner.run(self.test)
        if self.exit:
            sys.exit(not self.result.wasSuccessful())


main = TestProgram
