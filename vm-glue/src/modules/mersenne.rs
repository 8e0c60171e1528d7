//! The Mersenne Twister MT19937 of Matsumoto and Nishimura, as CPython seeds and reads it.

/// Words of the state.
pub const SIZE: usize = 624;
const MIDDLE: usize = 397;

/// A generator.
#[derive(Clone, Debug)]
pub struct Mersenne {
    words: [u32; SIZE],
    index: usize,
}

impl Mersenne {
    fn from_word(seed: u32) -> Self {
        let mut words = [0; SIZE];
        let mut last = seed;
        for (at, word) in words.iter_mut().enumerate() {
            if at > 0 {
                last = (last ^ (last >> 30)).wrapping_mul(1_812_433_253).wrapping_add(at as u32);
            }
            *word = last;
        }
        Self { words, index: SIZE }
    }

    /// Seeds from a number's 32-bit digits, the lowest first.
    pub fn from_digits(digits: &[u32]) -> Self {
        let key = if digits.is_empty() { &[0][..] } else { digits };
        let mut made = Self::from_word(19_650_218);
        let words = &mut made.words;
        let mut at = 1;
        let mut last = words[0];
        let mut step = |mix: &dyn Fn(u32, u32, usize) -> u32| {
            let word = mix(words[at], last ^ (last >> 30), at);
            words[at] = word;
            last = word;
            at += 1;
            if at >= SIZE {
                words[0] = word;
                at = 1;
            }
        };
        for place in 0..SIZE.max(key.len()) {
            let place = place % key.len();
            let digit = key.get(place).copied().unwrap_or(0);
            step(&|word, last, _| (word ^ last.wrapping_mul(1_664_525)).wrapping_add(digit).wrapping_add(place as u32));
        }
        for _ in 1..SIZE {
            step(&|word, last, at| (word ^ last.wrapping_mul(1_566_083_941)).wrapping_sub(at as u32));
        }
        words[0] = 0x8000_0000;
        made
    }

    fn renew(&mut self) {
        for at in 0..SIZE {
            let joined = (self.words[at] & 0x8000_0000) | (self.words[(at + 1) % SIZE] & 0x7fff_ffff);
            let twist = if joined & 1 == 0 { 0 } else { 0x9908_b0df };
            self.words[at] = self.words[(at + MIDDLE) % SIZE] ^ (joined >> 1) ^ twist;
        }
        self.index = 0;
    }

    /// The next 32 bits.
    pub fn word(&mut self) -> u32 {
        if self.index >= SIZE {
            self.renew();
        }
        let mut word = self.words[self.index];
        self.index += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// The next number in [0, 1), with 53 bits.
    pub fn float(&mut self) -> f64 {
        let (high, low) = (self.word() >> 5, self.word() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }

    /// The state and the place in it.
    pub fn state(&self) -> (&[u32; SIZE], usize) {
        (&self.words, self.index)
    }

    /// A generator with this state; places beyond the end mean the end.
    pub fn from_state(words: [u32; SIZE], index: usize) -> Self {
        Self { words, index: index.min(SIZE) }
    }

    /// Moves to a state far away: the words are shuffled by a big number (its bytes, the highest first).
    pub fn jump(&mut self, number: &[u8]) {
        for at in (2..SIZE).rev() {
            let rest = number.iter().fold(0_usize, |rest, byte| ((rest << 8) | usize::from(*byte)) % at);
            self.words.swap(at, rest);
        }
        for (at, word) in self.words.iter_mut().enumerate() {
            *word = word.wrapping_add(at as u32 + 1);
        }
        self.index = SIZE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_sequence() {
        // `init_by_array({0x123, 0x234, 0x345, 0x456})` of the authors' own test output.
        let mut generator = Mersenne::from_digits(&[0x123, 0x234, 0x345, 0x456]);
        let first: Vec<u32> = (0..5).map(|_| generator.word()).collect();
        assert_eq!(first, [1_067_595_299, 955_945_823, 477_289_528, 4_107_218_783, 4_228_976_476]);
    }

    #[test]
    fn the_state_goes_on() {
        let mut generator = Mersenne::from_digits(&[7]);
        generator.word();
        let (words, index) = generator.state();
        let mut copy = Mersenne::from_state(*words, index);
        assert_eq!(generator.float().to_bits(), copy.float().to_bits());
    }
}
