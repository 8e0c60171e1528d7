"""Names for the types of the interpreter."""

import __builtin__ as _builtin
import sys as _sys


class _Classic:
    def method(self):
        pass


def _generate():
    yield None


def _frame():
    try:
        raise TypeError
    except TypeError:
        return _sys.exc_info()[2]

NoneType = type(None)
TypeType = type
ObjectType = object
IntType = int
LongType = long
FloatType = float
BooleanType = bool
ComplexType = complex
StringType = str
UnicodeType = unicode
StringTypes = (StringType, UnicodeType)
BufferType = getattr(_builtin, 'buffer', None)
TupleType = tuple
ListType = list
DictType = DictionaryType = dict
FunctionType = type(_frame)
LambdaType = type(lambda: None)
CodeType = type(_frame.func_code)
GeneratorType = type(_generate())
ClassType = type(_Classic)
InstanceType = type(_Classic())
MethodType = type(_Classic().method)
UnboundMethodType = type(_Classic.method)
BuiltinFunctionType = type(len)
BuiltinMethodType = type([].append)
ModuleType = type(_sys)
FileType = file
XRangeType = xrange
SliceType = slice
EllipsisType = type(Ellipsis)
NotImplementedType = type(NotImplemented)
TracebackType = type(_frame())
FrameType = type(_frame().tb_frame)
DictProxyType = type(object.__dict__)
GetSetDescriptorType = type(FunctionType.func_code)
MemberDescriptorType = type(FunctionType.func_globals)

del _builtin, _sys, _Classic, _generate, _frame
