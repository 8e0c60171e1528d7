"""The profiler under the name of CPython's faster one."""
import profile as _profile
from profile import Profile

__all__ = ["run", "runctx", "help", "Profile"]
run, runctx, help = _profile.run, _profile.runctx, _profile.help
