//! Sorts rows by person and record.

/// Rows below this are sorted in one go; above, they are first dealt out by the key's top bits.
const DEAL_FROM: usize = 8_192;
const DEAL_BITS: u32 = 12;

#[derive(Clone, Copy)]
struct Row {
    person: u64,
    record: u64,
    index: u32,
}

/// Indices of the rows by (person, record, position). Person keys are evenly spread over 64 bits, which dealing relies on for
/// speed, not for correctness.
pub fn by_person(person: &[u64], record: impl Fn(usize) -> u64) -> Vec<u32> {
    let row = |index: usize| Row {
        person: person[index],
        record: record(index),
        index: index as u32,
    };
    if person.len() < DEAL_FROM {
        let mut rows: Vec<Row> = (0..person.len()).map(row).collect();
        sort(&mut rows);
        return rows.iter().map(|row| row.index).collect();
    }
    let mut ends = vec![0usize; 1 << DEAL_BITS];
    for key in person {
        ends[pile_of(*key)] += 1;
    }
    let mut next = Vec::with_capacity(ends.len());
    let mut sum = 0;
    for end in &mut ends {
        next.push(sum);
        sum += *end;
        *end = sum;
    }
    let mut rows = vec![
        Row {
            person: 0,
            record: 0,
            index: 0
        };
        person.len()
    ];
    for index in 0..person.len() {
        let place = &mut next[pile_of(person[index])];
        rows[*place] = row(index);
        *place += 1;
    }
    let mut start = 0;
    for end in ends {
        sort(&mut rows[start..end]);
        start = end;
    }
    rows.iter().map(|row| row.index).collect()
}

fn pile_of(person: u64) -> usize {
    (person >> (64 - DEAL_BITS)) as usize
}

fn sort(rows: &mut [Row]) {
    rows.sort_unstable_by_key(|row| (row.person, row.record, row.index));
}

#[cfg(test)]
mod tests {
    use super::by_person;

    #[test]
    fn dealing_and_sorting_give_the_order_of_a_plain_sort() {
        for len in [0usize, 1, 100, 8_191, 8_192, 30_000] {
            // Few records per person and few persons at the low end, so that ties and uneven piles occur.
            let person: Vec<u64> = (0..len as u64)
                .map(|n| {
                    if n % 3 == 0 {
                        n % 7
                    } else {
                        n.wrapping_mul(0x9E37_79B9_7F4A_7C15)
                    }
                })
                .collect();
            let record = |index: usize| (index as u64 * 31) % 5;
            let mut expected: Vec<u32> = (0..len as u32).collect();
            expected.sort_by_key(|&index| (person[index as usize], record(index as usize)));
            assert_eq!(by_person(&person, record), expected, "{len} rows");
        }
    }
}
