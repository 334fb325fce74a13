//! The person key: a keyed permutation of all 64-bit numbers, so it needs no table and cannot collide.
//!
//! A balanced Feistel network over two 32-bit halves; the round function is one call of a block cipher on
//! (round, half). Eight rounds: six suffice against as many known pairs as there are people
//! (J. Patarin, "Security of balanced and unbalanced Feistel schemes with linear non equalities", 2010).

use aes::Aes128;
use aes::cipher::consts::U16;
use aes::cipher::{Array, Block, BlockCipherEncrypt, KeyInit};
use sm4::Sm4;

use crate::keyring::{Key, PersonKeyCipher};

const ROUNDS: u32 = 8;

/// Numbers that go through the cipher together: processors encrypt independent blocks at once, which makes
/// one of 64 eighteen times cheaper than one alone (`cargo run -p anwang-vault --example cost`).
const LANES: usize = 64;

pub(crate) enum Permutation {
    Aes(Box<Aes128>),
    Sm4(Box<Sm4>),
}

impl Permutation {
    pub(crate) fn new(cipher: PersonKeyCipher, key: &Key) -> Self {
        match cipher {
            PersonKeyCipher::Aes => Self::Aes(Box::new(Aes128::new(&Array::from(key.0)))),
            PersonKeyCipher::Sm4 => Self::Sm4(Box::new(Sm4::new(&Array::from(key.0)))),
        }
    }

    pub(crate) fn forward(&self, number: u64) -> u64 {
        let mut one = [number];
        self.forward_all(&mut one);
        one[0]
    }

    pub(crate) fn forward_all(&self, numbers: &mut [u64]) {
        match self {
            Self::Aes(cipher) => forward_all(&**cipher, numbers),
            Self::Sm4(cipher) => forward_all(&**cipher, numbers),
        }
    }

    pub(crate) fn backward(&self, key: u64) -> u64 {
        match self {
            Self::Aes(cipher) => backward(&**cipher, key),
            Self::Sm4(cipher) => backward(&**cipher, key),
        }
    }
}

fn forward_all<C: BlockCipherEncrypt<BlockSize = U16>>(cipher: &C, numbers: &mut [u64]) {
    let mut blocks = [Block::<C>::default(); LANES];
    for lanes in numbers.chunks_mut(LANES) {
        let blocks = &mut blocks[..lanes.len()];
        for round in 0..ROUNDS {
            for (block, number) in blocks.iter_mut().zip(lanes.iter()) {
                *block = round_input(round, *number as u32);
            }
            cipher.encrypt_blocks(blocks);
            for (block, number) in blocks.iter().zip(lanes.iter_mut()) {
                let (left, right) = ((*number >> 32) as u32, *number as u32);
                *number = u64::from(right) << 32 | u64::from(left ^ round_output(block));
            }
        }
    }
}

fn backward<C: BlockCipherEncrypt<BlockSize = U16>>(cipher: &C, key: u64) -> u64 {
    let mut number = key;
    for round in (0..ROUNDS).rev() {
        let (left, right) = ((number >> 32) as u32, number as u32);
        let mut block: Block<C> = round_input(round, left);
        cipher.encrypt_block(&mut block);
        number = u64::from(right ^ round_output(&block)) << 32 | u64::from(left);
    }
    number
}

/// Written as one number: eight separate bytes would stall the wide load that follows.
fn round_input(round: u32, half: u32) -> Array<u8, U16> {
    Array::from((u128::from(round) << 64 | u128::from(half)).to_le_bytes())
}

fn round_output(block: &Array<u8, U16>) -> u32 {
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
