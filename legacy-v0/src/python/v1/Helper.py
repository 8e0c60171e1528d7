"""`PMS.Helper`: programs that the bundle brings along."""

import os
import _pms
from PMS import _Files
from PMS._Log import Log


def Run(helper, *args):
    """Runs `Contents/Helpers/<helper>`; gives its output, or None if there is no such program."""
    try:
        program = _Files.inside(_Files.contents('Helpers'), helper)
    except IOError:
        program = None
    if program is None or not os.path.isfile(program):
        Log('There is no helper named %s' % helper, False)
        return None
    output = _pms.run(program, [str(arg) for arg in args])
    if output is not None and output.endswith('\n'):
        output = output[:-1]
    return output
