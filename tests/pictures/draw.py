"""Draws the pictures of bundles/src/pictures: python3 tests/pictures/draw.py bundles/src/pictures

Each picture is a few shapes on a transparent ground, in coordinates from 0 to 128. A shape is a function that says whether
a point is inside; colours are red, green, blue."""

import struct
import sys
import zlib
from math import atan2, cos, hypot, pi, sin

SIZE, STEPS = 128, 3
GREY, DARK, LIGHT = (120, 124, 132), (62, 66, 74), (224, 226, 230)
RED, GREEN, BLUE, GOLD = (200, 62, 54), (72, 160, 84), (64, 118, 190), (236, 178, 52)


def disc(x, y, r):
    return lambda px, py: hypot(px - x, py - y) <= r


def ring(x, y, r, inner):
    return lambda px, py: inner <= hypot(px - x, py - y) <= r


def box(x, y, w, h, r=0):
    def inside(px, py):
        dx, dy = max(x + r - px, 0, px - (x + w - r)), max(y + r - py, 0, py - (y + h - r))
        return hypot(dx, dy) <= r
    return inside


def polygon(*points):
    def inside(px, py):
        odd = False
        for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1]):
            if (ay > py) != (by > py) and px < (bx - ax) * (py - ay) / (by - ay) + ax:
                odd = not odd
        return odd
    return inside


def line(ax, ay, bx, by, width):
    def inside(px, py):
        dx, dy = bx - ax, by - ay
        t = max(0, min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy)))
        return hypot(px - ax - t * dx, py - ay - t * dy) <= width / 2
    return inside


def star(x, y, outer, inner, points=5):
    corners = []
    for i in range(points * 2):
        r, angle = (outer, inner)[i % 2], pi * i / points - pi / 2
        corners.append((x + r * cos(angle), y + r * sin(angle)))
    return polygon(*corners)


def gear(x, y, r, teeth):
    def inside(px, py):
        angle, distance = atan2(py - y, px - x), hypot(px - x, py - y)
        return r * 0.38 <= distance <= (r if cos(angle * teeth) > 0 else r * 0.78)
    return inside


def flag(colour):
    return [(box(30, 16, 8, 98, 4), DARK), (polygon((38, 20), (104, 38), (38, 60)), colour)]


def book(colour):
    return [(box(28, 14, 72, 100, 8), colour), (box(28, 14, 14, 100, 6), DARK), (box(52, 34, 36, 7, 3), LIGHT),
            (box(52, 50, 26, 7, 3), LIGHT)]


def clock(hour, minute):
    return [(ring(64, 64, 50, 41), DARK), (line(64, 64, *hour, 8), DARK), (line(64, 64, *minute, 8), DARK)]


def arrow(x):
    return polygon((x, 28), (x + 44, 64), (x, 100))


PICTURES = {
    'Gamepad': [(box(12, 40, 104, 52, 26), DARK), (box(26, 60, 28, 10, 3), LIGHT), (box(35, 51, 10, 28, 3), LIGHT),
                (disc(84, 72, 7), RED), (disc(99, 58, 7), GREEN)],
    'FlagGreen': flag(GREEN),
    'FlagRed': flag(RED),
    'Network': [(line(64, 34, 32, 94, 6), GREY), (line(64, 34, 96, 94, 6), GREY), (line(32, 94, 96, 94, 6), GREY),
                (disc(64, 32, 17), BLUE), (disc(30, 94, 17), BLUE), (disc(98, 94, 17), BLUE)],
    'Book1': book(BLUE),
    'Book2': book(RED),
    'Prefs': [(box(22, 30, 84, 6, 3), GREY), (box(22, 61, 84, 6, 3), GREY), (box(22, 92, 84, 6, 3), GREY),
              (disc(46, 33, 11), DARK), (disc(84, 64, 11), DARK), (disc(58, 95, 11), DARK)],
    'World': [(disc(64, 64, 50), BLUE), (ring(64, 64, 50, 46), DARK), (line(15, 64, 113, 64, 4), LIGHT),
              (line(64, 15, 64, 113, 4), LIGHT), (line(24, 38, 104, 38, 4), LIGHT), (line(24, 90, 104, 90, 4), LIGHT)],
    'Bundle': [(polygon((64, 14), (112, 38), (64, 62), (16, 38)), GOLD), (polygon((16, 44), (60, 67), (60, 116), (16, 92)), GREY),
               (polygon((112, 44), (68, 67), (68, 116), (112, 92)), DARK)],
    'Gear': [(gear(64, 64, 52, 8), DARK)],
    'Favorite': [(star(64, 68, 54, 22), GOLD)],
    'TV': [(box(12, 24, 104, 70, 8), DARK), (box(20, 32, 88, 54, 4), BLUE), (box(44, 100, 40, 8, 4), DARK)],
    'History': clock((64, 36), (44, 76)) + [(polygon((4, 62), (24, 62), (14, 78)), DARK)],
    'CD': [(disc(64, 64, 52), LIGHT), (ring(64, 64, 52, 48), GREY), (ring(64, 64, 22, 18), GREY), (disc(64, 64, 9), DARK)],
    'NewStuff': [(star(64, 64, 54, 40, 12), RED), (line(50, 48, 50, 82, 7), LIGHT), (line(50, 48, 78, 82, 7), LIGHT),
                 (line(78, 48, 78, 82, 7), LIGHT)],
    'Search': [(ring(54, 54, 38, 28), DARK), (line(82, 82, 110, 110, 14), DARK)],
    'Recent': clock((64, 34), (86, 78)),
    'More': [(disc(28, 64, 13), DARK), (disc(64, 64, 13), DARK), (disc(100, 64, 13), DARK)],
    'Popular': [(box(20, 70, 22, 42, 4), BLUE), (box(53, 46, 22, 66, 4), GREEN), (box(86, 18, 22, 94, 4), GOLD)],
    'Camera': [(box(12, 38, 104, 68, 10), DARK), (box(44, 24, 40, 20, 6), DARK), (disc(64, 72, 25), LIGHT),
               (disc(64, 72, 17), BLUE)],
    'NextPage': [(arrow(26), DARK), (arrow(62), GREY)],
}


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def png(shapes):
    rows = bytearray()
    for y in range(SIZE):
        rows.append(0)
        for x in range(SIZE):
            colours = []
            for sub in range(STEPS * STEPS):
                px, py = x + (sub % STEPS + 0.5) / STEPS, y + (sub // STEPS + 0.5) / STEPS
                found = [colour for inside, colour in shapes if inside(px, py)]
                colours.extend(found[-1:])
            if not colours:
                rows += bytes(4)
                continue
            rows += bytes(sum(channel) // len(colours) for channel in zip(*colours))
            rows.append(255 * len(colours) // (STEPS * STEPS))
    header = struct.pack('>IIBBBBB', SIZE, SIZE, 8, 6, 0, 0, 0)
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + chunk(b'IDAT', zlib.compress(bytes(rows), 9)) + chunk(b'IEND', b''))


for name, shapes in PICTURES.items():
    with open('%s/%s.png' % (sys.argv[1], name), 'wb') as file:
        file.write(png(shapes))
