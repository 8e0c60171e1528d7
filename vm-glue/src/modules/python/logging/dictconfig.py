"""Configuration by a dictionary (part of `logging.config`)."""

import logging
import re
import sys


def valid_ident(s):
    if not re.match('^[a-z_][a-z0-9_]*$', s, re.I):
        raise ValueError('Not a valid Python identifier: %r' % s)
    return True


class _Converting(object):
    def _kept(self, key, value):
        result = self.configurator.convert(value)
        if value is not result:
            self._store(key, result)
            if type(result) in (ConvertingDict, ConvertingList, ConvertingTuple):
                result.parent = self
                result.key = key
        return result


class ConvertingDict(dict, _Converting):
    """A dictionary whose values are resolved when they are asked for."""

    def __getitem__(self, key):
        return self._kept(key, dict.__getitem__(self, key))

    def _store(self, key, value):
        dict.__setitem__(self, key, value)

    def get(self, key, default=None):
        return self._kept(key, dict.get(self, key, default))

    def pop(self, key, default=None):
        value = dict.pop(self, key, default)
        return self.configurator.convert(value)


class ConvertingList(list, _Converting):
    def __getitem__(self, key):
        return self._kept(key, list.__getitem__(self, key))

    def _store(self, key, value):
        list.__setitem__(self, key, value)

    def pop(self, idx=-1):
        return self.configurator.convert(list.pop(self, idx))


class ConvertingTuple(tuple, _Converting):
    def __getitem__(self, key):
        return self._kept(key, tuple.__getitem__(self, key))

    def _store(self, key, value):
        pass


class BaseConfigurator(object):
    """Resolves the `ext://` and `cfg://` values of a dictionary."""

    CONVERT_PATTERN = re.compile(r'^(?P<prefix>[a-z]+)://(?P<suffix>.*)$')
    WORD_PATTERN = re.compile(r'^\s*(\w+)\s*')
    DOT_PATTERN = re.compile(r'^\.\s*(\w+)\s*')
    INDEX_PATTERN = re.compile(r'^\[\s*(\w+)\s*\]\s*')
    DIGIT_PATTERN = re.compile(r'^\d+$')
    value_converters = {'ext': 'ext_convert', 'cfg': 'cfg_convert'}
    importer = __import__

    def __init__(self, config):
        self.config = ConvertingDict(config)
        self.config.configurator = self

    def resolve(self, s):
        parts = s.split('.')
        used = parts.pop(0)
        try:
            found = self.importer(used)
            for part in parts:
                used += '.' + part
                try:
                    found = getattr(found, part)
                except AttributeError:
                    self.importer(used)
                    found = getattr(found, part)
            return found
        except ImportError:
            kind, tb = sys.exc_info()[1:]
            raise ValueError('Cannot resolve %r: %s' % (s, kind))

    def ext_convert(self, value):
        return self.resolve(value)

    def cfg_convert(self, value):
        match = self.WORD_PATTERN.match(value)
        if match is None:
            raise ValueError('Unable to convert %r' % value)
        rest = value[match.end():]
        found = self.config[match.groups()[0]]
        while rest:
            match = self.DOT_PATTERN.match(rest)
            if match:
                found = found[match.groups()[0]]
            else:
                match = self.INDEX_PATTERN.match(rest)
                if not match:
                    raise ValueError('Unable to convert %r at %r' % (value, rest))
                index = match.groups()[0]
                if self.DIGIT_PATTERN.match(index):
                    try:
                        found = found[int(index)]
                    except TypeError:
                        found = found[index]
                else:
                    found = found[index]
            rest = rest[match.end():]
        return found

    def convert(self, value):
        for plain, converting in ((dict, ConvertingDict), (list, ConvertingList), (tuple, ConvertingTuple)):
            if isinstance(value, plain):
                if not isinstance(value, converting):
                    value = converting(value)
                    value.configurator = self
                return value
        if isinstance(value, basestring):
            match = self.CONVERT_PATTERN.match(value)
            if match:
                converter = self.value_converters.get(match.group('prefix'))
                if converter:
                    return getattr(self, converter)(match.group('suffix'))
        return value

    def configure_custom(self, config):
        make = config.pop('()')
        if not callable(make):
            make = self.resolve(make)
        properties = config.pop('.', None)
        made = make(**dict([(k, config[k]) for k in config if valid_ident(k)]))
        for name, value in (properties or {}).items():
            setattr(made, name, value)
        return made

    def as_tuple(self, value):
        return tuple(value) if isinstance(value, list) else value


class DictConfigurator(BaseConfigurator):
    """Makes the formatters, filters, handlers and loggers that a dictionary describes."""

    def configure(self):
        config = self.config
        if 'version' not in config:
            raise ValueError("dictionary doesn't specify a version")
        if config['version'] != 1:
            raise ValueError('Unsupported version: %s' % config['version'])
        logging._acquireLock()
        try:
            if config.pop('incremental', False):
                self._change(config)
            else:
                self._configure(config, config.pop('disable_existing_loggers', True))
        finally:
            logging._releaseLock()

    def _change(self, config):
        for name in config.get('handlers', {}):
            if name not in logging._handlers:
                raise ValueError('No handler found with name %r' % name)
            try:
                level = config['handlers'][name].get('level', None)
                if level:
                    logging._handlers[name].setLevel(logging._checkLevel(level))
            except StandardError, e:
                raise ValueError('Unable to configure handler %r: %s' % (name, e))
        self._all('logger', config.get('loggers', {}), lambda name, part: self.configure_logger(name, part, True))
        if config.get('root', None):
            self._one('Unable to configure root logger: %s', (), lambda: self.configure_root(config['root'], True))

    def _one(self, message, values, work):
        try:
            return work()
        except StandardError, e:
            raise ValueError(message % (values + (e,)))

    def _all(self, kind, parts, work):
        for name in parts:
            made = self._one('Unable to configure ' + kind + ' %r: %s', (name,), lambda: work(name, parts[name]))
            if kind in ('formatter', 'filter'):
                parts[name] = made

    def _configure(self, config, disable):
        import logging.config
        logging.config._clear()
        self._all('formatter', config.get('formatters', {}), lambda name, part: self.configure_formatter(part))
        self._all('filter', config.get('filters', {}), lambda name, part: self.configure_filter(part))
        handlers = config.get('handlers', {})
        deferred = []
        for name in sorted(handlers):
            try:
                handlers[name] = self._named_handler(name, handlers[name])
            except StandardError, e:
                if 'target not configured yet' not in str(e):
                    raise ValueError('Unable to configure handler %r: %s' % (name, e))
                deferred.append(name)
        for name in deferred:
            handlers[name] = self._one('Unable to configure handler %r: %s', (name,),
                                       lambda: self._named_handler(name, handlers[name]))
        existing = logging.root.manager.loggerDict.keys()
        loggers = config.get('loggers', {})
        self._all('logger', loggers, self.configure_logger)
        configured = [name.encode('utf-8') if isinstance(name, unicode) else name for name in loggers]
        for name in configured:
            logging.getLogger(name).disabled = False
        logging.config._leave(existing, configured, True if disable else None)
        if config.get('root', None):
            self._one('Unable to configure root logger: %s', (), lambda: self.configure_root(config['root']))

    def _named_handler(self, name, config):
        handler = self.configure_handler(config)
        handler.name = name
        return handler

    def configure_formatter(self, config):
        if '()' not in config:
            return logging.Formatter(config.get('format', None), config.get('datefmt', None))
        factory = config['()']
        try:
            return self.configure_custom(config)
        except TypeError, e:
            # A factory may know the argument by its older name.
            if "'format'" not in str(e):
                raise
            config['fmt'] = config.pop('format')
            config['()'] = factory
            return self.configure_custom(config)

    def configure_filter(self, config):
        if '()' in config:
            return self.configure_custom(config)
        return logging.Filter(config.get('name', ''))

    def add_filters(self, filterer, filters):
        for name in filters:
            self._one('Unable to add filter %r: %s', (name,), lambda: filterer.addFilter(self.config['filters'][name]))

    def configure_handler(self, config):
        config.configurator = self
        formatter = config.get('formatter', None)
        if formatter:
            formatter = self._one('Unable to set formatter %r: %s', (formatter,),
                                  lambda: self.config['formatters'][formatter])
        level = config.pop('level', None)
        filters = config.pop('filters', None)
        config.pop('formatter', None)
        if '()' in config:
            make = config.pop('()')
            factory = make if callable(make) else self.resolve(make)
        else:
            name = config.pop('class')
            factory = self.resolve(name)
            if issubclass(factory, logging.handlers.MemoryHandler) and 'target' in config:
                target = self.config['handlers'][config['target']]
                if not isinstance(target, logging.Handler):
                    config['class'] = name
                    raise StandardError('Unable to set target handler %r: target not configured yet'
                                        % config['target'])
                config['target'] = target
            elif issubclass(factory, logging.handlers.SMTPHandler) and 'mailhost' in config:
                config['mailhost'] = self.as_tuple(config['mailhost'])
            elif issubclass(factory, logging.handlers.SysLogHandler) and 'address' in config:
                config['address'] = self.as_tuple(config['address'])
        kwargs = dict([(str(k), config[k]) for k in config if valid_ident(k)])
        try:
            made = factory(**kwargs)
        except TypeError, e:
            if "'stream'" not in str(e):
                raise
            kwargs['strm'] = kwargs.pop('stream')
            made = factory(**kwargs)
        if formatter:
            made.setFormatter(formatter)
        if level is not None:
            made.setLevel(logging._checkLevel(level))
        if filters:
            self.add_filters(made, filters)
        return made

    def add_handlers(self, logger, handlers):
        for name in handlers:
            self._one('Unable to add handler %r: %s', (name,),
                      lambda: logger.addHandler(self.config['handlers'][name]))

    def common_logger_config(self, logger, config, incremental=False):
        level = config.get('level', None)
        if level is not None:
            logger.setLevel(logging._checkLevel(level))
        if incremental:
            return
        for handler in logger.handlers[:]:
            logger.removeHandler(handler)
        if config.get('handlers', None):
            self.add_handlers(logger, config['handlers'])
        if config.get('filters', None):
            self.add_filters(logger, config['filters'])

    def configure_logger(self, name, config, incremental=False):
        logger = logging.getLogger(name)
        self.common_logger_config(logger, config, incremental)
        if config.get('propagate', None) is not None:
            logger.propagate = config['propagate']

    def configure_root(self, config, incremental=False):
        self.common_logger_config(logging.getLogger(), config, incremental)
