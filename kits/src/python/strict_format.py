# At the strict policy level the formatters of the module string read no attribute that code cannot spell itself
# (spec/sandbox.md 3.1, 4).

import string

_closed = ('func_', 'im_', 'gi_', 'tb_', 'f_')
_get_field = string.Formatter.get_field


def get_field(self, field_name, args, kwargs):
    for part in field_name.replace('[', '.').split('.')[1:]:
        if part[:1] == '_' or part.startswith(_closed):
            raise AttributeError("'%s' is not accessible at the strict policy level" % part)
    return _get_field(self, field_name, args, kwargs)


string.Formatter.get_field = get_field
