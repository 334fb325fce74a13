//! The spine: every person that any feed names, once, in key order, and where each feed's rows hang on it.

/// The distinct values of an ascending list.
pub fn distinct(sorted: &[u64]) -> Vec<u64> {
    let mut out = Vec::with_capacity(sorted.len());
    for &key in sorted {
        if out.last() != Some(&key) {
            out.push(key);
        }
    }
    out
}

/// The ascending union of ascending lists (duplicates allowed). The longest list, in practice hukou's, is taken as
/// the trunk; what the others add is collected and merged in once.
pub fn union(lists: &[&[u64]]) -> Vec<u64> {
    let Some(longest) = (0..lists.len()).max_by_key(|&i| lists[i].len()) else {
        return Vec::new();
    };
    let trunk = distinct(lists[longest]);
    let mut strangers = Vec::new();
    for (i, list) in lists.iter().enumerate() {
        if i != longest {
            collect_absent(&trunk, list, &mut strangers);
        }
    }
    if strangers.is_empty() {
        return trunk;
    }
    strangers.sort_unstable();
    strangers.dedup();
    merge_disjoint(&trunk, &strangers)
}

fn collect_absent(trunk: &[u64], list: &[u64], strangers: &mut Vec<u64>) {
    let mut at = 0;
    for &key in list {
        while at < trunk.len() && trunk[at] < key {
            at += 1;
        }
        if (at == trunk.len() || trunk[at] != key) && strangers.last() != Some(&key) {
            strangers.push(key);
        }
    }
}

fn merge_disjoint(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut out = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i] < b[j] {
            out.push(a[i]);
            i += 1;
        } else {
            out.push(b[j]);
            j += 1;
        }
    }
    out.extend_from_slice(&a[i..]);
    out.extend_from_slice(&b[j..]);
    out
}

/// For each row of a feed (persons ascending) the index of its person in the spine, which holds them all.
pub fn groups(persons: &[u64], spine: &[u64]) -> Vec<u32> {
    let mut at = 0usize;
    persons
        .iter()
        .map(|person| {
            while spine[at] != *person {
                at += 1;
            }
            at as u32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_union_is_what_a_set_would_hold(mut lists in prop::collection::vec(prop::collection::vec(0u64..60, 0..30), 0..6)) {
            for list in &mut lists {
                list.sort_unstable();
            }
            let views: Vec<&[u64]> = lists.iter().map(Vec::as_slice).collect();
            let expected: Vec<u64> = lists.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
            let spine = union(&views);
            prop_assert_eq!(&spine, &expected);
            for list in &views {
                let found: Vec<u64> = groups(list, &spine).into_iter().map(|g| spine[g as usize]).collect();
                prop_assert_eq!(found.as_slice(), *list);
            }
        }
    }
}
