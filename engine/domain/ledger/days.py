"""Calendar days between dates written as YYYYMMDD: arithmetic, no clock."""


def day_number(date: int) -> int:
    """Days since 0000-03-01 in the Gregorian calendar: each day is one more than the day before."""
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    # A year that begins in March has its leap day last, so months have fixed offsets.
    year, month = (year - 1, month + 9) if month <= 2 else (year, month - 3)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day - 1


def days_between(from_date: int, to_date: int) -> int:
    """Nights from one date to the other, weekends and holidays included; below zero backwards."""
    return day_number(to_date) - day_number(from_date)


def is_date(date: int) -> bool:
    """Whether YYYYMMDD names a day of the Gregorian calendar."""
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    if not (1900 <= year <= 9999 and 1 <= month <= 12 and day >= 1):
        return False
    next_month = (year + 1) * 10_000 + 101 if month == 12 else date // 100 * 100 + 101
    return day_number(date) < day_number(next_month)
