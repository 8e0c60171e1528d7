//! How two sequences match: the blocks they have in common, longest first, as `SequenceMatcher` finds them. It works on
//! numbers that stand for the elements.

use std::collections::HashMap;

/// Sequences from this length on have popular elements, which are left out.
const POPULAR_FROM: usize = 200;

/// The second sequence, with the places of its elements.
#[derive(Debug, Default, Clone)]
pub struct Index {
    pub elements: Vec<u32>,
    /// Where elements stand that are neither junk nor popular.
    places: HashMap<u32, Vec<usize>>,
    junk: Vec<u32>,
    popular: Vec<u32>,
}

/// What became of a part: tag, and where it is in both sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub tag: &'static str,
    pub a: (usize, usize),
    pub b: (usize, usize),
}

/// A common part: its places, and its length.
pub type Block = (usize, usize, usize);

impl Index {
    /// Looks a sequence over; `is_junk` is asked once for each element.
    pub fn new<E>(
        elements: Vec<u32>,
        autojunk: bool,
        mut is_junk: impl FnMut(u32) -> Result<bool, E>,
    ) -> Result<Self, E> {
        let mut places: HashMap<u32, Vec<usize>> = HashMap::new();
        let mut order = Vec::new();
        for (at, element) in elements.iter().enumerate() {
            let known = places.entry(*element).or_default();
            if known.is_empty() {
                order.push(*element);
            }
            known.push(at);
        }
        let (mut junk, mut popular) = (Vec::new(), Vec::new());
        for element in &order {
            if is_junk(*element)? {
                places.remove(element);
                junk.push(*element);
            }
        }
        if autojunk && elements.len() >= POPULAR_FROM {
            let most = elements.len() / 100 + 1;
            places.retain(|element, places| {
                let rare = places.len() <= most;
                if !rare {
                    popular.push(*element);
                }
                rare
            });
        }
        junk.sort_unstable();
        popular.sort_unstable();
        Ok(Self { elements, places, junk, popular })
    }

    pub fn is_junk(&self, element: u32) -> bool {
        self.junk.binary_search(&element).is_ok()
    }

    pub fn is_popular(&self, element: u32) -> bool {
        self.popular.binary_search(&element).is_ok()
    }

    /// The longest common part within limits.
    pub fn longest(&self, a: &[u32], (alo, ahi): (usize, usize), (blo, bhi): (usize, usize)) -> Block {
        let b = &self.elements;
        let (mut best_a, mut best_b, mut size) = (alo, blo, 0);
        // Lengths of the parts that end at a place of b, by the place; those of the element before and of this one.
        let mut before: Vec<(usize, usize)> = Vec::new();
        let mut now: Vec<(usize, usize)> = Vec::new();
        for (i, element) in a.iter().enumerate().take(ahi).skip(alo) {
            now.clear();
            let places = self.places.get(element).map(Vec::as_slice).unwrap_or_default();
            let first = places.partition_point(|place| *place < blo);
            let mut known = before.iter().peekable();
            for j in places.iter().skip(first).copied().take_while(|place| *place < bhi) {
                while known.next_if(|(place, _)| place + 1 < j).is_some() {}
                let length = known.peek().filter(|(place, _)| place + 1 == j).map_or(1, |(_, length)| length + 1);
                now.push((j, length));
                if length > size {
                    (best_a, best_b, size) = (i + 1 - length, j + 1 - length, length);
                }
            }
            std::mem::swap(&mut before, &mut now);
        }
        // Popular elements lengthen it, and then junk does.
        for junk in [false, true] {
            let same = |i: usize, j: usize| match (a.get(i), b.get(j)) {
                (Some(left), Some(right)) => left == right && self.is_junk(*right) == junk,
                _ => false,
            };
            while best_a > alo && best_b > blo && same(best_a - 1, best_b - 1) {
                (best_a, best_b, size) = (best_a - 1, best_b - 1, size + 1);
            }
            while best_a + size < ahi && best_b + size < bhi && same(best_a + size, best_b + size) {
                size += 1;
            }
        }
        (best_a, best_b, size)
    }
}

/// All common parts in order, found with a function such as [`Index::longest`]; an empty one at the end.
pub fn blocks<E>(
    length_a: usize,
    length_b: usize,
    mut longest: impl FnMut((usize, usize), (usize, usize)) -> Result<Block, E>,
) -> Result<Vec<Block>, E> {
    let mut waiting = vec![((0, length_a), (0, length_b))];
    let mut found: Vec<Block> = Vec::new();
    while let Some((a, b)) = waiting.pop() {
        let (i, j, size) = longest(a, b)?;
        if size == 0 {
            continue;
        }
        found.push((i, j, size));
        if a.0 < i && b.0 < j {
            waiting.push(((a.0, i), (b.0, j)));
        }
        if i + size < a.1 && j + size < b.1 {
            waiting.push(((i + size, a.1), (j + size, b.1)));
        }
    }
    found.sort_unstable();
    let mut joined: Vec<Block> = Vec::with_capacity(found.len() + 1);
    for (i, j, size) in found {
        match joined.last_mut() {
            Some(last) if last.0 + last.2 == i && last.1 + last.2 == j => last.2 += size,
            _ => joined.push((i, j, size)),
        }
    }
    joined.push((length_a, length_b, 0));
    Ok(joined)
}

/// How the first sequence becomes the second one.
pub fn changes(blocks: &[Block]) -> Vec<Change> {
    let (mut i, mut j) = (0, 0);
    let mut all = Vec::new();
    for (a, b, size) in blocks.iter().copied() {
        let tag = match (i < a, j < b) {
            (true, true) => Some("replace"),
            (true, false) => Some("delete"),
            (false, true) => Some("insert"),
            (false, false) => None,
        };
        if let Some(tag) = tag {
            all.push(Change { tag, a: (i, a), b: (j, b) });
        }
        (i, j) = (a + size, b + size);
        if size > 0 {
            all.push(Change { tag: "equal", a: (a, i), b: (b, j) });
        }
    }
    all
}

/// Changes in groups, with so many equal elements around each.
pub fn grouped(mut all: Vec<Change>, around: usize) -> Vec<Vec<Change>> {
    if all.is_empty() {
        all.push(Change { tag: "equal", a: (0, 1), b: (0, 1) });
    }
    if let Some(first) = all.first_mut().filter(|first| first.tag == "equal") {
        first.a.0 = first.a.0.max(first.a.1.saturating_sub(around));
        first.b.0 = first.b.0.max(first.b.1.saturating_sub(around));
    }
    if let Some(last) = all.last_mut().filter(|last| last.tag == "equal") {
        last.a.1 = last.a.1.min(last.a.0 + around);
        last.b.1 = last.b.1.min(last.b.0 + around);
    }
    let (mut groups, mut group) = (Vec::new(), Vec::new());
    for mut change in all {
        if change.tag == "equal" && change.a.1 - change.a.0 > around * 2 {
            let end = Change {
                tag: "equal",
                a: (change.a.0, change.a.1.min(change.a.0 + around)),
                b: (change.b.0, change.b.1.min(change.b.0 + around)),
            };
            group.push(end);
            groups.push(std::mem::take(&mut group));
            change.a.0 = change.a.0.max(change.a.1.saturating_sub(around));
            change.b.0 = change.b.0.max(change.b.1.saturating_sub(around));
        }
        group.push(change);
    }
    if !group.is_empty() && !matches!(group.as_slice(), [only] if only.tag == "equal") {
        groups.push(group);
    }
    groups
}

/// How many elements two sequences have in common, whatever their order.
pub fn common(a: &[u32], b: &[u32]) -> usize {
    let mut counts: HashMap<u32, usize> = HashMap::new();
    for element in b {
        *counts.entry(*element).or_default() += 1;
    }
    let mut matches = 0;
    for element in a {
        if let Some(count) = counts.get_mut(element).filter(|count| **count > 0) {
            *count -= 1;
            matches += 1;
        }
    }
    matches
}

/// The similarity of sequences with so many elements together.
pub fn ratio(matches: usize, length: usize) -> f64 {
    if length == 0 { 1.0 } else { 2.0 * matches as f64 / length as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str) -> Vec<u32> {
        text.chars().map(u32::from).collect()
    }

    #[test]
    fn the_example_of_the_documentation() {
        let a = letters("abxcd");
        let index = Index::new(letters("abcd"), true, |_| Ok::<_, ()>(false)).unwrap_or_default();
        let found = blocks(5, 4, |a_range, b_range| Ok::<_, ()>(index.longest(&a, a_range, b_range)));
        assert_eq!(found, Ok(vec![(0, 0, 2), (3, 2, 2), (5, 4, 0)]));
        let found = changes(&found.unwrap_or_default());
        assert_eq!(found.iter().map(|change| change.tag).collect::<Vec<_>>(), ["equal", "delete", "equal"]);
    }

    #[test]
    fn junk_does_not_begin_a_match() {
        let a = letters(" abcd");
        let blank = |element: u32| Ok::<_, ()>(element == 32);
        let index = Index::new(letters("abcd abcd"), true, blank).unwrap_or_default();
        assert_eq!(index.longest(&a, (0, 5), (0, 9)), (1, 0, 4));
    }
}
