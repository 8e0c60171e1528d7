# The version is the one of the language, not of the machine.
from _bridge import library as _library
_machine = _library('sysconfig')


def get_python_version():
    return '2.7'


def get_config_var(name):
    return get_config_vars().get(name)


def get_config_vars(*names):
    values = dict(_machine.get_config_vars())
    for name in values.keys():
        if isinstance(values[name], str) and name.startswith('py_version'):
            values[name] = {'py_version': '2.7.18', 'py_version_short': '2.7', 'py_version_nodot': '27'}.get(
                name, values[name])
    return [values.get(name) for name in names] if names else values
