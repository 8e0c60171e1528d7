# Modules in archives on the search path.
import os, sys, tempfile, zipfile, zipimport, pkgutil
folder = tempfile.mkdtemp(); egg = os.path.join(folder, 'some-1.0.egg')
z = zipfile.ZipFile(egg, 'w')
z.writestr('alone.py', 'x = 5\r\nprint __name__, __file__[-16:], type(__loader__).__name__\n')
z.writestr('pack/__init__.py', 'import inner\nfrom .other.deep import y\nprint __path__[0][-17:]\n')
z.writestr('pack/inner.py', 'print "inner", __name__, __package__\n')
z.writestr('pack/other/__init__.py', ''); z.writestr('pack/other/deep.py', 'y = 7\n'); z.writestr('pack/data.txt', 'some data'); z.writestr('bad.py', 'a b\n')
z.close()
sys.path.insert(0, egg)
import alone, pack
print alone.x, pack.y, sorted(name for name in sys.modules if name.startswith('pack') and sys.modules[name])
print pkgutil.get_data('pack', 'data.txt'), pack.__loader__.get_data(os.path.join(egg, 'pack/data.txt'))
for name in 'nothing', 'pack.nothing', 'bad':
    try: __import__(name)
    except Exception as error: print type(error).__name__, error.args[0]
importer = zipimport.zipimporter(egg)
print importer.is_package('pack'), importer.get_source('alone')[:5], importer.find_module('zz'), importer.archive == egg, repr(importer.prefix), importer.get_filename('pack')[-16:] if hasattr(importer, 'get_filename') else ''
for bad in '', '/nonexistent/x.zip', __file__:
    try: print zipimport.zipimporter(bad)
    except zipimport.ZipImportError as error: print 'ZipImportError'
try: importer.load_module('zz')
except zipimport.ZipImportError as error: print error
sys.path[0] = os.path.join(egg, 'pack')
import inner
print inner.__name__, inner.__file__[-13:]
