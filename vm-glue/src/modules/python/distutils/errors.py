"""The exceptions of distutils."""


class DistutilsError(Exception):
    pass


class DistutilsExecError(DistutilsError):
    pass


class DistutilsPlatformError(DistutilsError):
    pass
