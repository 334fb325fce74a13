//! Columns that the exchange carries besides the policy's inputs. Variables of packs never begin with an underscore.

pub const PERSON: &str = "person";
pub const HOME: &str = "home";
pub const RELATION: &str = "_relation";
pub const PLACE: &str = "_place";
pub const DIED_ON: &str = "_died_on";
pub const CANCELLED: &str = "_cancelled";
pub const AIDS: &str = "_aids";
pub const AIDS_TWICE: &str = "_aids_twice";
pub const AIDS_EXPIRED: &str = "_aids_expired";
pub const CATEGORY_SINCE: &str = "_category_since";
