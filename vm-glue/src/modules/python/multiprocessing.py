# Processes are made by fork, as in Python 2; nothing is started to watch over what they leave behind.
from _bridge import library as _library
_machine = _library('multiprocessing')
_context = _machine.get_context('fork')
_tracker = _library('multiprocessing.resource_tracker')
_context_module = _library('multiprocessing.context')
_machine.set_start_method('fork', True)


def _nothing(*args):
    return None

# Another program would have to be started for it.
for _name in 'register unregister ensure_running'.split():
    setattr(_tracker, _name, _nothing)
    setattr(_tracker._resource_tracker, _name, _nothing)
del _name

Process = _context_module.ForkProcess
ProcessError = _machine.ProcessError
BufferTooShort = _machine.BufferTooShort
TimeoutError = _machine.TimeoutError
AuthenticationError = _machine.AuthenticationError
for _name in ('Array Barrier BoundedSemaphore Condition Event JoinableQueue Lock Manager Pipe Pool Queue RLock RawArray '
              'RawValue Semaphore SimpleQueue Value cpu_count current_process active_children freeze_support '
              'get_logger log_to_stderr allow_connection_pickling').split():
    if _name not in ('Barrier', 'SimpleQueue') and hasattr(_context, _name):
        globals()[_name] = getattr(_context, _name)
del _name
current_process, active_children = _machine.current_process, _machine.active_children


def _pickled_here():
    """Lets what goes from one process to another be pickled with Python 2's names of modules."""
    import cPickle
    from _bridge import foreign, native
    pickler = _library('multiprocessing.reduction').ForkingPickler
    bytes_kind = _library('builtins').bytes
    pickler.dumps = staticmethod(lambda obj, protocol=None: foreign(cPickle.dumps(obj, 2)))
    pickler.loads = staticmethod(lambda data, **more: cPickle.loads(native(bytes_kind(data))))
    for name in ('queues', 'connection', 'pool'):
        module = _library('multiprocessing.' + name)
        if hasattr(module, '_ForkingPickler'):
            module._ForkingPickler = pickler

_pickled_here()
