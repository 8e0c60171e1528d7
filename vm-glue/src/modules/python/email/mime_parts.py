"""The classes of email.mime: parts of messages by their types."""

from cStringIO import StringIO

from email import encoders, errors, message


class MIMEBase(message.Message):
    __module__ = 'email.mime.base'

    def __init__(self, _maintype, _subtype, **_params):
        message.Message.__init__(self)
        self.add_header('Content-Type', '%s/%s' % (_maintype, _subtype), **_params)
        self['MIME-Version'] = '1.0'


class MIMENonMultipart(MIMEBase):
    __module__ = 'email.mime.nonmultipart'

    def attach(self, payload):
        raise errors.MultipartConversionError('Cannot attach additional subparts to non-multipart/*')


class MIMEText(MIMENonMultipart):
    __module__ = 'email.mime.text'

    def __init__(self, _text, _subtype='plain', _charset='us-ascii'):
        MIMENonMultipart.__init__(self, 'text', _subtype, **{'charset': _charset})
        self.set_payload(_text, _charset)


class MIMEMultipart(MIMEBase):
    __module__ = 'email.mime.multipart'

    def __init__(self, _subtype='mixed', boundary=None, _subparts=None, **_params):
        MIMEBase.__init__(self, 'multipart', _subtype, **_params)
        self._payload = []
        for part in _subparts or ():
            self.attach(part)
        if boundary:
            self.set_boundary(boundary)


class MIMEMessage(MIMENonMultipart):
    __module__ = 'email.mime.message'

    def __init__(self, _msg, _subtype='rfc822'):
        MIMENonMultipart.__init__(self, 'message', _subtype)
        if not isinstance(_msg, message.Message):
            raise TypeError('Argument is not an instance of Message')
        message.Message.attach(self, _msg)
        self.set_default_type('message/rfc822')


class MIMEApplication(MIMENonMultipart):
    __module__ = 'email.mime.application'

    def __init__(self, _data, _subtype='octet-stream', _encoder=encoders.encode_base64, **_params):
        if _subtype is None:
            raise TypeError('Invalid application MIME subtype')
        MIMENonMultipart.__init__(self, 'application', _subtype, **_params)
        self.set_payload(_data)
        _encoder(self)


def _image_type(data):
    """What a picture is, by its first bytes."""
    for start, kind in (('\211PNG\r\n\032\n', 'png'), ('GIF87a', 'gif'), ('GIF89a', 'gif'), ('BM', 'bmp'),
                        ('MM', 'tiff'), ('II', 'tiff'), ('\001\332', 'rgb'), ('#define ', 'xbm')):
        if data.startswith(start):
            return kind
    return 'jpeg' if data[6:10] in ('JFIF', 'Exif') else None


class MIMEImage(MIMENonMultipart):
    __module__ = 'email.mime.image'

    def __init__(self, _imagedata, _subtype=None, _encoder=encoders.encode_base64, **_params):
        if _subtype is None:
            _subtype = _image_type(_imagedata)
        if _subtype is None:
            raise TypeError('Could not guess image MIME subtype')
        MIMENonMultipart.__init__(self, 'image', _subtype, **_params)
        self.set_payload(_imagedata)
        _encoder(self)


def _audio_type(data):
    """What a sound is, by its first bytes."""
    if data.startswith('.snd'):
        return 'basic'
    if data.startswith('RIFF') and data[8:16] == 'WAVEfmt ':
        return 'x-wav'
    return 'x-aiff' if data.startswith('FORM') and data[8:12] in ('AIFF', 'AIFC') else None


class MIMEAudio(MIMENonMultipart):
    __module__ = 'email.mime.audio'

    def __init__(self, _audiodata, _subtype=None, _encoder=encoders.encode_base64, **_params):
        if _subtype is None:
            _subtype = _audio_type(_audiodata)
        if _subtype is None:
            raise TypeError('Could not find audio MIME subtype')
        MIMENonMultipart.__init__(self, 'audio', _subtype, **_params)
        self.set_payload(_audiodata)
        _encoder(self)
