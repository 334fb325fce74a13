use std::fs;
use std::os::unix::fs::PermissionsExt;

use anwang_domain::CitizenId;
use anwang_store::Book;
use anwang_testkit::on_each_book;
use anwang_vault::{AuditEntry, AuditFault, PersonKeyCipher, Vault};
use sm3::{Digest, Sm3};
use sm4::Sm4;
use sm4::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use tempfile::TempDir;

fn vault() -> (TempDir, Vault) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::create(&folder.path().join("keys")).unwrap();
    (folder, vault)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// GB/T 32905-2016, appendix A.
#[test]
fn sm3_gives_the_vectors_of_the_standard() {
    assert_eq!(
        hex(&Sm3::digest(b"abc")),
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    );
    assert_eq!(
        hex(&Sm3::digest(b"abcd".repeat(16))),
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    );
}

/// GB/T 32907-2016, appendix A.
#[test]
fn sm4_gives_the_vectors_of_the_standard() {
    let text = 0x0123456789abcdef_fedcba9876543210_u128.to_be_bytes();
    let sm4 = Sm4::new(&Array::from(text));
    let mut block = Array::from(text);
    sm4.encrypt_block(&mut block);
    assert_eq!(hex(&block), "681edf34d206965e86b3e94f536e4246");
    for _ in 1..1_000_000 {
        sm4.encrypt_block(&mut block);
    }
    assert_eq!(hex(&block), "595298c7c6fd271f0402f804c33d3f66");
    for _ in 0..1_000_000 {
        sm4.decrypt_block(&mut block);
    }
    assert_eq!(block, Array::from(text));
}

#[test]
fn a_person_key_leads_back_to_its_id_and_only_with_the_key_file() {
    for cipher in [PersonKeyCipher::Aes, PersonKeyCipher::Sm4] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let made = Vault::create_with(&path, cipher).unwrap();
        let id = CitizenId::parse("110101199003074610")
            .or_else(|_| CitizenId::parse("11010519491231002X"))
            .unwrap();
        let key = made.person_key(id);
        assert_ne!(key, id.packed());
        assert_eq!(made.reveal(key), Some(id));
        let mut many = [id.packed(); 3];
        made.person_keys(&mut many);
        assert_eq!(many, [key; 3]);
        let reopened = Vault::open(&path).unwrap();
        assert_eq!(reopened.person_key(id), key);
        assert_eq!(
            reopened.household_key("140105000123"),
            made.household_key("140105000123")
        );
        let other = Vault::create(&folder.path().join("other")).unwrap();
        assert_ne!(other.person_key(id), key);
    }
}

#[test]
fn numbers_that_are_no_persons_key_reveal_nobody() {
    let (_folder, vault) = vault();
    let found = (0..100_000_u64)
        .filter(|n| vault.reveal(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).is_some())
        .count();
    // 47 of 64 bits are used: about one number in 131,072 decrypts to something that looks packed.
    assert!(found < 10, "{found}");
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let (folder, _vault) = vault();
    let path = folder.path().join("keys");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(
        Vault::open(&path).map(drop).unwrap_err().code(),
        "vault_key_file_open_to_others"
    );
}

#[test]
fn an_existing_key_file_is_never_overwritten() {
    let (folder, _vault) = vault();
    let path = folder.path().join("keys");
    let before = fs::read(&path).unwrap();
    assert_eq!(
        Vault::create(&path).map(drop).unwrap_err().code(),
        "vault_key_file_exists"
    );
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn after_a_rotation_old_seals_open_and_can_be_renewed() {
    let (folder, mut vault) = vault();
    let sealed = vault.seal("张三".as_bytes(), b"1");
    assert_eq!(vault.reseal(&sealed, b"1").unwrap(), None);
    vault.rotate().unwrap();
    let renewed = vault.reseal(&sealed, b"1").unwrap().unwrap();
    let reopened = Vault::open(&folder.path().join("keys")).unwrap();
    for bytes in [&sealed, &renewed] {
        assert_eq!(reopened.open_sealed(bytes, b"1").unwrap(), "张三".as_bytes());
    }
    assert_eq!(reopened.reseal(&renewed, b"1").unwrap(), None);
}

fn entry(number: u64) -> AuditEntry {
    AuditEntry {
        at_ms: 1_700_000_000_000 + number.cast_signed(),
        who: "li.ming".into(),
        purpose: "核查 2026-07".into(),
        action: "person.read".into(),
        subject_key: (!number.is_multiple_of(3)).then_some(u64::MAX - number),
        detail: format!("{{\"n\":{number}}}"),
    }
}

fn with_entries(vault: &Vault, book: &Book, count: u64) {
    for number in 0..count {
        vault.audit(book, &entry(number)).unwrap();
    }
}

#[test]
fn a_whole_chain_verifies_also_with_entries_of_larger_transactions() {
    on_each_book(|book| {
        let (_folder, vault) = vault();
        assert_eq!(vault.verify_audit(book).unwrap().unwrap().entries, 0);
        with_entries(&vault, book, 5);
        book.transaction(|tx| vault.audit_in(tx, &entry(9))).unwrap();
        let report = vault.verify_audit(book).unwrap().unwrap();
        assert_eq!((report.entries, report.anchored_entries), (6, 5));
        assert_eq!(vault.verify_audit(book).unwrap().unwrap().anchored_entries, 6);
    });
}

#[test]
fn entries_from_many_threads_make_one_chain() {
    on_each_book(|book| {
        let (_folder, vault) = vault();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| with_entries(&vault, book, 10));
            }
        });
        assert_eq!(vault.verify_audit(book).unwrap().unwrap().entries, 30);
    });
}

fn check_fault(statements: &[&str], expected: AuditFault) {
    on_each_book(|book| {
        let (_folder, vault) = vault();
        with_entries(&vault, book, 8);
        for statement in statements {
            assert!(book.execute(statement, &[]).unwrap() > 0, "{statement}");
        }
        assert_eq!(vault.verify_audit(book).unwrap(), Err(expected), "{statements:?}");
    });
}

#[test]
fn any_tampering_with_the_chain_is_found() {
    let altered = |sequence| AuditFault::Altered { sequence };
    check_fault(&["UPDATE audit SET purpose = 'other' WHERE sequence = 3"], altered(3));
    check_fault(&["UPDATE audit SET subject_key = NULL WHERE sequence = 3"], altered(3));
    check_fault(&["UPDATE audit SET at_ms = at_ms + 1 WHERE sequence = 1"], altered(1));
    check_fault(
        &["UPDATE audit SET who = 'li.mingperson', action = '.read' WHERE sequence = 5"],
        altered(5),
    );
    check_fault(
        &["DELETE FROM audit WHERE sequence = 4"],
        AuditFault::Missing { sequence: 4 },
    );
    check_fault(
        &["DELETE FROM audit WHERE sequence = 1"],
        AuditFault::Missing { sequence: 1 },
    );
    check_fault(
        &["DELETE FROM audit WHERE sequence > 6"],
        AuditFault::Cut { found: 6, anchored: 8 },
    );
    check_fault(&["DELETE FROM audit"], AuditFault::Cut { found: 0, anchored: 8 });
    check_fault(
        &[
            "UPDATE audit SET sequence = 99 WHERE sequence = 2",
            "UPDATE audit SET sequence = 2 WHERE sequence = 3",
            "UPDATE audit SET sequence = 3 WHERE sequence = 99",
        ],
        altered(2),
    );
    check_fault(
        &[
            "DELETE FROM audit WHERE sequence = 2",
            "UPDATE audit SET sequence = sequence - 1 WHERE sequence > 2 AND sequence < 4",
        ],
        altered(2),
    );
}

#[test]
fn a_chain_made_with_other_keys_does_not_verify() {
    on_each_book(|book| {
        let ((_folder, forger), (_folder_too, vault)) = (self::vault(), self::vault());
        with_entries(&forger, book, 2);
        assert_eq!(
            vault.verify_audit(book).unwrap(),
            Err(AuditFault::Altered { sequence: 1 })
        );
    });
}
