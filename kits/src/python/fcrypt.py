# The module fcrypt: the password hash of Unix.

from _fcrypt import crypt
