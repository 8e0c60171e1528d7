# The numbers that Python 2 knows, by their names.
from _bridge import library as _library
errorcode = dict([(_number, _name) for _number, _name in _library('errno').errorcode.items() if _name in globals()])
