"""Names and numbers of the matching engine's operations."""

from re import error

MAGIC = 20031017
MAXREPEAT = 4294967295L

_OPERATIONS = (
    'failure success any any_all assert assert_not at branch call category charset bigcharset groupref groupref_exists '
    'groupref_ignore in in_ignore info jump literal literal_ignore mark max_until min_until not_literal '
    'not_literal_ignore negate range repeat repeat_one subpattern min_repeat_one').split()
_PLACES = (
    'at_beginning at_beginning_line at_beginning_string at_boundary at_non_boundary at_end at_end_line at_end_string '
    'at_loc_boundary at_loc_non_boundary at_uni_boundary at_uni_non_boundary').split()
_CATEGORIES = [
    'category_' + name for name in (
        'digit not_digit space not_space word not_word linebreak not_linebreak loc_word loc_not_word uni_digit '
        'uni_not_digit uni_space uni_not_space uni_word uni_not_word uni_linebreak uni_not_linebreak').split()]

globals().update([(name.upper(), name) for name in _OPERATIONS + _PLACES + _CATEGORIES])
MIN_REPEAT, MAX_REPEAT = 'min_repeat', 'max_repeat'


def makedict(list):
    return dict([(item, number) for number, item in enumerate(list)])


OPCODES, ATCODES, CHCODES = makedict(_OPERATIONS), makedict(_PLACES), makedict(_CATEGORIES)

OP_IGNORE = dict([(name, name + '_ignore') for name in ('groupref', 'in', 'literal', 'not_literal')])
AT_MULTILINE = {'at_beginning': 'at_beginning_line', 'at_end': 'at_end_line'}
AT_LOCALE = {'at_boundary': 'at_loc_boundary', 'at_non_boundary': 'at_loc_non_boundary'}
AT_UNICODE = {'at_boundary': 'at_uni_boundary', 'at_non_boundary': 'at_uni_non_boundary'}
CH_LOCALE = dict([(name, name) for name in _CATEGORIES[:8]])
CH_LOCALE.update({'category_word': 'category_loc_word', 'category_not_word': 'category_loc_not_word'})
CH_UNICODE = dict([(name, name.replace('category_', 'category_uni_')) for name in _CATEGORIES[:8]])

SRE_FLAG_TEMPLATE, SRE_FLAG_IGNORECASE, SRE_FLAG_LOCALE, SRE_FLAG_MULTILINE = 1, 2, 4, 8
SRE_FLAG_DOTALL, SRE_FLAG_UNICODE, SRE_FLAG_VERBOSE, SRE_FLAG_DEBUG = 16, 32, 64, 128
SRE_INFO_PREFIX, SRE_INFO_LITERAL, SRE_INFO_CHARSET = 1, 2, 4
