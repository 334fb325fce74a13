//! The words of the matter: money, days, months, working days, ids, codes and places.
//!
//! Pure: no input or output, no clock. A value of one of these types is valid once it exists.

pub mod citizen_id;
pub mod credit_code;
pub mod day;
pub mod division;
pub mod money;
pub mod month;
pub mod places;
pub mod working_days;

pub use citizen_id::{CitizenId, CitizenIdFault, Sex};
pub use credit_code::{CreditCode, CreditCodeFault};
pub use day::Day;
pub use division::{DivisionCode, Level};
pub use money::{Fen, MoneyFault};
pub use month::Month;
pub use places::Places;
pub use working_days::{Calendar, CalendarError};
