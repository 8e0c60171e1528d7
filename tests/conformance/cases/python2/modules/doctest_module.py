"""
>>> f(2)
4
>>> print 'a', 1/2
a 0
>>> raise ValueError('x')
Traceback (most recent call last):
ValueError: x
"""
import doctest, unittest, sys
def f(x):
    """
    >>> f(3)
    6
    >>> f(1)
    3
    >>> f('a') + u'b'
    u'aab'
    >>> print range(20) # doctest: +ELLIPSIS
    [0, 1, ..., 19]
    >>> f(None) #doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    TypeError: other
    """
    return x*2
class C(object):
    """
    >>> C().m()
    'm'
    """
    def m(self):
        """
        >>> 1 + 1
        2
        """
        return 'm'
    @property
    def p(self):
        """
        >>> 5
        5
        """
    @staticmethod
    def s():
        """
        >>> x = 3
        >>> x
        4
        """
__test__ = {'extra': '>>> 7\n7\n'}
print doctest.testmod()
print doctest.testmod(verbose=True, name='nn')
r = unittest.TestResult(); s = doctest.DocTestSuite(); s.run(r); print r.testsRun, len(r.failures), s.countTestCases(), sorted(map(str, s)), list(s)[0].id()
doctest.run_docstring_examples(C.m, globals(), name='zz')
p = doctest.DocTestParser(); print [(e.source, e.want, e.lineno) for e in p.get_examples('a\n>>> x\n1\n\nb\n>>> y\n... z\n')]
import os, tempfile
os.chdir(tempfile.mkdtemp())
n = 't.txt'
open(n,'w').write('text\n\n>>> a + 1\n4\n>>> a\n9\n')
print doctest.testfile(n, module_relative=False, globs={'a':3})
print doctest.script_from_examples('t\n>>> 1\n1\n')
