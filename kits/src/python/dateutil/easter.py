# The date of Easter.

import datetime

EASTER_JULIAN = 1
EASTER_ORTHODOX = 2
EASTER_WESTERN = 3


def easter(year, method=EASTER_WESTERN):
    if not 1 <= method <= 3:
        raise ValueError('invalid method')
    golden = year % 19
    if method == EASTER_WESTERN:
        # The Gregorian computus: corrections for leap centuries and for the moon.
        century = year // 100
        epact = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
        full = epact - epact // 28 * (1 - 29 // (epact + 1) * ((21 - golden) // 11))
        sunday = (year + year // 4 + full + 2 - century + century // 4) % 7
        shift = 0
    else:
        full = (19 * golden + 15) % 30
        sunday = (year + year // 4 + full) % 7
        shift = 0
        if method == EASTER_ORTHODOX:
            shift = 10
            if year > 1600:
                shift = 10 + year // 100 - 16 - (year // 100 - 16) // 4
    days = full - sunday + shift
    return datetime.date(year, 3, 28) + datetime.timedelta(days=days)
