//! What each primitive costs here: `cargo run -p anwang-vault --example cost`.
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use aes_gcm::AesGcm;
use aes_gcm::aead::AeadInOut;
use hmac::{Hmac, Mac};
use std::hint::black_box;

fn cpu_ns() -> u64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}
fn time(name: &str, count: u64, mut work: impl FnMut(u64)) {
    let start = cpu_ns();
    for i in 0..count {
        work(i);
    }
    println!("{name:40} {:8.1} ns", (cpu_ns() - start) as f64 / count as f64);
}
fn feistel<C: BlockCipherEncrypt<BlockSize = aes::cipher::consts::U16>>(c: &C, x: u64) -> u64 {
    let (mut l, mut r) = ((x >> 32) as u32, x as u32);
    for round in 0..8u32 {
        let mut b = Array::from((u128::from(round) << 64 | u128::from(r)).to_le_bytes());
        c.encrypt_block(&mut b);
        let f = u128::from_le_bytes(b.into()) as u32;
        (l, r) = (r, l ^ f);
    }
    (u64::from(l) << 32) | u64::from(r)
}
fn feistel8<C: BlockCipherEncrypt<BlockSize = aes::cipher::consts::U16>>(c: &C, xs: &mut [u64; 64]) {
    let mut l = xs.map(|x| (x >> 32) as u32);
    let mut r = xs.map(|x| x as u32);
    for round in 0..8u32 {
        let mut blocks = [aes::Block::default(); 64];
        for (b, r) in blocks.iter_mut().zip(r) {
            *b = Array::from((u128::from(round) << 64 | u128::from(r)).to_le_bytes());
        }
        c.encrypt_blocks(&mut blocks);
        for i in 0..64 {
            let f = u32::from_be_bytes([blocks[i][0], blocks[i][1], blocks[i][2], blocks[i][3]]);
            (l[i], r[i]) = (r[i], l[i] ^ f);
        }
    }
    for i in 0..64 {
        xs[i] = (u64::from(l[i]) << 32) | u64::from(r[i]);
    }
}
fn main() {
    let aes = aes::Aes128::new(&[7; 16].into());
    let sm4 = sm4::Sm4::new(&[7; 16].into());
    time("8 rounds AES-128, single", 2_000_000, |i| {
        black_box(feistel(&aes, i));
    });
    time("8 rounds SM4, single", 1_000_000, |i| {
        black_box(feistel(&sm4, i));
    });
    let mut xs = [5u64; 64];
    time("8 rounds AES-128, 64 at once (per 64)", 200_000, |_| {
        feistel8(&aes, &mut xs);
        black_box(&xs);
    });
    time("8 rounds SM4, 64 at once (per 64)", 60_000, |_| {
        feistel8(&sm4, &mut xs);
        black_box(&xs);
    });
    let text = "山西省太原市小店区坞城街道".as_bytes();
    let sip24 = siphasher::sip::SipHasher24::new_with_keys(1, 2);
    let sip13 = siphasher::sip::SipHasher13::new_with_keys(1, 2);
    time("SipHash-2-4, 39 bytes", 2_000_000, |_| {
        black_box(sip24.hash(black_box(text)));
    });
    time("SipHash-1-3, 39 bytes", 2_000_000, |_| {
        black_box(sip13.hash(black_box(text)));
    });
    let mac = Hmac::<sm3::Sm3>::new_from_slice(&[1; 32]).unwrap();
    time("HMAC-SM3, 39 bytes", 500_000, |_| {
        let mut m = mac.clone();
        m.update(black_box(text));
        black_box(m.finalize());
    });
    let gcm: AesGcm<sm4::Sm4, aes::cipher::consts::U12> = sm4.clone().into();
    let mut buffer = [9u8; 64];
    time("SM4-GCM seal, 64 bytes", 500_000, |_| {
        black_box(
            gcm.encrypt_inout_detached(&[0; 12].into(), b"aad", buffer.as_mut_slice().into())
                .unwrap(),
        );
    });
    let gcm: AesGcm<aes::Aes128, aes::cipher::consts::U12> = aes.clone().into();
    time("AES-GCM seal, 64 bytes", 500_000, |_| {
        black_box(
            gcm.encrypt_inout_detached(&[0; 12].into(), b"aad", buffer.as_mut_slice().into())
                .unwrap(),
        );
    });
    let mut nonce = [0u8; 12];
    time("12 random bytes", 500_000, |_| {
        getrandom::fill(&mut nonce).unwrap();
    });
}
