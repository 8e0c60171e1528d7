"""Interface to the Expat non-validating XML parser."""

from pyexpat import *
