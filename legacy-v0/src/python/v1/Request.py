"""`PMS.Request`: the headers of the running request."""

Headers = {}
