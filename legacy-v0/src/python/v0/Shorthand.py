"""Short names of functions that plug-ins use all the time. The star import skips them, as it always did."""

from PMS import Locale, Plugin, Utils

_L = Locale.LocalString
_E = Utils.EncodeStringToUrlPath
_D = Utils.DecodeUrlPathToString
_R = Plugin.ExposedResourcePath

__all__ = ['_L', '_E', '_D', '_R']
