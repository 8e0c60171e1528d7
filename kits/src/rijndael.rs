//! The cipher Rijndael with all its sizes; with blocks of 16 bytes it is AES. (Libraries have only those.)

/// Sizes in bytes that keys and blocks can have.
pub const SIZES: [usize; 5] = [16, 20, 24, 28, 32];

/// A cipher with its round keys.
#[derive(Clone)]
pub struct Rijndael {
    block: usize,
    /// One a round, and one more.
    keys: Vec<Vec<u8>>,
}

impl std::fmt::Debug for Rijndael {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key is a secret.
        write!(f, "Rijndael({} bytes)", self.block)
    }
}

/// Doubling in the field of 256 elements.
const fn double(x: u8) -> u8 {
    (x << 1) ^ (((x >> 7) & 1) * 0x1b)
}

const fn multiply(mut x: u8, mut y: u8) -> u8 {
    let mut product = 0;
    while y > 0 {
        if y & 1 == 1 {
            product ^= x;
        }
        x = double(x);
        y >>= 1;
    }
    product
}

/// The substitution, made by its definition: inverse and affine map.
const fn substitution() -> [u8; 256] {
    let mut table = [0; 256];
    let mut x = 0;
    while x < 256 {
        let mut inverse = 0_u16;
        let mut y = 1_u16;
        while y < 256 {
            if multiply(x as u8, y as u8) == 1 {
                inverse = y;
                break;
            }
            y += 1;
        }
        let b = inverse as u8;
        table[x] = b ^ b.rotate_left(1) ^ b.rotate_left(2) ^ b.rotate_left(3) ^ b.rotate_left(4) ^ 0x63;
        x += 1;
    }
    table
}

static SUBSTITUTION: [u8; 256] = substitution();

static INVERSE: [u8; 256] = {
    let table = substitution();
    let mut inverse = [0; 256];
    let mut x = 0;
    while x < 256 {
        inverse[table[x] as usize] = x as u8;
        x += 1;
    }
    inverse
};

fn substitute(byte: u8) -> u8 {
    SUBSTITUTION[usize::from(byte)]
}

impl Rijndael {
    /// A cipher for a key and a size of blocks, both of [`SIZES`].
    pub fn new(key: &[u8], block: usize) -> Rijndael {
        let words = key.len() / 4;
        let columns = block / 4;
        let rounds = words.max(columns) + 6;
        let mut schedule: Vec<[u8; 4]> =
            key.chunks_exact(4).map(|word| <[u8; 4]>::try_from(word).unwrap_or_default()).collect();
        let mut constant = 1;
        while schedule.len() < columns * (rounds + 1) {
            let at = schedule.len();
            let mut word = schedule.last().copied().unwrap_or_default();
            if at.is_multiple_of(words) {
                word.rotate_left(1);
                word = word.map(substitute);
                word[0] ^= constant;
                constant = double(constant);
            } else if words > 6 && at % words == 4 {
                word = word.map(substitute);
            }
            let before = schedule.get(at - words).copied().unwrap_or_default();
            word.iter_mut().zip(before).for_each(|(byte, other)| *byte ^= other);
            schedule.push(word);
        }
        let keys = schedule.chunks_exact(columns).map(|words| words.concat()).collect();
        Rijndael { block, keys }
    }

    /// How far each row of the state is shifted.
    fn shifts(&self) -> [usize; 4] {
        match self.block {
            32 => [0, 1, 3, 4],
            28 => [0, 1, 2, 4],
            _ => [0, 1, 2, 3],
        }
    }

    fn add_key(state: &mut [u8], key: &[u8]) {
        state.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
    }

    /// Moves the bytes of each row; `back` undoes it.
    fn shift_rows(&self, state: &mut [u8], back: bool) {
        let columns = self.block / 4;
        let before = state.to_vec();
        for (row, shift) in self.shifts().into_iter().enumerate() {
            for column in 0..columns {
                let moved = (column + shift) % columns;
                let (to, from) = if back { (moved, column) } else { (column, moved) };
                if let (Some(to), Some(from)) = (state.get_mut(to * 4 + row), before.get(from * 4 + row)) {
                    *to = *from;
                }
            }
        }
    }

    fn mix_columns(state: &mut [u8], factors: [u8; 4]) {
        for column in state.chunks_exact_mut(4) {
            let before = <[u8; 4]>::try_from(&*column).unwrap_or_default();
            for (row, byte) in column.iter_mut().enumerate() {
                *byte = before
                    .iter()
                    .enumerate()
                    .fold(0, |sum, (at, value)| sum ^ multiply(*value, factors[(at + 4 - row) % 4]));
            }
        }
    }

    /// Encrypts one block in place.
    pub fn encrypt(&self, state: &mut [u8]) {
        let Some(([first, middle @ ..], last)) = self.keys.split_last().map(|(last, rest)| (rest, last)) else {
            return;
        };
        Self::add_key(state, first);
        for key in middle {
            state.iter_mut().for_each(|byte| *byte = substitute(*byte));
            self.shift_rows(state, false);
            Self::mix_columns(state, [2, 3, 1, 1]);
            Self::add_key(state, key);
        }
        state.iter_mut().for_each(|byte| *byte = substitute(*byte));
        self.shift_rows(state, false);
        Self::add_key(state, last);
    }

    /// Decrypts one block in place.
    pub fn decrypt(&self, state: &mut [u8]) {
        let Some(([first, middle @ ..], last)) = self.keys.split_last().map(|(last, rest)| (rest, last)) else {
            return;
        };
        Self::add_key(state, last);
        for key in middle.iter().rev() {
            self.shift_rows(state, true);
            state.iter_mut().for_each(|byte| *byte = INVERSE[usize::from(*byte)]);
            Self::add_key(state, key);
            Self::mix_columns(state, [14, 11, 13, 9]);
        }
        self.shift_rows(state, true);
        state.iter_mut().for_each(|byte| *byte = INVERSE[usize::from(*byte)]);
        Self::add_key(state, first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_example() {
        // FIPS 197, appendix C.1.
        let key: Vec<u8> = (0..16).collect();
        let mut block: Vec<u8> = (0..16).map(|n| n * 0x11).collect();
        let cipher = Rijndael::new(&key, 16);
        cipher.encrypt(&mut block);
        let wanted = [0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30, 0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a];
        assert_eq!(block, wanted);
        cipher.decrypt(&mut block);
        assert_eq!(block, (0..16).map(|n| n * 0x11).collect::<Vec<u8>>());
    }

    #[test]
    fn every_size_comes_back() {
        for key in SIZES {
            for size in SIZES {
                let cipher = Rijndael::new(&vec![7; key], size);
                let mut block: Vec<u8> = (0..size as u8).collect();
                cipher.encrypt(&mut block);
                cipher.decrypt(&mut block);
                assert_eq!(block, (0..size as u8).collect::<Vec<u8>>());
            }
        }
    }
}
