# `gcd`, which Python 3 has in `math`.
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a
