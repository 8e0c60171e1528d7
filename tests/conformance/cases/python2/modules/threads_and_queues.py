"""threading and Queue: what programs derive, override, read and get wrong."""
import Queue
import sys
import threading


def told(function, *args, **kwargs):
    try:
        print function(*args, **kwargs)
    except Exception, e:
        print type(e).__name__, e


def show(*args, **kwargs):
    print args, kwargs, threading.currentThread().getName()


class Err(object):
    def __init__(self):
        self.text = ''

    def write(self, text):
        self.text += text

# Threads.
thread = threading.Thread(target=show, args=(1, 2), kwargs={'x': 3})
print thread, thread.isAlive(), thread.ident
told(thread.join)
thread.start()
thread.join()
print thread.isAlive(), thread.isDaemon(), thread.name, hasattr(thread, '_Thread__target')
told(thread.start)
told(thread.setDaemon, True)


class Own(threading.Thread):
    def __init__(self):
        pass

for name in 'start', 'join', 'isAlive', 'getName', '__repr__':
    told(getattr(Own(), name))


class Failing(threading.Thread):
    def run(self):
        raise ValueError('in a thread')

kept, sys.stderr = sys.stderr, Err()
thread = Failing(name='failing')
thread.daemon = True
thread.start()
thread.join()
lines = sys.stderr.text.splitlines()
sys.stderr = kept
print lines[0], lines[-1:], thread.daemon
told(threading.Thread, 1)
told(threading.Thread, foo=1)
told(threading.currentThread().join)
timer = threading.Timer(0.01, show, [9])
timer.start()
timer.join()
print threading.activeCount(), threading.enumerate()[0].name, type(threading.RLock()).__name__
print threading.Thread.run, threading._active.values()[0].name

# Queues.
queue = Queue.Queue(2)
queue.put('a')
queue.put('b')
told(queue.put_nowait, 'c')
told(queue.put, 'c', timeout=-1)
told(queue.put, 'c', True, 0.01)
print queue.get(), queue.full(), queue.empty(), queue.queue, queue.qsize(), queue.unfinished_tasks
queue.task_done()
queue.task_done()
told(queue.task_done)
queue.join()
for kind in Queue.PriorityQueue, Queue.LifoQueue:
    queue = kind()
    for item in 3, 1, 2:
        queue.put(item)
    print kind.__name__, queue.queue, [queue.get() for _ in range(3)]
    told(queue.get, False)


class Unique(Queue.Queue):
    def _init(self, maxsize):
        self.queue = set()

    def _put(self, item):
        self.queue.add(item)

    def _get(self):
        return self.queue.pop()

queue = Unique()
queue.put(5)
queue.put(5)
print queue.qsize(), queue.get(True, 1), repr(Queue.Full()), Queue.Empty

# A condition whose lock a program watches.
condition = threading.Condition()
told(condition.notify)
told(condition.wait, 1)
taken = []
acquire = condition.acquire
condition.acquire = lambda *args: (taken.append(args), acquire(*args))[1]
condition.acquire()
condition.release()
print taken
