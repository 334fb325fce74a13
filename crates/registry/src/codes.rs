//! The codes of the contracts that the registry itself understands; `contracts/` says what each means.

/// Relation to the head of the household (GB/T 4761).
pub mod relation {
    pub const HEAD: i16 = 1;
    pub const SPOUSE: i16 = 10;
    pub const SON: i16 = 20;
    pub const DAUGHTER: i16 = 30;
}

/// Marital status (GB/T 2261.2).
pub mod marital {
    pub const SINGLE: i16 = 1;
    pub const MARRIED: i16 = 2;
    pub const WIDOWED: i16 = 3;
    pub const DIVORCED: i16 = 4;
}

/// What a marriage registry entered.
pub mod marriage {
    pub const MARRIAGE: i16 = 1;
    pub const DIVORCE: i16 = 2;
    pub const ANNULLED: i16 = 3;
    pub const REISSUE: i16 = 4;
}

/// Why police cancelled a registration.
pub mod cancel {
    pub const DEATH: i16 = 1;
    pub const DUPLICATE: i16 = 5;
}

#[cfg(test)]
mod tests {
    use anwang_contracts::Contracts;

    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_contracts() {
        let check = |feed: &str, column: &str, name: &str, number: i16| {
            let contract = Contracts::embedded().by_name(feed).unwrap();
            let code = contract.column(column).unwrap().codes.by_name(name).unwrap().code;
            assert_eq!(code, number, "{feed}.{column} {name}");
        };
        check("hukou", "relation", "head", relation::HEAD);
        check("hukou", "relation", "spouse", relation::SPOUSE);
        check("hukou", "relation", "son", relation::SON);
        check("hukou", "relation", "daughter", relation::DAUGHTER);
        check("hukou", "marital", "single", marital::SINGLE);
        check("hukou", "marital", "married", marital::MARRIED);
        check("hukou", "marital", "widowed", marital::WIDOWED);
        check("hukou", "marital", "divorced", marital::DIVORCED);
        check("marriage", "kind", "marriage", marriage::MARRIAGE);
        check("marriage", "kind", "divorce", marriage::DIVORCE);
        check("marriage", "kind", "annulled", marriage::ANNULLED);
        check("marriage", "kind", "reissue", marriage::REISSUE);
        check("hukou", "cancel_reason", "death", cancel::DEATH);
        check("hukou", "cancel_reason", "duplicate", cancel::DUPLICATE);
    }
}
