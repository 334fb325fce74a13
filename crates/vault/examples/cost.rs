//! What each primitive costs here: `cargo run -p anwang-vault --example cost`. CPU time of one thread.

use std::hint::black_box;

use aes_gcm::AesGcm;
use aes_gcm::aead::array::Array;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{AeadInOut, KeyInit};
use anwang_vault::{Kind, PersonKeyCipher, Vault};
use hmac::{Hmac, Mac};
use siphasher::sip::SipHasher24;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    for (name, cipher) in [("AES", PersonKeyCipher::Aes), ("SM4", PersonKeyCipher::Sm4)] {
        let vault = Vault::create_with(&folder.path().join(name), cipher)?;
        let mut many: Vec<u64> = (0..1 << 16).collect();
        say(&format!("person key, {name}, 65,536 together"), 1 << 16, 20, || {
            vault.person_keys(black_box(&mut many))
        });
        say(&format!("person key, {name}, one by one"), 1, 200_000, || {
            vault.person_keys(black_box(&mut [7]))
        });
    }
    let vault = Vault::create(&folder.path().join("keys"))?;
    let (name, phone) = ("欧阳小明", "13800000000");
    say("tag of a name", 1, 1_000_000, || {
        black_box(vault.tag(Kind::Name, black_box(name)))
    });
    say("tag of a phone number", 1, 1_000_000, || {
        black_box(vault.tag(Kind::Phone, black_box(phone)))
    });
    let mut out = Vec::new();
    for bytes in [32, 64, 120, 1_000] {
        let plain = vec![7; bytes];
        say(&format!("seal {bytes} bytes"), 1, 200_000, || {
            out.clear();
            vault.seal_into(black_box(&plain), b"12345678", &mut out);
        });
        say(&format!("open {bytes} bytes"), 1, 200_000, || {
            black_box(vault.open_sealed(black_box(&out), b"12345678")).is_ok()
        });
    }

    println!("for comparison:");
    let gcm: AesGcm<sm4::Sm4, U12> = AesGcm::new(&Array::from([7; 16]));
    let mut text = [9_u8; 64];
    say("the library's SM4-GCM, 64 bytes", 1, 200_000, || {
        gcm.encrypt_inout_detached(&Array::from([0; 12]), b"12345678", text.as_mut_slice().into())
            .is_ok()
    });
    let sip = SipHasher24::new_with_keys(1, 2);
    say("SipHash-2-4, 12 bytes", 1, 1_000_000, || {
        black_box(sip.hash(black_box(name.as_bytes())))
    });
    let mac = Hmac::<sm3::Sm3>::new_from_slice(&[1; 16])?;
    say("HMAC-SM3, 12 bytes", 1, 200_000, || {
        let mut mac = mac.clone();
        mac.update(black_box(name.as_bytes()));
        black_box(mac.finalize())
    });
    let mut nonce = [0; 12];
    say("12 random bytes from the system", 1, 200_000, || {
        getrandom::fill(black_box(&mut nonce)).is_ok()
    });
    Ok(())
}

fn say<T>(what: &str, each: u64, times: u64, mut work: impl FnMut() -> T) {
    let start = cpu_ns();
    for _ in 0..times {
        black_box(work());
    }
    println!("{what:40} {:8.1} ns", (cpu_ns() - start) as f64 / (times * each) as f64);
}

/// Nanoseconds that this thread has run, from the Linux scheduler.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ')
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or_default()
}
