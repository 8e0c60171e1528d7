"""A lock with a queue, for use with `sched`."""

from collections import deque


class mutex:
    def __init__(self):
        self.locked = False
        self.queue = deque()

    def test(self):
        return self.locked

    def testandset(self):
        if self.locked:
            return False
        self.locked = True
        return True

    def lock(self, function, argument):
        """Calls the function, now or when the lock is free."""
        if self.testandset():
            function(argument)
        else:
            self.queue.append((function, argument))

    def unlock(self):
        if self.queue:
            function, argument = self.queue.popleft()
            function(argument)
        else:
            self.locked = False
