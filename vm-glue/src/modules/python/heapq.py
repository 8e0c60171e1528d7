"""Heaps: lists whose first item is the smallest. All but merge() is native."""

__all__ = ['heappush', 'heappop', 'heapify', 'heapreplace', 'merge', 'nlargest', 'nsmallest', 'heappushpop']

from _heapq import heapify, heappop, heappush, heappushpop, heapreplace, nlargest, nsmallest


def merge(*iterables):
    """The items of sorted iterables in order, one by one."""
    heap = []
    for number, items in enumerate(map(iter, iterables)):
        for first in items:
            heap.append([first, number, items.next])
            break
    heapify(heap)
    while heap:
        try:
            while True:
                entry = heap[0]
                yield entry[0]
                entry[0] = entry[2]()
                heapreplace(heap, entry)
        except StopIteration:
            heappop(heap)
