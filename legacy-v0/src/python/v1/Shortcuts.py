"""Short names of functions that plug-ins use all the time."""

from PMS import Locale, Resource, String

L = Locale.LocalString
F = Locale.LocalStringWithFormat
E = String.Encode
D = String.Decode
R = Resource.ExternalPath
S = Resource.SharedExternalPath

__all__ = ['L', 'F', 'E', 'D', 'R', 'S']
