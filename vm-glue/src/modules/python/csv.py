"""Rows of fields in text files; reading and writing are native."""

from _csv import (Error, __version__, writer, reader, register_dialect, unregister_dialect, get_dialect,
                  list_dialects, field_size_limit, QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE,
                  DictReader, DictWriter)
from _csv import Dialect as _Dialect

__all__ = ["QUOTE_MINIMAL", "QUOTE_ALL", "QUOTE_NONNUMERIC", "QUOTE_NONE", "Error", "Dialect", "__doc__", "excel",
           "excel_tab", "field_size_limit", "reader", "writer", "register_dialect", "get_dialect", "list_dialects",
           "Sniffer", "unregister_dialect", "__version__", "DictReader", "DictWriter"]


class Dialect:
    """How fields are told apart: to be derived from, with its attributes set."""

    _name = ""
    _valid = False
    delimiter = None
    quotechar = None
    escapechar = None
    doublequote = None
    skipinitialspace = None
    lineterminator = None
    quoting = None

    def __init__(self):
        if self.__class__ != Dialect:
            self._valid = True
        self._validate()

    def _validate(self):
        try:
            _Dialect(self)
        except TypeError, error:
            raise Error(str(error))


class excel(Dialect):
    """What Excel writes."""

    delimiter = ','
    quotechar = '"'
    doublequote = True
    skipinitialspace = False
    lineterminator = '\r\n'
    quoting = QUOTE_MINIMAL

register_dialect("excel", excel)


class excel_tab(excel):
    """The same with tabs."""

    delimiter = '\t'

register_dialect("excel-tab", excel_tab)


class Sniffer:
    """Guesses the dialect of a sample."""

    def __init__(self):
        self.preferred = [',', '\t', ';', ' ', ':']

    def sniff(self, sample, delimiters=None):
        # Guessing is rare, and the machine's library does it alike.
        from _bridge import library
        machine = library('csv')
        other = machine.Sniffer()
        other.preferred = self.preferred
        try:
            found = other.sniff(sample, delimiters)
        except machine.Error:
            raise Error("Could not determine delimiter")

        class dialect(Dialect):
            _name = "sniffed"
            lineterminator = '\r\n'
            quoting = QUOTE_MINIMAL
        dialect.doublequote = bool(found.doublequote)
        dialect.delimiter = str(found.delimiter)
        dialect.quotechar = str(found.quotechar or '"')
        dialect.skipinitialspace = found.skipinitialspace
        return dialect

    def has_header(self, sample):
        rows = reader(sample.splitlines(True), self.sniff(sample))
        header = rows.next()
        columns = len(header)
        types = dict.fromkeys(range(columns))
        for checked, row in enumerate(rows):
            if checked > 20:
                break
            if len(row) != columns:
                continue
            for column in types.keys():
                kind = len(row[column])
                for number in (int, long, float, complex):
                    try:
                        number(row[column])
                    except (ValueError, OverflowError):
                        continue
                    kind = int if number is long else number
                    break
                if kind != types[column]:
                    if types[column] is None:
                        types[column] = kind
                    else:
                        del types[column]
        votes = 0
        for column, kind in types.items():
            if type(kind) is int:
                votes += 1 if len(header[column]) != kind else -1
            else:
                try:
                    kind(header[column])
                except (ValueError, TypeError):
                    votes += 1
                else:
                    votes -= 1
        return votes > 0
