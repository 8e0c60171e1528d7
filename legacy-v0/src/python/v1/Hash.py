"""`PMS.Hash`: digests in hexadecimal digits; CRC32 as a number."""

from PMS._Library import hashlib, zlib


def _bytes(data):
    return data.encode('utf-8') if isinstance(data, unicode) else data


def MD5(data): return hashlib.md5(_bytes(data)).hexdigest()
def SHA1(data): return hashlib.sha1(_bytes(data)).hexdigest()
def SHA224(data): return hashlib.sha224(_bytes(data)).hexdigest()
def SHA256(data): return hashlib.sha256(_bytes(data)).hexdigest()
def SHA384(data): return hashlib.sha384(_bytes(data)).hexdigest()
def SHA512(data): return hashlib.sha512(_bytes(data)).hexdigest()
def CRC32(data): return zlib.crc32(_bytes(data)) & 0xffffffff
