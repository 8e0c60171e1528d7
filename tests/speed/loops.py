# What plain interpreted code costs. The same text is Python 2 and Python 3, so that one machine can be compared with
# another: run it with `reprise python`, with CPython 2.7, and with the bare machine (bare_machine.rs). Each line is the
# name of a loop and the milliseconds of its fastest run.
import time

try:
    numbers = xrange
except NameError:
    numbers = range

COUNT = 100000


class Point(object):
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def total(self):
        return self.x + self.y


def add(a, b):
    return a + b


def arithmetic():
    total = 0
    for i in numbers(COUNT):
        total = total + i * 3 % 7 - (i & 3)
    return total


def comparisons():
    count = 0
    for i in numbers(COUNT):
        if i > 10 and i != 500 and i <= 90000:
            count += 1
    return count


def calls():
    total = 0
    for i in numbers(COUNT):
        total = add(total, i)
    return total


def attributes():
    point = Point(1, 2)
    for i in numbers(COUNT):
        point.x = point.y + i
    return point.x


def methods():
    point = Point(1, 2)
    total = 0
    for i in numbers(COUNT):
        total += point.total()
    return total


def objects():
    for i in numbers(COUNT):
        point = Point(i, i)
    return point.x


def builtins():
    words = ['alpha', 'beta', 'gamma']
    total = 0
    for i in numbers(COUNT):
        total += len(words[i % 3])
    return total


def dicts():
    table = {}
    words = ['alpha', 'beta', 'gamma', 'delta']
    for i in numbers(COUNT):
        word = words[i & 3]
        table[word] = table.get(word, 0) + 1
    return table['beta']


def lists():
    items = []
    for i in numbers(COUNT):
        items.append(i)
    return sum([item for item in items if item & 1])


def formatting():
    size = 0
    for i in numbers(COUNT // 4):
        size += len('%s-%d of %s' % ('item', i, 'page'))
    return size


def concatenation():
    size = 0
    for i in numbers(COUNT // 4):
        size += len('item ' + str(i) + '.')
    return size


def string_methods():
    count = 0
    for i in numbers(COUNT // 4):
        if ' Some Title '.strip().lower().startswith('some'):
            count += len('a,b,c'.split(','))
    return count


def exceptions():
    count = 0
    for i in numbers(COUNT // 10):
        try:
            raise ValueError('x')
        except ValueError:
            count += 1
    return count


LOOPS = [arithmetic, comparisons, calls, attributes, methods, objects, builtins, dicts, lists, formatting,
         concatenation, string_methods, exceptions]

for loop in LOOPS:
    best = None
    for run in numbers(7):
        start = time.time()
        loop()
        taken = (time.time() - start) * 1000
        if best is None or taken < best:
            best = taken
    print('%-16s %8.2f' % (loop.__name__, best))
