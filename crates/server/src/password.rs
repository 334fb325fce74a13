//! The one password of a first server: random, shown once, kept only as an Argon2id hash.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// Crockford's base 32: without i, l, o, u nothing is read for something else; 32 symbols take a random byte without bias.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Why a password could not be hashed.
pub type PasswordError = argon2::password_hash::Error;

const GROUPS: usize = 4;
const GROUP_LENGTH: usize = 5;

/// A new password in four groups of five symbols: 100 bits.
pub fn generate() -> Result<String, getrandom::Error> {
    let mut random = [0; GROUPS * GROUP_LENGTH];
    getrandom::fill(&mut random)?;
    let groups: Vec<String> = random
        .chunks(GROUP_LENGTH)
        .map(|group| group.iter().map(|byte| letter(*byte)).collect())
        .collect();
    Ok(groups.join("-"))
}

fn letter(byte: u8) -> char {
    char::from(ALPHABET[usize::from(byte % 32)])
}

/// The PHC string (`$argon2id$…`) that is kept in place of the password.
#[derive(Clone)]
pub struct KeptPassword(String);

impl KeptPassword {
    pub fn keep(password: &str) -> Result<KeptPassword, PasswordError> {
        let hash = Argon2::default().hash_password(password.as_bytes())?;
        Ok(KeptPassword(hash.to_string()))
    }

    /// Takes tens of milliseconds by design; call it off the async threads.
    pub fn verify(&self, password: &str) -> bool {
        PasswordHash::new(&self.0)
            .is_ok_and(|kept| Argon2::default().verify_password(password.as_bytes(), &kept).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_that_was_kept_opens() {
        let password = generate().unwrap();
        let kept = KeptPassword::keep(&password).unwrap();
        assert!(kept.verify(&password));
        assert!(!kept.verify(&generate().unwrap()));
        assert!(!kept.0.contains(&password));
        assert_eq!(password.len(), 23, "{password}");
    }
}
