# tokenize, token, inspect.getsource
import inspect, tokenize, token, StringIO
source = '''# comment
@dec(1)
def f(a, (b, c)=u'x', *d):  # more
    """doc
    string"""
    if a <> b:
\treturn 'a\\
b', 0x1FL, 1.5e3j, 0777, `a`
    x = [1,
         2, # two

         3] ; y = a \\
      + b

  # odd comment
    return lambda: $ ? 08
"open
class A: pass
'''
def tokens(text):
    return list(tokenize.generate_tokens(StringIO.StringIO(text).readline))
all = tokens(source)
for kind, text, start, end, line in all:
    print tokenize.tok_name[kind], repr(text), start, end, len(line)
print repr(tokenize.untokenize(all))
print repr(tokenize.untokenize((kind, text) for kind, text, _, _, _ in tokens('if a :\n  b = 1 + "x" "y"\n')))
for text in 'x = (\n', 'if 1:\n    x\n  y\n', '\'\'\'abc\n', 'a = "\\\n', '':
    try: print [(tokenize.tok_name[t[0]], t[1]) for t in tokens(text)]
    except Exception, error: print type(error).__name__, error.args
tokenize.tokenize(StringIO.StringIO('a = 1 # b\n').readline)
print token.tok_name[token.OP], token.NAME, token.N_TOKENS, tokenize.COMMENT, tokenize.NL, token.ISTERMINAL(5), token.ISNONTERMINAL(300), token.ISEOF(0)

# a comment
# of two lines
def one(a,
        b): return (a,
                    b)
two = lambda x: \
    x
class Three(object):

    # of four
    @staticmethod
    def four():
        """doc"""
        if 1:
            pass

        # the end
    five = 5

def six((a, (b, c)), d=1, *e, **f): pass
for thing in one, two, Three, Three.four, six:
    print repr(inspect.getsource(thing)), inspect.getsourcelines(thing)[1], repr(inspect.getcomments(thing))
print sorted(inspect.getcallargs(six, (1, (2, 3)), 4, 5, g=6).items())
for args, named in [((), {}), ((1,), {}), (((1, 2),), {}), (((1, (2, 3)),), {'d': 2}), (((1, (2, 3)), 4), {'d': 2})]:
    try: print sorted(inspect.getcallargs(six, *args, **named).items())
    except Exception, error: print type(error).__name__, error
for function in one, lambda: 0, lambda a, b=1: 0, lambda a, *b: 0, lambda **k: 0:
    for args, named in [((), {}), ((1,), {}), ((1, 2, 3), {}), ((1,), {'b': 2}), ((), {'z': 1})]:
        try: print sorted(inspect.getcallargs(function, *args, **named).items()),
        except TypeError, error: print error,
    print
