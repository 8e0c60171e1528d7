"""Random numbers: the sequences of Python 2.7 for the same seeds."""

import time as _time
from binascii import hexlify as _hexlify
from math import (acos as _acos, ceil as _ceil, cos as _cos, e as _e, exp as _exp, log as _log, pi as _pi, sin as _sin,
                  sqrt as _sqrt)
from os import urandom as _urandom
from _bridge import library as _library
from warnings import warn as _warn

__all__ = ["Random", "seed", "random", "uniform", "randint", "choice", "sample", "randrange", "shuffle",
           "normalvariate", "lognormvariate", "expovariate", "vonmisesvariate", "gammavariate", "triangular", "gauss",
           "betavariate", "paretovariate", "weibullvariate", "getstate", "setstate", "jumpahead", "WichmannHill",
           "getrandbits", "SystemRandom"]

NV_MAGICCONST = 4 * _exp(-0.5) / _sqrt(2.0)
TWOPI = 2.0 * _pi
LOG4 = _log(4.0)
SG_MAGICCONST = 1.0 + _log(4.5)
BPF = 53
RECIP_BPF = 2.0 ** -BPF
_LARGEST = 1L << BPF

_Generator = _library('_random').Random


def _whole(value, what):
    number = int(value)
    if number != value:
        raise ValueError("non-integer %s for randrange()" % what)
    return number


class _Sequences(object):
    """What can be drawn from any generator that has `random()`."""

    def _below(self, limit):
        """An integer in [0, limit)."""
        if limit >= _LARGEST:
            return self._below_large(limit)
        return int(self.random() * limit)

    def _below_large(self, limit):
        draw = getattr(self, 'getrandbits', None)
        if draw is None:
            _warn("Underlying random() generator does not supply \n"
                  "enough bits to choose from a population range this large")
            return int(self.random() * limit)
        # As many bits as the largest result could have, rounded up.
        bits = int(1.00001 + _log(limit - 1, 2.0))
        number = limit
        while number >= limit:
            number = draw(bits)
        return number

    def randrange(self, start, stop=None, step=1):
        first = _whole(start, "arg 1")
        if stop is None:
            if first > 0:
                return self._below(first)
            raise ValueError("empty range for randrange()")
        last = _whole(stop, "stop")
        width = last - first
        if step == 1 and width > 0:
            return int(first + self._below(width))
        if step == 1:
            raise ValueError("empty range for randrange() (%d,%d, %d)" % (first, last, width))
        stride = _whole(step, "step")
        if stride == 0:
            raise ValueError("zero step for randrange()")
        count = (width + stride + (-1 if stride > 0 else 1)) // stride
        if count <= 0:
            raise ValueError("empty range for randrange()")
        return first + stride * self._below(count)

    def randint(self, a, b):
        return self.randrange(a, b + 1)

    def choice(self, seq):
        return seq[int(self.random() * len(seq))]

    def shuffle(self, x, random=None):
        draw = random or self.random
        for upper in xrange(len(x) - 1, 0, -1):
            other = int(draw() * (upper + 1))
            x[upper], x[other] = x[other], x[upper]

    def sample(self, population, k):
        size = len(population)
        if not 0 <= k <= size:
            raise ValueError("sample larger than population")
        draw = self.random
        # A set of what was taken, or a copy of the population to take from: whichever is smaller.
        set_size = 21
        if k > 5:
            set_size += 4 ** _ceil(_log(k * 3, 4))
        if size <= set_size or hasattr(population, "keys"):
            pool = list(population)
            taken = []
            for index in xrange(k):
                at = int(draw() * (size - index))
                taken.append(pool[at])
                pool[at] = pool[size - index - 1]
            return taken
        try:
            seen = set()
            taken = []
            for index in xrange(k):
                at = int(draw() * size)
                while at in seen:
                    at = int(draw() * size)
                seen.add(at)
                taken.append(population[at])
            return taken
        except (TypeError, KeyError):
            if isinstance(population, list):
                raise
            return self.sample(tuple(population), k)

    # ---- distributions

    def uniform(self, a, b):
        return a + (b - a) * self.random()

    def triangular(self, low=0.0, high=1.0, mode=None):
        u = self.random()
        try:
            c = 0.5 if mode is None else float(mode - low) / (high - low)
        except ZeroDivisionError:
            return low
        if u > c:
            u, c = 1.0 - u, 1.0 - c
            low, high = high, low
        return low + (high - low) * (u * c) ** 0.5

    def normalvariate(self, mu, sigma):
        while True:
            first = self.random()
            second = 1.0 - self.random()
            z = NV_MAGICCONST * (first - 0.5) / second
            if z * z / 4.0 <= -_log(second):
                return mu + z * sigma

    def lognormvariate(self, mu, sigma):
        return _exp(self.normalvariate(mu, sigma))

    def expovariate(self, lambd):
        return -_log(1.0 - self.random()) / lambd

    def vonmisesvariate(self, mu, kappa):
        draw = self.random
        if kappa <= 1e-6:
            return TWOPI * draw()
        s = 0.5 / kappa
        r = s + _sqrt(1.0 + s * s)
        while True:
            z = _cos(_pi * draw())
            d = z / (r + z)
            u = draw()
            if u < 1.0 - d * d or u <= (1.0 - d) * _exp(d):
                break
        q = 1.0 / r
        f = (q + z) / (1.0 + q * z)
        if draw() > 0.5:
            return (mu + _acos(f)) % TWOPI
        return (mu - _acos(f)) % TWOPI

    def gammavariate(self, alpha, beta):
        if alpha <= 0.0 or beta <= 0.0:
            raise ValueError('gammavariate: alpha and beta must be > 0.0')
        draw = self.random
        if alpha > 1.0:
            # Cheng's algorithm.
            root = _sqrt(2.0 * alpha - 1.0)
            b = alpha - LOG4
            c = alpha + root
            while True:
                u1 = draw()
                if not 1e-7 < u1 < .9999999:
                    continue
                u2 = 1.0 - draw()
                v = _log(u1 / (1.0 - u1)) / root
                x = alpha * _exp(v)
                z = u1 * u1 * u2
                r = b + c * v - x
                if r + SG_MAGICCONST - 4.5 * z >= 0.0 or r >= _log(z):
                    return x * beta
        if alpha == 1.0:
            u = draw()
            while u <= 1e-7:
                u = draw()
            return -_log(u) * beta
        # Ahrens and Dieter's algorithm GS.
        while True:
            u = draw()
            b = (_e + alpha) / _e
            p = b * u
            x = p ** (1.0 / alpha) if p <= 1.0 else -_log((b - p) / alpha)
            u1 = draw()
            if p > 1.0:
                if u1 <= x ** (alpha - 1.0):
                    break
            elif u1 <= _exp(-x):
                break
        return x * beta

    def gauss(self, mu, sigma):
        z = self.gauss_next
        self.gauss_next = None
        if z is None:
            angle = self.random() * TWOPI
            radius = _sqrt(-2.0 * _log(1.0 - self.random()))
            z = _cos(angle) * radius
            self.gauss_next = _sin(angle) * radius
        return mu + z * sigma

    def betavariate(self, alpha, beta):
        y = self.gammavariate(alpha, 1.)
        if y == 0:
            return 0.0
        return y / (y + self.gammavariate(beta, 1.))

    def paretovariate(self, alpha):
        return 1.0 / pow(1.0 - self.random(), 1.0 / alpha)

    def weibullvariate(self, alpha, beta):
        return alpha * pow(-_log(1.0 - self.random()), 1.0 / beta)


def _fresh_seed():
    try:
        return long(_hexlify(_urandom(2500)), 16)
    except NotImplementedError:
        return long(_time.time() * 256)


class Random(_Sequences):
    """A generator of its own (Mersenne Twister)."""

    VERSION = 3

    def __new__(cls, *args, **kwargs):
        made = object.__new__(cls)
        made._core = _Generator()
        made.gauss_next = None
        return made

    def __init__(self, x=None):
        self.seed(x)

    def seed(self, a=None):
        if a is None:
            a = _fresh_seed()
        if not isinstance(a, (int, long)):
            a = hash(a)
            if a < 0:
                # The bits of the hash, not its absolute value.
                a += 1L << 64
        self._core.seed(abs(int(a)))
        self.gauss_next = None

    def random(self):
        return self._core.random()

    def getrandbits(self, k):
        if k <= 0:
            raise ValueError("number of bits must be greater than zero")
        return long(self._core.getrandbits(k))

    def getstate(self):
        words = self._core.getstate()
        return self.VERSION, tuple([long(word) for word in words]), self.gauss_next

    def setstate(self, state):
        if state[0] not in (2, 3):
            raise ValueError("state with version %s passed to Random.setstate() of version %s"
                             % (state[0], self.VERSION))
        version, words, self.gauss_next = state
        self._core.setstate(tuple([int(word) % 2 ** 32 for word in words]))

    def jumpahead(self, n):
        text = repr(n) + repr(self.getstate())
        import hashlib
        n = int(hashlib.new('sha512', text).hexdigest(), 16)
        # The words of the state are shuffled by n, then each gets its place's number added.
        words = list(self._core.getstate()[:-1])
        count = len(words)
        for at in xrange(count - 1, 1, -1):
            other = n % at
            words[at], words[other] = words[other], words[at]
        words = [(word + at + 1) % 2 ** 32 for at, word in enumerate(words)]
        self._core.setstate(tuple(words) + (count,))

    def __getstate__(self):
        return self.getstate()

    def __setstate__(self, state):
        self.setstate(state)

    def __reduce__(self):
        return self.__class__, (), self.getstate()


class WichmannHill(_Sequences):
    """The generator of Python before 2.3."""

    VERSION = 1

    def __init__(self, x=None):
        self.seed(x)

    def seed(self, a=None):
        if a is None:
            a = _fresh_seed()
        if not isinstance(a, (int, long)):
            a = hash(a)
        a, x = divmod(a, 30268)
        a, y = divmod(a, 30306)
        a, z = divmod(a, 30322)
        self._seed = int(x) + 1, int(y) + 1, int(z) + 1
        self.gauss_next = None

    def random(self):
        x, y, z = self._seed
        x = (171 * x) % 30269
        y = (172 * y) % 30307
        z = (170 * z) % 30323
        self._seed = x, y, z
        return (x / 30269.0 + y / 30307.0 + z / 30323.0) % 1.0

    def getstate(self):
        return self.VERSION, self._seed, self.gauss_next

    def setstate(self, state):
        if state[0] != 1:
            raise ValueError("state with version %s passed to Random.setstate() of version %s"
                             % (state[0], self.VERSION))
        version, self._seed, self.gauss_next = state

    def jumpahead(self, n):
        if n < 0:
            raise ValueError("n must be >= 0")
        x, y, z = self._seed
        x = int(x * pow(171, n, 30269)) % 30269
        y = int(y * pow(172, n, 30307)) % 30307
        z = int(z * pow(170, n, 30323)) % 30323
        self._seed = x, y, z

    def whseed(self, a=None):
        self.seed(None if a is None else hash(a))


class SystemRandom(_Sequences):
    """Random numbers of the operating system."""

    def __init__(self, x=None):
        self.gauss_next = None

    def random(self):
        return (long(_hexlify(_urandom(7)), 16) >> 3) * RECIP_BPF

    def getrandbits(self, k):
        if k <= 0:
            raise ValueError('number of bits must be greater than zero')
        if k != int(k):
            raise TypeError('number of bits should be an integer')
        count = (k + 7) // 8
        return long(_hexlify(_urandom(count)), 16) >> (count * 8 - k)

    def seed(self, *args, **kwds):
        return None

    jumpahead = seed

    def getstate(self, *args, **kwds):
        raise NotImplementedError('System entropy source does not have state.')

    setstate = getstate

_inst = Random()
seed = _inst.seed
random = _inst.random
uniform = _inst.uniform
triangular = _inst.triangular
randint = _inst.randint
choice = _inst.choice
randrange = _inst.randrange
sample = _inst.sample
shuffle = _inst.shuffle
normalvariate = _inst.normalvariate
lognormvariate = _inst.lognormvariate
expovariate = _inst.expovariate
vonmisesvariate = _inst.vonmisesvariate
gammavariate = _inst.gammavariate
gauss = _inst.gauss
betavariate = _inst.betavariate
paretovariate = _inst.paretovariate
weibullvariate = _inst.weibullvariate
getstate = _inst.getstate
setstate = _inst.setstate
jumpahead = _inst.jumpahead
getrandbits = _inst.getrandbits
