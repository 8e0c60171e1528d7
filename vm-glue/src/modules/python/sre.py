"""An older name of `re`."""

import warnings
warnings.warn("The sre module is deprecated, please import re.", DeprecationWarning, 2)

from re import *
from re import __all__
