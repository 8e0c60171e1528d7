# Stands for the machine's module of this name, which needs half the library for its themes. Programs of Python 2 are
# never shown colours: all of them are empty here.


class _Colours:
    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return ''


class _Theme:
    argparse = syntax = traceback = unittest = _Colours()

    def copy_with(self, **sections):
        return self

    def no_colors(self):
        return self


ANSIColors = NoColors = _Colours()
Theme = _Theme
default_theme = theme_no_color = _Theme()
COLORIZE = False


def can_colorize(*, file=None):
    return False


def get_colors(colorize=False, *, file=None):
    return NoColors


def get_theme(*, tty_file=None, force_color=False, force_no_color=False):
    return default_theme


def set_theme(theme):
    pass


def decolor(text):
    return text
