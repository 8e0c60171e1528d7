# The interpreter's own version, and plain tuples.
import os as _os
import sys as _sys

DEV_NULL = '/dev/null'


def python_version():
    return '2.7.18'


def python_version_tuple():
    return ('2', '7', '18')


def python_implementation():
    return 'CPython'


def python_branch():
    return ''


def python_revision():
    return ''


def python_build():
    return ('default', '')


def python_compiler():
    return ''


def uname():
    found = _os.uname()
    return (found[0], found[1], found[2], found[3], found[4], _processor(found[4]))


def _processor(machine):
    return machine


def system():
    return uname()[0]


def node():
    return uname()[1]


def release():
    return uname()[2]


def version():
    return uname()[3]


def machine():
    return uname()[4]


def processor():
    return uname()[5]


def architecture(executable=None, bits='', linkage=''):
    return (bits or ('64bit' if _sys.maxsize > 2 ** 32 else '32bit')), linkage or 'ELF'


def platform(aliased=0, terse=0):
    if terse:
        return '%s-%s' % (system(), release())
    return '-'.join([system(), release(), machine()])


def mac_ver(release='', versioninfo=('', '', ''), machine=''):
    return release, versioninfo, machine


def win32_ver(release='', version='', csd='', ptype=''):
    return release, version, csd, ptype


def java_ver(release='', vendor='', vminfo=('', '', ''), osinfo=('', '', '')):
    return release, vendor, vminfo, osinfo


def libc_ver(executable=_sys.executable, lib='', version='', chunksize=2048):
    return lib, version


def linux_distribution(distname='', version='', id='', supported_dists=(), full_distribution_name=1):
    """Name, version and code name by /etc/os-release."""
    fields = {}
    try:
        with open('/etc/os-release') as lines:
            for line in lines:
                key, separator, value = line.strip().partition('=')
                fields[key] = value.strip('"\'')
    except IOError:
        return distname, version, id
    name = fields.get('NAME' if full_distribution_name else 'ID', distname)
    return name, fields.get('VERSION_ID', version), fields.get('VERSION_CODENAME', id)


def dist(distname='', version='', id='', supported_dists=()):
    return linux_distribution(distname, version, id, supported_dists, 0)


def popen(cmd, mode='r', bufsize=None):
    return _os.popen(cmd, mode)


def system_alias(system, release, version):
    return system, release, version
