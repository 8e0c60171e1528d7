"""What programs use of distutils besides building: comparing versions, reading yes and no, finding programs."""

__version__ = "2.7.18"
