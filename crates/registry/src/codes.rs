//! The codes of the contracts that the registry itself understands. `contracts/` says what each means; a test
//! holds these numbers against it.

/// Relation to the head of the household (GB/T 4761).
pub mod relation {
    pub const HEAD: i16 = 1;
    pub const SPOUSE: i16 = 10;
    pub const SON: i16 = 20;
    pub const CHILD_IN_LAW: i16 = 28;
    pub const DAUGHTER: i16 = 30;
    pub const PARENT_IN_LAW: i16 = 53;
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
