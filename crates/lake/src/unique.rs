use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// 128 bits that no other process will draw; not secret. The standard library seeds its hash tables from
/// the system's randomness once per thread and counts up, hashing spreads that over all bits.
fn bits() -> u128 {
    let state = RandomState::new();
    u128::from(state.hash_one(1_u8)) << 64 | u128::from(state.hash_one(2_u8))
}

/// For file names.
pub(crate) fn name() -> String {
    format!("{:032x}", bits())
}

/// A random UUID (RFC 9562, version 4), as DuckLake wants for schemas and tables.
pub(crate) fn uuid() -> String {
    let bits = bits() & !(0xf000 << 64) & !(0xc000 << 48) | 0x4000 << 64 | 0x8000 << 48;
    let hex = format!("{bits:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_uuid_says_that_it_is_random() {
        let uuid = super::uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        assert!("89ab".contains(&uuid[19..20]), "{uuid}");
        assert_ne!(uuid, super::uuid());
    }
}
