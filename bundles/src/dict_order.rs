//! The order in which Python 2 iterates over a dictionary with text keys. The original writes some files in that
//! order, and a file that is compared or kept under version control should come out the same.

/// Python 2's hash of a byte string or ASCII unicode string on 64-bit systems.
pub fn hash(text: &[u8]) -> i64 {
    let Some(&first) = text.first() else { return 0 };
    let mut x = i64::from(first) << 7;
    for &byte in text {
        x = 1_000_003_i64.wrapping_mul(x) ^ i64::from(byte);
    }
    x ^= text.len() as i64;
    if x == -1 { -2 } else { x }
}

/// The positions of `keys` (distinct, in order of insertion) in the order of iteration.
pub fn iteration_order<K: AsRef<str>>(keys: &[K]) -> Vec<usize> {
    let hashes: Vec<i64> = keys.iter().map(|key| hash(key.as_ref().as_bytes())).collect();
    let mut table: Vec<Option<usize>> = vec![None; 8];
    for used in 0..keys.len() {
        insert(&mut table, &hashes, used);
        // A dictionary grows when it is two thirds full, to four times its entries (two times when it is big).
        let filled = used + 1;
        if filled * 3 >= table.len() * 2 {
            let wanted = if filled > 50_000 { filled * 2 } else { filled * 4 };
            let mut size = 8;
            while size <= wanted {
                size *= 2;
            }
            let old = std::mem::replace(&mut table, vec![None; size]);
            for index in old.into_iter().flatten() {
                insert(&mut table, &hashes, index);
            }
        }
    }
    table.into_iter().flatten().collect()
}

/// The positions of `keys` in the order of iteration over a copy of the dictionary: its table has another size.
pub fn copied_order<K: AsRef<str>>(keys: &[K]) -> Vec<usize> {
    let hashes: Vec<i64> = keys.iter().map(|key| hash(key.as_ref().as_bytes())).collect();
    let mut size = 8;
    if keys.len() * 3 >= size * 2 {
        while size <= keys.len() * 2 {
            size *= 2;
        }
    }
    let mut table: Vec<Option<usize>> = vec![None; size];
    for index in iteration_order(keys) {
        insert(&mut table, &hashes, index);
    }
    table.into_iter().flatten().collect()
}

fn insert(table: &mut [Option<usize>], hashes: &[i64], index: usize) {
    let mask = table.len() as u64 - 1;
    let hash = hashes.get(index).copied().unwrap_or_default() as u64;
    let mut slot = hash & mask;
    let mut perturb = hash;
    while table.get(slot as usize).is_some_and(Option::is_some) {
        // The probe sequence of CPython 2: every slot is reached in the end.
        slot = slot.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
        perturb >>= 5;
    }
    if let Some(place) = table.get_mut(slot as usize) {
        *place = Some(index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_pythons() {
        assert_eq!(hash(b""), 0);
        assert_eq!(hash(b"a"), 12_416_037_344);
        assert_eq!(hash(b"username"), -5_317_300_778_844_242_624);
    }

    #[test]
    fn order_is_pythons() {
        let keys = [
            "username",
            "password",
            "greeting",
            "subtitles",
            "fast",
            "realbool",
            "nodefaultbool",
            "quality",
            "nodefaultenum",
            "baddefault",
            "nodefault",
            "number",
            "internal",
        ];
        let order: Vec<&str> = iteration_order(&keys).into_iter().filter_map(|i| keys.get(i).copied()).collect();
        assert_eq!(
            order,
            [
                "username",
                "nodefault",
                "realbool",
                "nodefaultbool",
                "baddefault",
                "greeting",
                "fast",
                "number",
                "internal",
                "nodefaultenum",
                "password",
                "quality",
                "subtitles"
            ]
        );
    }
}
