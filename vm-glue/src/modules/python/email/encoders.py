"""Ways to put bytes into the body of a message."""

import base64
import quopri

__all__ = ['encode_7or8bit', 'encode_base64', 'encode_noop', 'encode_quopri']


def encode_base64(msg):
    msg.set_payload(_bencode(msg.get_payload()))
    msg['Content-Transfer-Encoding'] = 'base64'


def _bencode(s):
    if not s:
        return s
    value = base64.encodestring(s)
    return value[:-1] if value[-1] == '\n' and s[-1] != '\n' else value


def encode_quopri(msg):
    encoded = quopri.encodestring(msg.get_payload(), quotetabs=True).replace(' ', '=20')
    msg.set_payload(encoded)
    msg['Content-Transfer-Encoding'] = 'quoted-printable'


def encode_7or8bit(msg):
    payload = msg.get_payload()
    if payload is None:
        msg['Content-Transfer-Encoding'] = '7bit'
        return
    try:
        payload.encode('ascii')
    except UnicodeError:
        msg['Content-Transfer-Encoding'] = '8bit'
    else:
        msg['Content-Transfer-Encoding'] = '7bit'


def encode_noop(msg):
    pass
