# dialects, texts of errors, rows
import csv
from StringIO import StringIO
def t(f):
    try: print repr(f())
    except Exception,e: print type(e), str(e).split(' at 0x')[0]
for kw in [{'delimiter':''},{'delimiter':'ab'},{'delimiter':None},{'delimiter':1},{'delimiter':u';'},{'delimiter':u'\xe9'},{'quotechar':''},{'quotechar':None},{'quotechar':None,'quoting':1},{'quotechar':'ab'},{'quotechar':3},{'escapechar':''},{'escapechar':'xx'},{'lineterminator':None},{'lineterminator':5},{'lineterminator':'abc'},{'quoting':9},{'quoting':'a'},{'quoting':None},{'quoting':1.0},{'quoting':1L},{'strict':'a'},{'bogus':1},{'doublequote':0}]:
    t(lambda: list(csv.reader(['a,b;"c,d"'],**kw)))
    t(lambda: [csv.writer(StringIO(),**kw).dialect.quoting])
    def d():
        x=csv.reader([],**kw).dialect
        return [getattr(x,n) for n in 'delimiter quotechar escapechar lineterminator quoting skipinitialspace strict doublequote'.split()]
    t(d)
t(lambda: csv.reader([],'nope')); t(lambda: csv.reader()); t(lambda: csv.reader(5)); t(lambda: csv.writer(5)); t(lambda: csv.writer()); t(lambda: csv.reader([],'excel','x'))
t(lambda: csv.get_dialect('nope')); t(lambda: csv.unregister_dialect('nope')); t(lambda: csv.register_dialect(5)); t(lambda: csv.register_dialect(u'\xe9',delimiter=';'));t(lambda: csv.register_dialect('q',delimiter=';')); t(lambda: list(csv.reader(['a;b'],'q'))); t(lambda: sorted(csv.list_dialects())); t(lambda: csv.list_dialects(1)); t(lambda: csv.field_size_limit()); t(lambda: csv.field_size_limit(5)); t(lambda: list(csv.reader(['abcdef,1']))); t(lambda: csv.field_size_limit('a')); csv.field_size_limit(131072)
for lines in [['a\0b'],[5],[u'a,\xe9'],[u'a,b'],[None],['a,"b'],['a,"b','c"'],['a,"b"c'],['a\rb'],['a\r\n'],['\n'],[''],['"a'],['a,b\n','\n','c'],['"a""b",c'],['a, b'],["1,'2,3'"],['a\\,b'],['"a\nb",c\n']]:
    for kw in [{},{'strict':1},{'quoting':csv.QUOTE_NONNUMERIC},{'quoting':csv.QUOTE_NONE,'escapechar':'\\'},{'skipinitialspace':True},{'escapechar':'\\','doublequote':False},{'quotechar':"'"}]:
        t(lambda: list(csv.reader(lines,**kw)))
class F(object):
    def write(self,s): self.s=s; return len(s)
for row in [[],[''],['',''],['a','b c','d,e'],['a"b'],[1,2.5,None,True,1e100,0.1],[u'x',u'\xe9'],'abc',5,None,['a\nb'],['a\rb'],[' a'],['a\0b'],[[1,2]],({'a':1}),set([1]),iter([1])]:
    for kw in [{},{'quoting':csv.QUOTE_ALL},{'quoting':csv.QUOTE_NONNUMERIC},{'quoting':csv.QUOTE_NONE},{'quoting':csv.QUOTE_NONE,'escapechar':'\\'},{'doublequote':False},{'doublequote':False,'escapechar':'\\'},{'lineterminator':'X'},{'delimiter':'\t'},{'quotechar':"'"}]:
        f=F()
        t(lambda: (csv.writer(f,**kw).writerow(row), f.s))
f=F(); t(lambda: csv.writer(f).writerows([[1],[2]])); t(lambda: csv.writer(f).writerows(5)); t(lambda: csv.writer(f).writerows([5]))
s=StringIO(); w=csv.DictWriter(s,['a','b']); t(lambda: w.writeheader()); t(lambda: w.writerow({'a':1})); t(lambda: w.writerow({'c':1})); t(lambda: w.writerows([{'a':1,'b':u'z'}])); print repr(s.getvalue())
t(lambda: csv.DictWriter(s,['a'],extrasaction='x'))
s=StringIO(); w=csv.DictWriter(s,['a','b'],restval='-',extrasaction='ignore',delimiter=';'); w.writerow({'a':1,'z':2}); print repr(s.getvalue())
r=csv.DictReader(['a,b','1,2','','3','4,5,6']); t(lambda: r.fieldnames); t(lambda: [sorted(x.items()) for x in r]); t(lambda: r.line_num)
r=csv.DictReader(['1,2','3','4,5,6'],['x','y'],restkey='R',restval='V'); t(lambda: [sorted(x.items()) for x in r]); t(lambda: csv.DictReader([]).fieldnames); t(lambda: csv.DictReader([]).next())
for s in ['a,b,c\n1,2,3\n4,5,6\n','a;b;c\n1;2;3\n',"'a'|'b'\n'c'|'d'\n",'a\tb\n1\t2\n','name: x\nfoo: y\n','abc\ndef\n','','"a","b"\n"c","d"\n','a b c\n1 2 3\n', 'x, y\n1, 2\n']:
    def g():
        d=csv.Sniffer().sniff(s); return d.delimiter,d.quotechar,d.skipinitialspace,d.doublequote,d.lineterminator,d.quoting
    t(g); t(lambda: csv.Sniffer().has_header(s))
t(lambda: csv.Sniffer().sniff('a,b;c\n1,2;3\n',';').delimiter)
class D(csv.Dialect): delimiter='ab'
t(lambda: D())
class D(csv.Dialect): delimiter=','; quotechar='"'; quoting=0; lineterminator='\n'
t(lambda: list(csv.reader(['a'],D))); t(lambda: list(csv.reader(['a'],D())));
class E(csv.excel): delimiter=None
t(lambda: E()); t(lambda: csv.reader([],E))
print csv.__all__, csv.__version__, csv.Error, csv.Error.__mro__, csv.QUOTE_ALL, type(csv.reader([])), type(csv.writer(F())), type(csv.get_dialect('excel')), csv.excel, csv.excel_tab.delimiter
r=csv.reader(['a,b','"c','d"']); print r.next(), r.line_num, r.next(), r.line_num, iter(r) is r
t(r.next)
