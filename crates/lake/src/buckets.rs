use std::ops::RangeInclusive;

/// Parts of the key space that are worked on one at a time, so memory is bounded whatever the population.
pub const BUCKETS: u32 = 64;

const SHIFT: u32 = 64 - BUCKETS.ilog2();

/// The bucket of a key: its highest six bits.
pub fn bucket_of(key: u64) -> u32 {
    (key >> SHIFT) as u32
}

/// All keys of a bucket.
pub fn bucket_keys(bucket: u32) -> RangeInclusive<u64> {
    let first = u64::from(bucket) << SHIFT;
    first..=first | (u64::MAX >> (64 - SHIFT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_cover_all_keys_without_overlap() {
        let mut next = Some(0);
        for bucket in 0..BUCKETS {
            let keys = bucket_keys(bucket);
            assert_eq!(Some(*keys.start()), next);
            assert_eq!((bucket_of(*keys.start()), bucket_of(*keys.end())), (bucket, bucket));
            next = keys.end().checked_add(1);
        }
        assert_eq!(next, None);
    }
}
