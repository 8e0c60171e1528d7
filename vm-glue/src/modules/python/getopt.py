"""Command-line options in the manner of C's getopt()."""
import os

__all__ = ["GetoptError", "error", "getopt", "gnu_getopt"]


class GetoptError(Exception):
    opt = ''
    msg = ''

    def __init__(self, msg, opt=''):
        self.msg = msg
        self.opt = opt
        Exception.__init__(self, msg, opt)

    def __str__(self):
        return self.msg


error = GetoptError


def getopt(args, shortopts, longopts=[]):
    """getopt(args, shortopts[, longopts]) -> options, args"""
    found = []
    longopts = [longopts] if type(longopts) == type("") else list(longopts)
    while args and args[0].startswith('-') and args[0] != '-':
        if args[0] == '--':
            args = args[1:]
            break
        args = _one(found, args, shortopts, longopts)
    return found, args


def gnu_getopt(args, shortopts, longopts=[]):
    """getopt() for options that may stand behind other arguments, too."""
    found, others = [], []
    longopts = [longopts] if isinstance(longopts, str) else list(longopts)
    options_first = shortopts.startswith('+')
    if options_first:
        shortopts = shortopts[1:]
    elif os.environ.get("POSIXLY_CORRECT"):
        options_first = True
    while args:
        if args[0] == '--':
            others.extend(args[1:])
            break
        if args[0].startswith('-') and args[0] != '-':
            args = _one(found, args, shortopts, longopts)
        elif options_first:
            others.extend(args)
            break
        else:
            others.append(args[0])
            args = args[1:]
    return found, others


def _one(found, args, shortopts, longopts):
    """Takes the options at the front of the arguments; the rest of them is returned."""
    if args[0].startswith('--'):
        return do_longs(found, args[0][2:], longopts, args[1:])[1]
    return do_shorts(found, args[0][1:], shortopts, args[1:])[1]


def do_longs(opts, opt, longopts, args):
    value = None
    if '=' in opt:
        opt, value = opt.split('=', 1)
    wants, opt = long_has_args(opt, longopts)
    if wants and value is None:
        if not args:
            raise GetoptError('option --%s requires argument' % opt, opt)
        value, args = args[0], args[1:]
    elif not wants and value is not None:
        raise GetoptError('option --%s must not have an argument' % opt, opt)
    opts.append(('--' + opt, value or ''))
    return opts, args


def long_has_args(opt, longopts):
    """(whether it wants an argument, its full name) of an option that may be shortened."""
    possible = [name for name in longopts if name.startswith(opt)]
    if not possible:
        raise GetoptError('option --%s not recognized' % opt, opt)
    if opt in possible:
        return False, opt
    if opt + '=' in possible:
        return True, opt
    if len(possible) > 1:
        raise GetoptError('option --%s not a unique prefix' % opt, opt)
    name = possible[0]
    return name.endswith('='), name[:-1] if name.endswith('=') else name


def do_shorts(opts, optstring, shortopts, args):
    while optstring:
        opt, optstring = optstring[0], optstring[1:]
        value = ''
        if short_has_arg(opt, shortopts):
            if not optstring:
                if not args:
                    raise GetoptError('option -%s requires argument' % opt, opt)
                optstring, args = args[0], args[1:]
            value, optstring = optstring, ''
        opts.append(('-' + opt, value))
    return opts, args


def short_has_arg(opt, shortopts):
    at = shortopts.find(opt)
    if at < 0 or opt == ':':
        raise GetoptError('option -%s not recognized' % opt, opt)
    return shortopts.startswith(':', at + 1)
