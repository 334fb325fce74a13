//! Files of a pack: where things stand, YAML trees, the declarations read from them, inheritance between packs.

pub mod declaration;
pub mod fields;
pub mod join;
pub mod parameters;
pub mod programmes;
pub mod spot;
pub mod variables;
pub mod yaml;
