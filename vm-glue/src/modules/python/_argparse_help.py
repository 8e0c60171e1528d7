"""The help texts of `argparse`: how usage lines and the lists of arguments are laid out."""
import os as _os
import re as _re
import textwrap as _textwrap
from gettext import gettext as _

# The classes show themselves as argparse's.
__name__ = 'argparse'

SUPPRESS = '==SUPPRESS=='
OPTIONAL = '?'
ZERO_OR_MORE = '*'
ONE_OR_MORE = '+'
PARSER = 'A...'
REMAINDER = '...'


class HelpFormatter(object):
    """Formatter for generating usage messages and argument help strings."""

    def __init__(self, prog, indent_increment=2, max_help_position=24, width=None):
        if width is None:
            try:
                width = int(_os.environ['COLUMNS'])
            except (KeyError, ValueError):
                width = 80
            width -= 2
        self._prog = prog
        self._indent_increment = indent_increment
        self._max_help_position = min(max_help_position, max(width - 20, indent_increment * 2))
        self._width = width
        self._current_indent = 0
        self._level = 0
        self._action_max_length = 0
        self._root_section = self._Section(self, None)
        self._current_section = self._root_section
        self._whitespace_matcher = _re.compile(r'\s+')
        self._long_break_matcher = _re.compile(r'\n\n\n+')

    def _indent(self):
        self._current_indent += self._indent_increment
        self._level += 1

    def _dedent(self):
        self._current_indent -= self._indent_increment
        assert self._current_indent >= 0, 'Indent decreased below 0.'
        self._level -= 1

    class _Section(object):
        """A heading and what stands beneath it: functions to call with their arguments."""

        def __init__(self, formatter, parent, heading=None):
            self.formatter = formatter
            self.parent = parent
            self.heading = heading
            self.items = []

        def format_help(self):
            inner = self.parent is not None
            if inner:
                self.formatter._indent()
            parts = [function(*args) for function, args in self.items]
            text = self.formatter._join_parts(parts)
            if inner:
                self.formatter._dedent()
            if not text:
                return ''
            heading = ''
            if self.heading is not SUPPRESS and self.heading is not None:
                heading = '%*s%s:\n' % (self.formatter._current_indent, '', self.heading)
            return self.formatter._join_parts(['\n', heading, text, '\n'])

    def _add_item(self, func, args):
        self._current_section.items.append((func, args))

    # ---- what a parser adds ----

    def start_section(self, heading):
        self._indent()
        section = self._Section(self, self._current_section, heading)
        self._add_item(section.format_help, [])
        self._current_section = section

    def end_section(self):
        self._current_section = self._current_section.parent
        self._dedent()

    def add_text(self, text):
        if text is not SUPPRESS and text is not None:
            self._add_item(self._format_text, [text])

    def add_usage(self, usage, actions, groups, prefix=None):
        if usage is not SUPPRESS:
            self._add_item(self._format_usage, (usage, actions, groups, prefix))

    def add_argument(self, action):
        if action.help is SUPPRESS:
            return
        shown = [self._format_action_invocation(action)]
        for inner in self._iter_indented_subactions(action):
            shown.append(self._format_action_invocation(inner))
        longest = max([len(text) for text in shown]) + self._current_indent
        self._action_max_length = max(self._action_max_length, longest)
        self._add_item(self._format_action, [action])

    def add_arguments(self, actions):
        for action in actions:
            self.add_argument(action)

    # ---- the texts ----

    def format_help(self):
        text = self._root_section.format_help()
        if text:
            text = self._long_break_matcher.sub('\n\n', text).strip('\n') + '\n'
        return text

    def _join_parts(self, part_strings):
        return ''.join([part for part in part_strings if part and part is not SUPPRESS])

    def _format_usage(self, usage, actions, groups, prefix):
        if prefix is None:
            prefix = _('usage: ')
        if usage is not None:
            usage = usage % dict(prog=self._prog)
        elif not actions:
            usage = '%(prog)s' % dict(prog=self._prog)
        else:
            usage = self._usage_of(actions, groups, len(prefix))
        return '%s%s\n\n' % (prefix, usage)

    def _usage_of(self, actions, groups, prefix_width):
        prog = '%(prog)s' % dict(prog=self._prog)
        optionals = [action for action in actions if action.option_strings]
        positionals = [action for action in actions if not action.option_strings]
        usage = ' '.join([part for part in (prog, self._format_actions_usage(optionals + positionals, groups)) if part])
        room = self._width - self._current_indent
        if prefix_width + len(usage) <= room:
            return usage
        # Broken into several lines, at the words that belong together.
        words = _re.compile(r'\(.*?\)+(?=\s|$)|\[.*?\]+(?=\s|$)|\S+')
        option_words = words.findall(self._format_actions_usage(optionals, groups))
        position_words = words.findall(self._format_actions_usage(positionals, groups))

        def lines_of(parts, indent, first_width=None):
            lines, line = [], []
            width = (first_width if first_width is not None else len(indent)) - 1
            for part in parts:
                if width + 1 + len(part) > room and line:
                    lines.append(indent + ' '.join(line))
                    line = []
                    width = len(indent) - 1
                line.append(part)
                width += len(part) + 1
            if line:
                lines.append(indent + ' '.join(line))
            if first_width is not None:
                lines[0] = lines[0][len(indent):]
            return lines

        if prefix_width + len(prog) <= 0.75 * room:
            indent = ' ' * (prefix_width + len(prog) + 1)
            if option_words:
                lines = lines_of([prog] + option_words, indent, prefix_width)
                lines.extend(lines_of(position_words, indent))
            elif position_words:
                lines = lines_of([prog] + position_words, indent, prefix_width)
            else:
                lines = [prog]
        else:
            # A long program name has a line of its own.
            indent = ' ' * prefix_width
            lines = lines_of(option_words + position_words, indent)
            if len(lines) > 1:
                lines = lines_of(option_words, indent) + lines_of(position_words, indent)
            lines.insert(0, prog)
        return '\n'.join(lines)

    def _format_actions_usage(self, actions, groups):
        # The actions of a group stand between brackets, with bars between them.
        in_group = set()
        opening, between, closing = {}, {}, {}
        for group in groups:
            members = group._group_actions
            try:
                start = actions.index(members[0])
            except (ValueError, IndexError):
                continue
            end = start + len(members)
            if actions[start:end] != members:
                continue
            in_group.update(members)
            brackets = '()' if group.required else '[]'
            opening[start] = (opening[start] + ' ' if start in opening else '') + brackets[0]
            closing[end] = brackets[1]
            for position in range(start + 1, end):
                between[position] = '|'
        inserts = dict(closing)
        inserts.update(opening)
        inserts.update(between)
        for position in opening:
            if position in closing:
                inserts[position] = closing[position] + ' ' + opening[position]

        parts = []
        for position, action in enumerate(actions):
            if action.help is SUPPRESS:
                parts.append(None)
                if inserts.get(position) == '|':
                    inserts.pop(position)
                elif inserts.get(position + 1) == '|':
                    inserts.pop(position + 1)
            elif not action.option_strings:
                part = self._format_args(action, action.dest)
                if action in in_group and part[0] == '[' and part[-1] == ']':
                    part = part[1:-1]
                parts.append(part)
            else:
                part = action.option_strings[0]
                if action.nargs != 0:
                    part = '%s %s' % (part, self._format_args(action, action.dest.upper()))
                if not action.required and action not in in_group:
                    part = '[%s]' % part
                parts.append(part)
        for position in sorted(inserts, reverse=True):
            parts[position:position] = [inserts[position]]
        text = ' '.join([part for part in parts if part is not None])
        # Spaces and brackets that the insertions left over.
        text = _re.sub(r'([\[(]) ', r'\1', text)
        text = _re.sub(r' ([\])])', r'\1', text)
        text = _re.sub(r'[\[(] *[\])]', '', text)
        text = _re.sub(r'\(([^|]*)\)', r'\1', text)
        return text.strip()

    def _format_text(self, text):
        if '%(prog)' in text:
            text = text % dict(prog=self._prog)
        width = max(self._width - self._current_indent, 11)
        return self._fill_text(text, width, ' ' * self._current_indent) + '\n\n'

    def _format_action(self, action):
        position = min(self._action_max_length + 2, self._max_help_position)
        help_width = max(self._width - position, 11)
        header_width = position - self._current_indent - 2
        header = self._format_action_invocation(action)
        indent_first = 0
        if not action.help:
            header = '%*s%s\n' % (self._current_indent, '', header)
        elif len(header) <= header_width:
            header = '%*s%-*s  ' % (self._current_indent, '', header_width, header)
        else:
            # The help begins below.
            header = '%*s%s\n' % (self._current_indent, '', header)
            indent_first = position
        parts = [header]
        if action.help:
            lines = self._split_lines(self._expand_help(action), help_width)
            parts.append('%*s%s\n' % (indent_first, '', lines[0]))
            for line in lines[1:]:
                parts.append('%*s%s\n' % (position, '', line))
        elif not header.endswith('\n'):
            parts.append('\n')
        for inner in self._iter_indented_subactions(action):
            parts.append(self._format_action(inner))
        return self._join_parts(parts)

    def _format_action_invocation(self, action):
        if not action.option_strings:
            metavar, = self._metavar_formatter(action, action.dest)(1)
            return metavar
        if action.nargs == 0:
            return ', '.join(action.option_strings)
        arguments = self._format_args(action, action.dest.upper())
        return ', '.join(['%s %s' % (option, arguments) for option in action.option_strings])

    def _metavar_formatter(self, action, default_metavar):
        if action.metavar is not None:
            shown = action.metavar
        elif action.choices is not None:
            shown = '{%s}' % ','.join([str(choice) for choice in action.choices])
        else:
            shown = default_metavar

        def format(tuple_size):
            return shown if isinstance(shown, tuple) else (shown,) * tuple_size
        return format

    def _format_args(self, action, default_metavar):
        metavar = self._metavar_formatter(action, default_metavar)
        nargs = action.nargs
        if nargs is None:
            return '%s' % metavar(1)
        if nargs == OPTIONAL:
            return '[%s]' % metavar(1)
        if nargs == ZERO_OR_MORE:
            return '[%s [%s ...]]' % metavar(2)
        if nargs == ONE_OR_MORE:
            return '%s [%s ...]' % metavar(2)
        if nargs == REMAINDER:
            return '...'
        if nargs == PARSER:
            return '%s ...' % metavar(1)
        return ' '.join(['%s'] * nargs) % metavar(nargs)

    def _expand_help(self, action):
        values = dict(vars(action), prog=self._prog)
        for name in list(values):
            if values[name] is SUPPRESS:
                del values[name]
        for name in list(values):
            if hasattr(values[name], '__name__'):
                values[name] = values[name].__name__
        if values.get('choices') is not None:
            values['choices'] = ', '.join([str(choice) for choice in values['choices']])
        return self._get_help_string(action) % values

    def _iter_indented_subactions(self, action):
        try:
            subactions = action._get_subactions
        except AttributeError:
            return
        self._indent()
        for inner in subactions():
            yield inner
        self._dedent()

    def _split_lines(self, text, width):
        return _textwrap.wrap(self._whitespace_matcher.sub(' ', text).strip(), width)

    def _fill_text(self, text, width, indent):
        text = self._whitespace_matcher.sub(' ', text).strip()
        return _textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent)

    def _get_help_string(self, action):
        return action.help


class RawDescriptionHelpFormatter(HelpFormatter):
    """Help message formatter which retains any formatting in descriptions."""

    def _fill_text(self, text, width, indent):
        return ''.join([indent + line for line in text.splitlines(True)])


class RawTextHelpFormatter(RawDescriptionHelpFormatter):
    """Help message formatter which retains formatting of all help text."""

    def _split_lines(self, text, width):
        return text.splitlines()


class ArgumentDefaultsHelpFormatter(HelpFormatter):
    """Help message formatter which adds default values to argument help."""

    def _get_help_string(self, action):
        text = action.help
        if '%(default)' not in text and action.default is not SUPPRESS:
            if action.option_strings or action.nargs in (OPTIONAL, ZERO_OR_MORE):
                text += ' (default: %(default)s)'
        return text
