"""A server of calls by XML over HTTP."""

import BaseHTTPServer
import os
import re
import sys
import traceback
import SocketServer
import xmlrpclib
from xmlrpclib import Fault
try:
    import fcntl
except ImportError:
    fcntl = None


def resolve_dotted_attribute(obj, attr, allow_dotted_names=True):
    """The attribute of an attribute; private names are refused."""
    for name in attr.split('.') if allow_dotted_names else [attr]:
        if name.startswith('_'):
            raise AttributeError('attempt to access private attribute "%s"' % name)
        obj = getattr(obj, name)
    return obj


def list_public_methods(obj):
    return [member for member in dir(obj) if not member.startswith('_') and hasattr(getattr(obj, member), '__call__')]


def remove_duplicates(lst):
    return dict.fromkeys(lst).keys()


class SimpleXMLRPCDispatcher:
    """Knows functions and an object, and calls them."""

    def __init__(self, allow_none=False, encoding=None):
        self.funcs = {}
        self.instance = None
        self.allow_none = allow_none
        self.encoding = encoding

    def register_instance(self, instance, allow_dotted_names=False):
        self.instance = instance
        self.allow_dotted_names = allow_dotted_names

    def register_function(self, function, name=None):
        self.funcs[function.__name__ if name is None else name] = function

    def register_introspection_functions(self):
        self.funcs.update({'system.listMethods': self.system_listMethods,
                           'system.methodSignature': self.system_methodSignature,
                           'system.methodHelp': self.system_methodHelp})

    def register_multicall_functions(self):
        self.funcs.update({'system.multicall': self.system_multicall})

    def _marshaled_dispatch(self, data, dispatch_method=None, path=None):
        try:
            params, method = xmlrpclib.loads(data)
            response = (dispatch_method or self._dispatch)(method, params)
            response = xmlrpclib.dumps((response,), methodresponse=1, allow_none=self.allow_none,
                                       encoding=self.encoding)
        except Fault, fault:
            response = xmlrpclib.dumps(fault, allow_none=self.allow_none, encoding=self.encoding)
        except:
            kind, value, trace = sys.exc_info()
            response = xmlrpclib.dumps(xmlrpclib.Fault(1, '%s:%s' % (kind, value)), encoding=self.encoding,
                                       allow_none=self.allow_none)
        return response

    def system_listMethods(self):
        methods = self.funcs.keys()
        if self.instance is not None:
            if hasattr(self.instance, '_listMethods'):
                methods = remove_duplicates(methods + self.instance._listMethods())
            elif not hasattr(self.instance, '_dispatch'):
                methods = remove_duplicates(methods + list_public_methods(self.instance))
        methods.sort()
        return methods

    def system_methodSignature(self, method_name):
        return 'signatures not supported'

    def system_methodHelp(self, method_name):
        method = None
        if method_name in self.funcs:
            method = self.funcs[method_name]
        elif self.instance is not None:
            if hasattr(self.instance, '_methodHelp'):
                return self.instance._methodHelp(method_name)
            if not hasattr(self.instance, '_dispatch'):
                try:
                    method = resolve_dotted_attribute(self.instance, method_name, self.allow_dotted_names)
                except AttributeError:
                    pass
        if method is None:
            return ''
        import pydoc
        return pydoc.getdoc(method)

    def system_multicall(self, call_list):
        results = []
        for call in call_list:
            try:
                results.append([self._dispatch(call['methodName'], call['params'])])
            except Fault, fault:
                results.append({'faultCode': fault.faultCode, 'faultString': fault.faultString})
            except:
                kind, value, trace = sys.exc_info()
                results.append({'faultCode': 1, 'faultString': '%s:%s' % (kind, value)})
        return results

    def _dispatch(self, method, params):
        function = None
        try:
            function = self.funcs[method]
        except KeyError:
            if self.instance is not None:
                if hasattr(self.instance, '_dispatch'):
                    return self.instance._dispatch(method, params)
                try:
                    function = resolve_dotted_attribute(self.instance, method, self.allow_dotted_names)
                except AttributeError:
                    pass
        if function is None:
            raise Exception('method "%s" is not supported' % method)
        return function(*params)


class SimpleXMLRPCRequestHandler(BaseHTTPServer.BaseHTTPRequestHandler):
    """Takes calls by POST."""

    rpc_paths = ('/', '/RPC2')
    encode_threshold = 1400
    wbufsize = -1
    disable_nagle_algorithm = True
    aepattern = re.compile(r'\s*([^\s;]+)\s*(;\s*q\s*=\s*([0-9\.]+))?', re.I)

    def accept_encodings(self):
        found = {}
        for word in self.headers.get('Accept-Encoding', '').split(','):
            match = self.aepattern.match(word)
            if match:
                quality = match.group(3)
                found[match.group(1)] = float(quality) if quality else 1.0
        return found

    def is_rpc_path_valid(self):
        return not self.rpc_paths or self.path in self.rpc_paths

    def do_POST(self):
        if not self.is_rpc_path_valid():
            self.report_404()
            return
        try:
            left, parts = int(self.headers['content-length']), []
            while left:
                part = self.rfile.read(min(left, 10 * 1024 * 1024))
                if not part:
                    break
                parts.append(part)
                left -= len(part)
            data = self.decode_request_content(''.join(parts))
            if data is None:
                return
            response = self.server._marshaled_dispatch(data, getattr(self, '_dispatch', None), self.path)
        except Exception, e:
            self.send_response(500)
            if getattr(self.server, '_send_traceback_header', False):
                self.send_header('X-exception', str(e))
                self.send_header('X-traceback', traceback.format_exc())
            self.send_header('Content-length', '0')
            self.end_headers()
            return
        self.send_response(200)
        self.send_header('Content-type', 'text/xml')
        if self.encode_threshold is not None and len(response) > self.encode_threshold:
            if self.accept_encodings().get('gzip', 0):
                response = xmlrpclib.gzip_encode(response)
                self.send_header('Content-Encoding', 'gzip')
        self.send_header('Content-length', str(len(response)))
        self.end_headers()
        self.wfile.write(response)

    def decode_request_content(self, data):
        encoding = self.headers.get('content-encoding', 'identity').lower()
        if encoding == 'identity':
            return data
        if encoding == 'gzip':
            try:
                return xmlrpclib.gzip_decode(data)
            except ValueError:
                self.send_response(400, 'error decoding gzip content')
        else:
            self.send_response(501, 'encoding %r not supported' % encoding)
        self.send_header('Content-length', '0')
        self.end_headers()

    def report_404(self):
        self.send_response(404)
        response = 'No such page'
        self.send_header('Content-type', 'text/plain')
        self.send_header('Content-length', str(len(response)))
        self.end_headers()
        self.wfile.write(response)

    def log_request(self, code='-', size='-'):
        if self.server.logRequests:
            BaseHTTPServer.BaseHTTPRequestHandler.log_request(self, code, size)


class SimpleXMLRPCServer(SocketServer.TCPServer, SimpleXMLRPCDispatcher):
    allow_reuse_address = True
    _send_traceback_header = False

    def __init__(self, addr, requestHandler=SimpleXMLRPCRequestHandler, logRequests=True, allow_none=False,
                 encoding=None, bind_and_activate=True):
        self.logRequests = logRequests
        SimpleXMLRPCDispatcher.__init__(self, allow_none, encoding)
        SocketServer.TCPServer.__init__(self, addr, requestHandler, bind_and_activate)
        if fcntl is not None and hasattr(fcntl, 'FD_CLOEXEC'):
            flags = fcntl.fcntl(self.fileno(), fcntl.F_GETFD)
            fcntl.fcntl(self.fileno(), fcntl.F_SETFD, flags | fcntl.FD_CLOEXEC)


class MultiPathXMLRPCServer(SimpleXMLRPCServer):
    """A dispatcher for each path."""

    def __init__(self, addr, requestHandler=SimpleXMLRPCRequestHandler, logRequests=True, allow_none=False,
                 encoding=None, bind_and_activate=True):
        SimpleXMLRPCServer.__init__(self, addr, requestHandler, logRequests, allow_none, encoding, bind_and_activate)
        self.dispatchers = {}
        self.allow_none = allow_none
        self.encoding = encoding

    def add_dispatcher(self, path, dispatcher):
        self.dispatchers[path] = dispatcher
        return dispatcher

    def get_dispatcher(self, path):
        return self.dispatchers[path]

    def _marshaled_dispatch(self, data, dispatch_method=None, path=None):
        try:
            return self.dispatchers[path]._marshaled_dispatch(data, dispatch_method, path)
        except:
            kind, value = sys.exc_info()[:2]
            return xmlrpclib.dumps(xmlrpclib.Fault(1, '%s:%s' % (kind, value)), encoding=self.encoding,
                                   allow_none=self.allow_none)


class CGIXMLRPCRequestHandler(SimpleXMLRPCDispatcher):
    """Takes a call from standard input."""

    def __init__(self, allow_none=False, encoding=None):
        SimpleXMLRPCDispatcher.__init__(self, allow_none, encoding)

    def handle_xmlrpc(self, request_text):
        response = self._marshaled_dispatch(request_text)
        print 'Content-Type: text/xml'
        print 'Content-Length: %d' % len(response)
        print
        sys.stdout.write(response)

    def handle_get(self):
        code = 400
        message, explain = BaseHTTPServer.BaseHTTPRequestHandler.responses[code]
        response = BaseHTTPServer.DEFAULT_ERROR_MESSAGE % {'code': code, 'message': message, 'explain': explain}
        print 'Status: %d %s' % (code, message)
        print 'Content-Type: %s' % BaseHTTPServer.DEFAULT_ERROR_CONTENT_TYPE
        print 'Content-Length: %d' % len(response)
        print
        sys.stdout.write(response)

    def handle_request(self, request_text=None):
        if request_text is None and os.environ.get('REQUEST_METHOD', None) == 'GET':
            self.handle_get()
            return
        try:
            length = int(os.environ.get('CONTENT_LENGTH', None))
        except (TypeError, ValueError):
            length = -1
        self.handle_xmlrpc(sys.stdin.read(length) if request_text is None else request_text)
