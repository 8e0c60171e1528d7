"""Command-line parsing as `argparse` of Python 2.7 does it: actions, groups, subcommands, and the texts of its errors.

The actions are in `_argparse_actions`, the layout of help texts is in `_argparse_help`."""
import os as _os
import re as _re
import sys as _sys
from gettext import gettext as _
from _argparse_actions import (
    Action, ArgumentError, ArgumentTypeError, FileType, Namespace, _AppendAction, _AppendConstAction, _AttributeHolder,
    _CountAction, _HelpAction, _StoreAction, _StoreConstAction, _StoreFalseAction, _StoreTrueAction,
    _SubParsersAction, _VersionAction, _UNRECOGNIZED_ARGS_ATTR, _get_action_name)
from _argparse_help import (
    ArgumentDefaultsHelpFormatter, HelpFormatter, RawDescriptionHelpFormatter, RawTextHelpFormatter, ONE_OR_MORE,
    OPTIONAL, PARSER, REMAINDER, SUPPRESS, ZERO_OR_MORE)

__version__ = '1.1'
__all__ = [
    'ArgumentParser', 'ArgumentError', 'ArgumentTypeError', 'FileType', 'HelpFormatter',
    'ArgumentDefaultsHelpFormatter', 'RawDescriptionHelpFormatter', 'RawTextHelpFormatter', 'Namespace', 'Action',
    'ONE_OR_MORE', 'OPTIONAL', 'PARSER', 'REMAINDER', 'SUPPRESS', 'ZERO_OR_MORE']
_NEGATIVE_NUMBER = _re.compile(r'^-\d+$|^-\d*\.\d+$')


# ---- containers of arguments ----------------------------------------------------------------------------------------


class _ActionsContainer(object):
    def __init__(self, description, prefix_chars, argument_default, conflict_handler):
        self.description = description
        self.argument_default = argument_default
        self.prefix_chars = prefix_chars
        self.conflict_handler = conflict_handler
        self._registries = {}
        for name, action in [
                (None, _StoreAction), ('store', _StoreAction), ('store_const', _StoreConstAction),
                ('store_true', _StoreTrueAction), ('store_false', _StoreFalseAction), ('append', _AppendAction),
                ('append_const', _AppendConstAction), ('count', _CountAction), ('help', _HelpAction),
                ('version', _VersionAction), ('parsers', _SubParsersAction)]:
            self.register('action', name, action)
        self._get_handler()
        self._actions = []
        self._option_string_actions = {}
        self._action_groups = []
        self._mutually_exclusive_groups = []
        self._defaults = {}
        self._negative_number_matcher = _NEGATIVE_NUMBER
        self._has_negative_number_optionals = []

    def register(self, registry_name, value, object):
        self._registries.setdefault(registry_name, {})[value] = object

    def _registry_get(self, registry_name, value, default=None):
        return self._registries[registry_name].get(value, default)

    def set_defaults(self, **kwargs):
        self._defaults.update(kwargs)
        for action in self._actions:
            if action.dest in kwargs:
                action.default = kwargs[action.dest]

    def get_default(self, dest):
        for action in self._actions:
            if action.dest == dest and action.default is not None:
                return action.default
        return self._defaults.get(dest, None)

    def add_argument(self, *args, **kwargs):
        """add_argument(dest, ..., name=value, ...) or add_argument(option_string, ..., name=value, ...)"""
        chars = self.prefix_chars
        if not args or len(args) == 1 and args[0][0] not in chars:
            if args and 'dest' in kwargs:
                raise ValueError('dest supplied twice for positional argument')
            kwargs = self._get_positional_kwargs(*args, **kwargs)
        else:
            kwargs = self._get_optional_kwargs(*args, **kwargs)
        if 'default' not in kwargs:
            if kwargs['dest'] in self._defaults:
                kwargs['default'] = self._defaults[kwargs['dest']]
            elif self.argument_default is not None:
                kwargs['default'] = self.argument_default
        action_class = self._pop_action_class(kwargs)
        if not callable(action_class):
            raise ValueError('unknown action "%s"' % (action_class,))
        action = action_class(**kwargs)
        type_func = self._registry_get('type', action.type, action.type)
        if not callable(type_func):
            raise ValueError('%r is not callable' % (type_func,))
        if hasattr(self, '_get_formatter'):
            try:
                self._get_formatter()._format_args(action, None)
            except TypeError:
                raise ValueError('length of metavar tuple does not match nargs')
        return self._add_action(action)

    def add_argument_group(self, *args, **kwargs):
        group = _ArgumentGroup(self, *args, **kwargs)
        self._action_groups.append(group)
        return group

    def add_mutually_exclusive_group(self, **kwargs):
        group = _MutuallyExclusiveGroup(self, **kwargs)
        self._mutually_exclusive_groups.append(group)
        return group

    def _add_action(self, action):
        self._check_conflict(action)
        self._actions.append(action)
        action.container = self
        for option_string in action.option_strings:
            self._option_string_actions[option_string] = action
            if self._negative_number_matcher.match(option_string):
                if not self._has_negative_number_optionals:
                    self._has_negative_number_optionals.append(True)
        return action

    def _remove_action(self, action):
        self._actions.remove(action)

    def _add_container_actions(self, container):
        titles = {}
        for group in self._action_groups:
            if group.title in titles:
                raise ValueError(_('cannot merge actions - two groups are named %r') % group.title)
            titles[group.title] = group
        group_of = {}
        for group in container._action_groups:
            if group.title not in titles:
                titles[group.title] = self.add_argument_group(
                    title=group.title, description=group.description, conflict_handler=group.conflict_handler)
            for action in group._group_actions:
                group_of[action] = titles[group.title]
        for group in container._mutually_exclusive_groups:
            made = self.add_mutually_exclusive_group(required=group.required)
            for action in group._group_actions:
                group_of[action] = made
        for action in container._actions:
            group_of.get(action, self)._add_action(action)

    def _get_positional_kwargs(self, dest, **kwargs):
        if 'required' in kwargs:
            raise TypeError(_("'required' is an invalid argument for positionals"))
        if kwargs.get('nargs') not in (OPTIONAL, ZERO_OR_MORE):
            kwargs['required'] = True
        if kwargs.get('nargs') == ZERO_OR_MORE and 'default' not in kwargs:
            kwargs['required'] = True
        return dict(kwargs, dest=dest, option_strings=[])

    def _get_optional_kwargs(self, *args, **kwargs):
        options, long_options = [], []
        for option in args:
            if option[0] not in self.prefix_chars:
                raise ValueError(_('invalid option string %r: must start with a character %r')
                                 % (option, self.prefix_chars))
            options.append(option)
            if len(option) > 1 and option[0] in self.prefix_chars and option[1] in self.prefix_chars:
                long_options.append(option)
        dest = kwargs.pop('dest', None)
        if dest is None:
            dest = (long_options or options)[0].lstrip(self.prefix_chars)
            if not dest:
                raise ValueError(_('dest= is required for options like %r') % args[0])
            dest = dest.replace('-', '_')
        return dict(kwargs, dest=dest, option_strings=options)

    def _pop_action_class(self, kwargs, default=None):
        action = kwargs.pop('action', default)
        return self._registry_get('action', action, action)

    def _get_handler(self):
        try:
            return getattr(self, '_handle_conflict_%s' % self.conflict_handler)
        except AttributeError:
            raise ValueError(_('invalid conflict_resolution value: %r') % self.conflict_handler)

    def _check_conflict(self, action):
        conflicts = [(option, self._option_string_actions[option]) for option in action.option_strings
                     if option in self._option_string_actions]
        if conflicts:
            self._get_handler()(action, conflicts)

    def _handle_conflict_error(self, action, conflicting_actions):
        shown = ', '.join([option for option, _action in conflicting_actions])
        raise ArgumentError(action, _('conflicting option string(s): %s') % shown)

    def _handle_conflict_resolve(self, action, conflicting_actions):
        for option, other in conflicting_actions:
            other.option_strings.remove(option)
            self._option_string_actions.pop(option, None)
            if not other.option_strings:
                other.container._remove_action(other)


class _ArgumentGroup(_ActionsContainer):
    def __init__(self, container, title=None, description=None, **kwargs):
        kwargs.setdefault('conflict_handler', container.conflict_handler)
        kwargs.setdefault('prefix_chars', container.prefix_chars)
        kwargs.setdefault('argument_default', container.argument_default)
        _ActionsContainer.__init__(self, description=description, **kwargs)
        self.title = title
        self._group_actions = []
        # What a group knows, its container knows.
        for name in ('_registries', '_actions', '_option_string_actions', '_defaults',
                     '_has_negative_number_optionals', '_mutually_exclusive_groups'):
            setattr(self, name, getattr(container, name))

    def _add_action(self, action):
        action = _ActionsContainer._add_action(self, action)
        self._group_actions.append(action)
        return action

    def _remove_action(self, action):
        _ActionsContainer._remove_action(self, action)
        self._group_actions.remove(action)


class _MutuallyExclusiveGroup(_ArgumentGroup):
    def __init__(self, container, required=False):
        _ArgumentGroup.__init__(self, container)
        self.required = required
        self._container = container

    def _add_action(self, action):
        if action.required:
            raise ValueError(_('mutually exclusive arguments must be optional'))
        action = self._container._add_action(action)
        self._group_actions.append(action)
        return action

    def _remove_action(self, action):
        self._container._remove_action(action)
        self._group_actions.remove(action)


class ArgumentParser(_AttributeHolder, _ActionsContainer):
    """Object for parsing command line strings into Python objects."""

    def __init__(self, prog=None, usage=None, description=None, epilog=None, version=None, parents=[],
                 formatter_class=HelpFormatter, prefix_chars='-', fromfile_prefix_chars=None, argument_default=None,
                 conflict_handler='error', add_help=True):
        if version is not None:
            import warnings
            warnings.warn("""The "version" argument to ArgumentParser is deprecated. """
                          """Please use """
                          """"add_argument(..., action='version', version="N", ...)" """
                          """instead""", DeprecationWarning)
        _ActionsContainer.__init__(self, description, prefix_chars, argument_default, conflict_handler)
        self.prog = _os.path.basename(_sys.argv[0]) if prog is None else prog
        self.usage = usage
        self.epilog = epilog
        self.version = version
        self.formatter_class = formatter_class
        self.fromfile_prefix_chars = fromfile_prefix_chars
        self.add_help = add_help
        self._positionals = self.add_argument_group(_('positional arguments'))
        self._optionals = self.add_argument_group(_('optional arguments'))
        self._subparsers = None
        self.register('type', None, _identity)
        prefix = '-' if '-' in prefix_chars else prefix_chars[0]
        if self.add_help:
            self.add_argument(prefix + 'h', prefix * 2 + 'help', action='help', default=SUPPRESS,
                              help=_('show this help message and exit'))
        if self.version:
            self.add_argument(prefix + 'v', prefix * 2 + 'version', action='version', default=SUPPRESS,
                              version=self.version, help=_("show program's version number and exit"))
        for parent in parents:
            self._add_container_actions(parent)
            self._defaults.update(getattr(parent, '_defaults', {}))

    def _get_kwargs(self):
        names = 'prog usage description version formatter_class conflict_handler add_help'.split()
        return [(name, getattr(self, name)) for name in names]

    def add_subparsers(self, **kwargs):
        if self._subparsers is not None:
            self.error(_('cannot have multiple subparser arguments'))
        kwargs.setdefault('parser_class', type(self))
        if 'title' in kwargs or 'description' in kwargs:
            title = _(kwargs.pop('title', 'subcommands'))
            self._subparsers = self.add_argument_group(title, _(kwargs.pop('description', None)))
        else:
            self._subparsers = self._positionals
        if kwargs.get('prog') is None:
            # The program and the positional arguments before the subcommand.
            formatter = self._get_formatter()
            formatter.add_usage(self.usage, self._get_positional_actions(), self._mutually_exclusive_groups, '')
            kwargs['prog'] = formatter.format_help().strip()
        action = self._pop_action_class(kwargs, 'parsers')(option_strings=[], **kwargs)
        self._subparsers._add_action(action)
        return action

    def _add_action(self, action):
        (self._optionals if action.option_strings else self._positionals)._add_action(action)
        return action

    def _get_optional_actions(self):
        return [action for action in self._actions if action.option_strings]

    def _get_positional_actions(self):
        return [action for action in self._actions if not action.option_strings]

    # ---- parsing ----

    def parse_args(self, args=None, namespace=None):
        args, unknown = self.parse_known_args(args, namespace)
        if unknown:
            self.error(_('unrecognized arguments: %s') % ' '.join(unknown))
        return args

    def parse_known_args(self, args=None, namespace=None):
        args = _sys.argv[1:] if args is None else list(args)
        if namespace is None:
            namespace = Namespace()
        for action in self._actions:
            if action.dest is not SUPPRESS and action.default is not SUPPRESS and not hasattr(namespace, action.dest):
                setattr(namespace, action.dest, action.default)
        for dest in self._defaults:
            if not hasattr(namespace, dest):
                setattr(namespace, dest, self._defaults[dest])
        try:
            namespace, args = self._parse_known_args(args, namespace)
            if hasattr(namespace, _UNRECOGNIZED_ARGS_ATTR):
                args.extend(getattr(namespace, _UNRECOGNIZED_ARGS_ATTR))
                delattr(namespace, _UNRECOGNIZED_ARGS_ATTR)
            return namespace, args
        except ArgumentError:
            self.error(str(_sys.exc_info()[1]))

    def _parse_known_args(self, arg_strings, namespace):
        if self.fromfile_prefix_chars is not None:
            arg_strings = self._read_args_from_files(arg_strings)
        return _Parse(self, arg_strings, namespace).run()

    def _read_args_from_files(self, arg_strings):
        read = []
        for argument in arg_strings:
            if not argument or argument[0] not in self.fromfile_prefix_chars:
                read.append(argument)
                continue
            try:
                with open(argument[1:]) as args_file:
                    inner = []
                    for line in args_file.read().splitlines():
                        inner.extend(self.convert_arg_line_to_args(line))
                    read.extend(self._read_args_from_files(inner))
            except IOError:
                self.error(str(_sys.exc_info()[1]))
        return read

    def convert_arg_line_to_args(self, arg_line):
        return [arg_line]

    def _match_argument(self, action, arg_strings_pattern):
        match = _re.match(self._get_nargs_pattern(action), arg_strings_pattern)
        if match is not None:
            return len(match.group(1))
        texts = {None: _('expected one argument'), OPTIONAL: _('expected at most one argument'),
                 ONE_OR_MORE: _('expected at least one argument')}
        raise ArgumentError(action, texts.get(action.nargs, _('expected %s argument(s)') % action.nargs))

    def _match_arguments_partial(self, actions, arg_strings_pattern):
        # As many of the actions as can have arguments.
        for count in range(len(actions), 0, -1):
            pattern = ''.join([self._get_nargs_pattern(action) for action in actions[:count]])
            match = _re.match(pattern, arg_strings_pattern)
            if match is not None:
                return [len(group) for group in match.groups()]
        return []

    def _parse_optional(self, arg_string):
        """(action or None, option, its own value) if this looks like an option, else None."""
        if not arg_string or arg_string[0] not in self.prefix_chars:
            return None
        if arg_string in self._option_string_actions:
            return self._option_string_actions[arg_string], arg_string, None
        if len(arg_string) == 1:
            return None
        if '=' in arg_string:
            option, value = arg_string.split('=', 1)
            if option in self._option_string_actions:
                return self._option_string_actions[option], option, value
        found = self._get_option_tuples(arg_string)
        if len(found) > 1:
            options = ', '.join([option for _action, option, _value in found])
            self.error(_('ambiguous option: %s could match %s') % (arg_string, options))
        if found:
            return found[0]
        if self._negative_number_matcher.match(arg_string) and not self._has_negative_number_optionals:
            return None
        if ' ' in arg_string:
            return None
        return None, arg_string, None

    def _get_option_tuples(self, option_string):
        """The options that a shortened one may mean."""
        chars = self.prefix_chars
        found = []
        if option_string[0] in chars and option_string[1] in chars:
            prefix, value = option_string, None
            if '=' in option_string:
                prefix, value = option_string.split('=', 1)
            for known in self._option_string_actions:
                if known.startswith(prefix):
                    found.append((self._option_string_actions[known], known, value))
        elif option_string[0] in chars:
            for known in self._option_string_actions:
                action = self._option_string_actions[known]
                if known == option_string[:2]:
                    found.append((action, known, option_string[2:]))
                elif known.startswith(option_string):
                    found.append((action, known, None))
        else:
            self.error(_('unexpected option string: %s') % option_string)
        return found

    def _get_nargs_pattern(self, action):
        """A pattern over the letters A (argument), O (option) and - (the two dashes)."""
        nargs = action.nargs
        known = {None: '(-*A-*)', OPTIONAL: '(-*A?-*)', ZERO_OR_MORE: '(-*[A-]*)', ONE_OR_MORE: '(-*A[A-]*)',
                 REMAINDER: '([-AO]*)', PARSER: '(-*A[-AO]*)'}
        pattern = known[nargs] if nargs in known else '(-*%s-*)' % '-*'.join('A' * nargs)
        if action.option_strings:
            pattern = pattern.replace('-*', '').replace('-', '')
        return pattern

    def _get_values(self, action, arg_strings):
        nargs = action.nargs
        if nargs not in (PARSER, REMAINDER):
            try:
                arg_strings.remove('--')
            except ValueError:
                pass
        if not arg_strings and nargs == OPTIONAL:
            value = action.const if action.option_strings else action.default
            if isinstance(value, basestring):
                value = self._get_value(action, value)
                self._check_value(action, value)
            return value
        if not arg_strings and nargs == ZERO_OR_MORE and not action.option_strings:
            value = arg_strings if action.default is None else action.default
            self._check_value(action, value)
            return value
        if len(arg_strings) == 1 and nargs in (None, OPTIONAL):
            value = self._get_value(action, arg_strings[0])
            self._check_value(action, value)
            return value
        values = [self._get_value(action, argument) for argument in arg_strings]
        if nargs == REMAINDER:
            return values
        for value in values[:1] if nargs == PARSER else values:
            self._check_value(action, value)
        return values

    def _get_value(self, action, arg_string):
        function = self._registry_get('type', action.type, action.type)
        if not callable(function):
            raise ArgumentError(action, _('%r is not callable') % (function,))
        try:
            return function(arg_string)
        except ArgumentTypeError:
            raise ArgumentError(action, str(_sys.exc_info()[1]))
        except (TypeError, ValueError):
            name = getattr(action.type, '__name__', repr(action.type))
            raise ArgumentError(action, _('invalid %s value: %r') % (name, arg_string))

    def _check_value(self, action, value):
        if action.choices is not None and value not in action.choices:
            choices = ', '.join([repr(choice) for choice in action.choices])
            raise ArgumentError(action, _('invalid choice: %r (choose from %s)') % (value, choices))

    # ---- help ----

    def format_usage(self):
        formatter = self._get_formatter()
        formatter.add_usage(self.usage, self._actions, self._mutually_exclusive_groups)
        return formatter.format_help()

    def format_help(self):
        formatter = self._get_formatter()
        formatter.add_usage(self.usage, self._actions, self._mutually_exclusive_groups)
        formatter.add_text(self.description)
        for group in self._action_groups:
            formatter.start_section(group.title)
            formatter.add_text(group.description)
            formatter.add_arguments(group._group_actions)
            formatter.end_section()
        formatter.add_text(self.epilog)
        return formatter.format_help()

    def format_version(self):
        import warnings
        warnings.warn('The format_version method is deprecated -- the "version" argument to ArgumentParser is no '
                      'longer supported.', DeprecationWarning)
        formatter = self._get_formatter()
        formatter.add_text(self.version)
        return formatter.format_help()

    def _get_formatter(self):
        return self.formatter_class(prog=self.prog)

    def print_usage(self, file=None):
        self._print_message(self.format_usage(), _sys.stdout if file is None else file)

    def print_help(self, file=None):
        self._print_message(self.format_help(), _sys.stdout if file is None else file)

    def print_version(self, file=None):
        import warnings
        warnings.warn('The print_version method is deprecated -- the "version" argument to ArgumentParser is no '
                      'longer supported.', DeprecationWarning)
        self._print_message(self.format_version(), file)

    def _print_message(self, message, file=None):
        if message:
            (_sys.stderr if file is None else file).write(message)

    def exit(self, status=0, message=None):
        if message:
            self._print_message(message, _sys.stderr)
        _sys.exit(status)

    def error(self, message):
        """Prints the usage and the message to stderr and leaves the program."""
        self.print_usage(_sys.stderr)
        self.exit(2, _('%s: error: %s\n') % (self.prog, message))


def _identity(string):
    return string


class _Parse(object):
    """One run over a list of arguments."""

    def __init__(self, parser, arguments, namespace):
        self.parser = parser
        self.arguments = arguments
        self.namespace = namespace
        self.extras = []
        self.seen = set()
        # Given with another value than the default, which is what members of a group exclude each other by.
        self.seen_non_default = set()
        self.positionals = parser._get_positional_actions()
        self.conflicts = {}
        for group in parser._mutually_exclusive_groups:
            members = group._group_actions
            for position, member in enumerate(members):
                self.conflicts.setdefault(member, []).extend(members[:position] + members[position + 1:])
        # Which of the arguments are options; a letter for each argument.
        self.options = {}
        letters = []
        rest = iter(enumerate(arguments))
        for position, argument in rest:
            if argument == '--':
                letters.append('-')
                letters.extend(['A' for _following in rest])
                continue
            option = parser._parse_optional(argument)
            if option is not None:
                self.options[position] = option
            letters.append('A' if option is None else 'O')
        self.letters = ''.join(letters)

    def run(self):
        position = 0
        last = max(self.options) if self.options else -1
        while position <= last:
            following = min([index for index in self.options if index >= position])
            if position != following:
                after = self.positionals_from(position)
                if after > position:
                    position = after
                    continue
                position = after
            if position not in self.options:
                self.extras.extend(self.arguments[position:following])
                position = following
            position = self.option_at(position)
        position = self.positionals_from(position)
        self.extras.extend(self.arguments[position:])
        self.check_complete()
        return self.namespace, self.extras

    def take(self, action, arguments, option=None):
        self.seen.add(action)
        values = self.parser._get_values(action, arguments)
        if values is not action.default:
            self.seen_non_default.add(action)
            for other in self.conflicts.get(action, []):
                if other in self.seen_non_default:
                    raise ArgumentError(action, _('not allowed with argument %s') % _get_action_name(other))
        if values is not SUPPRESS:
            action(self.parser, self.namespace, values, option)

    def option_at(self, start):
        action, option, value = self.options[start]
        found = []
        while True:
            if action is None:
                self.extras.append(self.arguments[start])
                return start + 1
            if value is None:
                begin = start + 1
                stop = begin + self.parser._match_argument(action, self.letters[begin:])
                found.append((action, self.arguments[begin:stop], option))
                break
            count = self.parser._match_argument(action, 'A')
            if count == 1:
                stop = start + 1
                found.append((action, [value], option))
                break
            if count or option[1] in self.parser.prefix_chars:
                raise ArgumentError(action, _('ignored explicit argument %r') % value)
            # `-xyz`: options of one letter in one argument.
            found.append((action, [], option))
            option = option[0] + value[0]
            value = value[1:] or None
            if option not in self.parser._option_string_actions:
                raise ArgumentError(action, _('ignored explicit argument %r') % self.options_text(option, value))
            action = self.parser._option_string_actions[option]
        for action, arguments, option in found:
            self.take(action, arguments, option)
        return stop

    def options_text(self, option, value):
        return option[1:] + (value or '')

    def positionals_from(self, start):
        counts = self.parser._match_arguments_partial(self.positionals, self.letters[start:])
        for action, count in zip(self.positionals, counts):
            self.take(action, self.arguments[start:start + count])
            start += count
        self.positionals = self.positionals[len(counts):]
        return start

    def check_complete(self):
        parser, namespace = self.parser, self.namespace
        if self.positionals:
            parser.error(_('too few arguments'))
        for action in parser._actions:
            if action in self.seen:
                continue
            if action.required:
                parser.error(_('argument %s is required') % _get_action_name(action))
            elif (action.default is not None and isinstance(action.default, basestring)
                    and hasattr(namespace, action.dest) and action.default is getattr(namespace, action.dest)):
                # A default that is a text is converted as an argument would be.
                setattr(namespace, action.dest, parser._get_value(action, action.default))
        for group in parser._mutually_exclusive_groups:
            if group.required and not [action for action in group._group_actions if action in self.seen_non_default]:
                names = [_get_action_name(action) for action in group._group_actions if action.help is not SUPPRESS]
                parser.error(_('one of the arguments %s is required') % ' '.join(names))
