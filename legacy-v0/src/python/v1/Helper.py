"""`PMS.Helper`: programs that the bundle brings along."""

import _pms
from PMS._Log import Log


def Run(helper, *args):
    """Runs `Contents/Helpers/<helper>`; gives its output, or None if there is no such program."""
    import os
    folder = os.path.join(_pms.contents, 'Helpers')
    program = os.path.normpath(os.path.join(folder, helper))
    if not program.startswith(folder + os.sep) or not os.path.isfile(program):
        Log('There is no helper named %s' % helper, False)
        return None
    output = _pms.run(program, [str(arg) for arg in args])
    if output is not None and output.endswith('\n'):
        output = output[:-1]
    return output
