"""`PMS.RSS`: feeds."""

import os
import _pms
from PMS import HTTP, Plugin


def Parse(feed):
    """A feed from its text, its address, or a file."""
    if feed.startswith('http://') or feed.startswith('https://') or feed.startswith('feed:'):
        feed = HTTP.Get(feed.replace('feed:', 'http:', 1) if feed.startswith('feed:') else feed) or ''
    elif '<' not in feed and os.path.exists(feed):
        feed = Plugin._read(feed)
    return _pms.kit('RSS').FeedFromString(feed)
