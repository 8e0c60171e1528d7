"""`PMS.Plugin`: request handlers, files, the stored dictionary, the answer that is being made."""

import os
import _pms
from PMS import Log
from PMS._Files import inside, read, remove

BundlePath = _pms.bundle
ResourcesPath = _pms.resources
Identifier = _pms.identifier
DataPath = _pms.data
Debug = _pms.debug
# The answer to the running request; plug-ins change it.
Response = {}
# The first four were read from a file in the original, and are unicode.
MimeTypes = {u'.jpeg': u'image/jpeg', u'.jpg': u'image/jpeg', u'.png': u'image/png', u'.xml': u'application/xml'}
ViewGroups = {}
Dict = {}

_DICT_FILE = os.path.join(DataPath, 'DictPickle')
# The dictionary as it was saved last.
_saved_dict = None
# prefix -> {'handler', 'name', 'thumb', 'art', 'titleBar'}
_handlers = {}
# Names that clients may ask for: name -> content type.
_exposed = {}


def AddRequestHandler(prefix, handler, name='', thumb='', art='', titleBar=''):
    """Registers the function that answers everything below a prefix; the first registration of a prefix wins."""
    if prefix in _handlers:
        Log.Add('The prefix %s is registered already' % prefix)
        return
    _handlers[prefix] = {'handler': handler, 'name': name, 'thumb': thumb, 'art': art, 'titleBar': titleBar}


def AddViewGroup(name, viewMode='list', contentType='items'):
    """Registers a way to show a menu. An unknown view mode is logged and left out."""
    from PMS.MediaXML import ViewModes
    if viewMode not in ViewModes:
        Log.Add('Unknown view mode %s' % viewMode)
        return
    ViewGroups[name] = {'ViewMode': ViewModes[viewMode], 'ContentType': contentType}


def AddMimeType(extension, mimetype):
    """Sets the type of files with an extension, given with its dot."""
    if extension not in MimeTypes:
        MimeTypes[extension] = mimetype


def Prefixes():
    return _pms.dict_order(_handlers.keys())


def Redirect(url):
    """Sends the client elsewhere: return what this gives."""
    Response['Status'] = '301 Moved Permanently'
    Response['Headers'] = 'Location: %s\r\n' % url
    return ''


# ---- files of the bundle --------------------------------------------------------------------------------------------

def ResourceFilePath(name):
    return os.path.join(ResourcesPath, name)


def Resource(name):
    """The content of a resource."""
    return read(inside(ResourcesPath, name))


def ExposeResource(name, content_type):
    """Lets clients ask for a resource; false if there is no such file, or it is exposed already."""
    if name in _exposed or not os.path.exists(inside(ResourcesPath, name)):
        return False
    _exposed[name] = content_type
    return True


def ExposedResourcePath(name):
    """The path under which clients get a resource, which is exposed if it was not; None if there is no such file."""
    if name is None:
        return None
    if name not in _exposed:
        path = os.path.join(ResourcesPath, name)
        if not os.path.exists(path):
            return None
        if name:
            _exposed[name] = MimeTypes.get(os.path.splitext(name)[1], 'application/octet-stream')
    return '%s/:/resources/%s' % (Prefixes()[0], name)


# ---- files of the plug-in's own -------------------------------------------------------------------------------------

def DataFilePath(name):
    return os.path.join(DataPath, name)


def DataFile(name):
    """The content of a file in the data folder."""
    return read(DataFilePath(name))


def SaveDataToFile(name, data):
    """Writes a file in the data folder."""
    stream = open(DataFilePath(name), 'wb')
    try:
        stream.write(data)
    finally:
        stream.close()


# ---- the stored dictionary ------------------------------------------------------------------------------------------

def LoadDict():
    """Reads the dictionary as it was saved last."""
    global Dict, _saved_dict
    if os.path.exists(_DICT_FILE):
        try:
            Dict = _pms.loads(read(_DICT_FILE))
        except:
            Log._exception('The dictionary cannot be read')
    _saved_dict = dict(Dict)


def SaveDict():
    global _saved_dict
    _saved_dict = dict(Dict)
    _pms.write_file(_DICT_FILE, _pms.dumps(Dict))


def _save_changed_dict():
    """After each request. A change inside of a value alone has never counted."""
    if Dict != _saved_dict:
        SaveDict()


def ResetDict():
    """Removes the file; the values stay until the process ends."""
    remove(_DICT_FILE)
