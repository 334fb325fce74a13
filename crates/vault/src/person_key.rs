//! The person key: a keyed permutation of all 64-bit numbers, so it needs no table and cannot collide.
//!
//! A balanced Feistel network over two 32-bit halves; the round function is one call of a block cipher on
//! (round, half). Eight rounds: the best generic attacks known need about 2^32 chosen pairs against five
//! rounds and nearly all pairs against six (J. Patarin, "Generic attacks on Feistel schemes", 2001).

use aes::Aes128;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};

use crate::keyring::{Key, PersonKeyCipher};
use crate::sm4_blocks::{Block, Sm4Blocks};

const ROUNDS: u32 = 8;

/// Numbers that go through the cipher together: processors encrypt independent blocks at once, which makes
/// one of 64 eighteen times cheaper than one alone (`cargo run -p anwang-vault --example cost`).
const LANES: usize = 64;

pub(crate) enum Permutation {
    Aes(Box<Aes128>),
    Sm4(Box<Sm4Blocks>),
}

impl Permutation {
    pub(crate) fn new(cipher: PersonKeyCipher, key: &Key) -> Self {
        match cipher {
            PersonKeyCipher::Aes => Self::Aes(Box::new(Aes128::new(&Array::from(key.0)))),
            PersonKeyCipher::Sm4 => Self::Sm4(Box::new(Sm4Blocks::new(key))),
        }
    }

    pub(crate) fn forward(&self, number: u64) -> u64 {
        let mut one = [number];
        self.forward_all(&mut one);
        one[0]
    }

    pub(crate) fn forward_all(&self, numbers: &mut [u64]) {
        let mut blocks = [[0; 16]; LANES];
        for lanes in numbers.chunks_mut(LANES) {
            let blocks = &mut blocks[..lanes.len()];
            for round in 0..ROUNDS {
                for (block, number) in blocks.iter_mut().zip(lanes.iter()) {
                    *block = round_input(round, *number as u32);
                }
                self.encrypt(blocks);
                for (block, number) in blocks.iter().zip(lanes.iter_mut()) {
                    let (left, right) = ((*number >> 32) as u32, *number as u32);
                    *number = u64::from(right) << 32 | u64::from(left ^ round_output(block));
                }
            }
        }
    }

    pub(crate) fn backward(&self, key: u64) -> u64 {
        let mut number = key;
        for round in (0..ROUNDS).rev() {
            let (left, right) = ((number >> 32) as u32, number as u32);
            let mut block = [round_input(round, left)];
            self.encrypt(&mut block);
            number = u64::from(right ^ round_output(&block[0])) << 32 | u64::from(left);
        }
        number
    }

    fn encrypt(&self, blocks: &mut [Block]) {
        match self {
            Self::Aes(cipher) => cipher.encrypt_blocks(Array::cast_slice_from_core_mut(blocks)),
            Self::Sm4(cipher) => cipher.encrypt(blocks),
        }
    }
}

/// Written as one number: eight separate bytes would stall the wide load that follows.
fn round_input(round: u32, half: u32) -> Block {
    (u128::from(round) << 64 | u128::from(half)).to_le_bytes()
}

fn round_output(block: &Block) -> u32 {
    u32::from_le_bytes([block[0], block[1], block[2], block[3]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn permutations() -> [Permutation; 2] {
        [PersonKeyCipher::Aes, PersonKeyCipher::Sm4].map(|cipher| Permutation::new(cipher, &Key([7; 16])))
    }

    proptest! {
        #[test]
        fn backward_undoes_forward(number: u64) {
            for permutation in permutations() {
                prop_assert_eq!(permutation.backward(permutation.forward(number)), number);
            }
        }

        #[test]
        fn many_at_once_equal_one_by_one(numbers in proptest::collection::vec(any::<u64>(), 0..200)) {
            for permutation in permutations() {
                let mut together = numbers.clone();
                permutation.forward_all(&mut together);
                let alone: Vec<u64> = numbers.iter().map(|number| permutation.forward(*number)).collect();
                prop_assert_eq!(together, alone);
            }
        }
    }

    /// Neighbouring ids must not give neighbouring keys: bits of the key change with probability one half.
    #[test]
    fn one_changed_bit_changes_half_of_the_key() {
        for permutation in permutations() {
            let mut changed = 0;
            for number in 0..1_000_u64 {
                for bit in 0..64 {
                    changed += (permutation.forward(number) ^ permutation.forward(number ^ (1 << bit))).count_ones();
                }
            }
            let mean = f64::from(changed) / 64_000.0;
            assert!((31.9..32.1).contains(&mean), "{mean} of 64 bits");
        }
    }

    #[test]
    fn another_key_gives_other_person_keys() {
        for cipher in [PersonKeyCipher::Aes, PersonKeyCipher::Sm4] {
            let keys = [Key([1; 16]), Key([2; 16])].map(|key| Permutation::new(cipher, &key).forward(42));
            assert_ne!(keys[0], keys[1]);
        }
    }
}
