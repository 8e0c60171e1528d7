import zlib, uuid, weakref, pprint, textwrap, difflib, struct, abc, time, xmlrpclib, marshal
print type(zlib.compressobj().compress('x')), zlib.crc32('abcdefghijklmnop'), ''.join([zlib.compress('x')])[:2]=='x\x9c'
u = uuid.UUID('{12345678-1234-5678-1234-567812345678}')
print repr(u), u.hex, repr(u.bytes), repr(u.bytes_le), u.fields, u.int, u.urn, u.variant, u.version, u.time, u.node
print uuid.UUID(bytes=u.bytes), uuid.UUID(bytes_le=u.bytes_le), uuid.UUID(fields=u.fields), uuid.UUID(int=u.int)
print uuid.uuid5(uuid.NAMESPACE_DNS, 'python.org'), uuid.uuid3(uuid.NAMESPACE_DNS, 'python.org')
for a in (dict(), dict(hex='x'), dict(bytes='x'), dict(int=-1), dict(fields=(1,2))):
    try: print uuid.UUID(**a)
    except Exception, e: print type(e).__name__, e
print type(str(uuid.uuid4())), type(uuid.uuid4().hex), cmp(u, u), u == 5
for o in (set([7]), frozenset([1,2]), {'a': set([1]), 'b': [1]*30, u'c': u'\xe9', 3L: (1,)}, [set(range(30))], ('x'*100, 'y'), {'k': {'first': 1, 'second': 2, 'third': 3, 'list': range(30)}}):
    pprint.pprint(o)
    print pprint.pformat(o, indent=4, width=42), pprint.saferepr(o), pprint.isreadable(o), pprint.isrecursive(o)
    pprint.pprint(o, depth=1)
l=[1]; l.append(l)
print pprint.saferepr(l)[:30]
print textwrap.wrap(u'Hello there, how are you today? I am fine \xe9', 12), textwrap.wrap('Hello there, how-are you', 8), repr(textwrap.fill('a b c d e f', 4)), repr(textwrap.dedent('\n   a\n     b\n   c'))
class O(object): pass
o=O(); d = weakref.WeakValueDictionary(a=o); print d.keys(), len(d.values()), d.items()[0][0], list(d.iterkeys()), d.has_key('a'), 'a' in d, repr(d)[:20]
k = weakref.WeakKeyDictionary({o: 1}); print k.values(), k.has_key(o), len(k.keys()), list(k.itervalues()), len(k.keyrefs())
s = weakref.WeakSet([o]); print len(s), o in s
print list(difflib.unified_diff(['a\n','b\n'], ['a\n','c\n'], 'x', 'y')), difflib.get_close_matches('appel', ['ape', 'apple', 'peach']), difflib.SequenceMatcher(None, 'abcd', 'bcde').ratio(), list(difflib.ndiff(['a\n'],['b\n']))
print difflib.SequenceMatcher(None, u'ab', 'ab').get_matching_blocks(), difflib.SequenceMatcher(None, 'qabxcd', 'abycdf').get_opcodes()
print repr(xmlrpclib.loads(xmlrpclib.dumps((u'\xe9', 'a', 1.5, None), 'm', allow_none=1)))
